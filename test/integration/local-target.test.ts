import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE_OWNER } from '../../operator/local/images-of-others.ts';
import { eventually } from '../support/eventually.ts';
import { type Manifest, World } from '../support/world.ts';

let world: World;

const API = 'landfall.dev/v1alpha1';
const spec = { accountRef: { name: 'laptop' }, region: 'us-east-1' };
const at = (kind: string, name: string, more: object): Manifest => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace: 'shop' },
  spec: { ...spec, ...more },
});

const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const account: Manifest = {
  apiVersion: API,
  kind: 'Account',
  metadata: { name: 'laptop' },
  spec: { local: { namespaces: ['shop', 'front'], sizeFactor: 0.25 } },
};
const network = at('SecureVpc', 'shop', {
  cidr: '10.0.0.0/16',
  zones: { count: 2 },
  tiers: [{ name: 'private' }, { name: 'data' }],
  securityGroups: { ecs: {}, data: {} },
  allowReferencesFrom: ['front'],
});
const cache = at('DataStore', 'cache', {
  networkRef: { name: 'shop' },
  environment: 'dev',
  redis: { credentials: { mode: 'Generated' } },
  allowReferencesFrom: ['front'],
});
const orders = at('DataStore', 'orders', {
  networkRef: { name: 'shop' },
  environment: 'dev',
  mysql: { databaseName: 'orders' },
});
const service = at('EcsService', 'web', {
  networkRef: { name: 'shop' },
  environment: 'dev',
  dataStores: [{ name: 'cache' }],
  task: { containers: [{ name: 'web', image: 'web:1', ports: [{ port: 8080 }] }] },
});

/** Of another namespace than its store and its network. */
const front: Manifest = {
  ...service,
  metadata: { name: 'front', namespace: 'front' },
  spec: {
    ...(service.spec as object),
    networkRef: { name: 'shop', namespace: 'shop' },
    dataStores: [{ name: 'cache', namespace: 'shop' }],
  },
};

const elsewhere: Manifest = {
  apiVersion: API,
  kind: 'Account',
  metadata: { name: 'cloud' },
  spec: { aws: { accountId: '123456789012', regions: ['us-east-1'], namespaces: ['shop'] } },
};
const inAws = at('EcsService', 'in-aws', {
  ...(service.spec as object),
  accountRef: { name: 'cloud' },
  dataStores: [],
});

const KINDS = 'serviceaccounts,services,deployments,statefulsets,networkpolicies,persistentvolumeclaims';

interface Listed {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly uid: string;
      readonly deletionTimestamp?: string;
      readonly finalizers?: readonly string[];
    };
  }[];
}

const things = async (where = 'shop'): Promise<Listed['items']> => {
  const selector = 'app.kubernetes.io/managed-by=landfall';
  const text = await world.kubectl('get', KINDS, '-n', where, '-l', selector, '-o', 'json');
  return (JSON.parse(text) as Listed).items;
};
const idOf = ({ kind, metadata }: Listed['items'][number]) => `${kind}/${metadata.name} ${metadata.uid}`;
const names = async () => (await things()).map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();
/** How often somebody changed what a Deployment is to be. */
const versionOf = async (name: string) =>
  Number(
    await world.kubectl('get', 'deployment', name, '-n', 'shop', '-o', 'jsonpath={.metadata.generation}'),
  );
/** No controllers run here: what they would say of a workload is written by hand. */
const runs = (kind: string, name: string) =>
  world.kubectl(
    'patch',
    kind,
    name,
    '-n',
    'shop',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({
      status: {
        observedGeneration: 1,
        replicas: 1,
        readyReplicas: 1,
        updatedReplicas: 1,
        availableReplicas: 1,
        ...(kind === 'statefulset' && { currentRevision: 'one', updateRevision: 'one' }),
      },
    }),
  );

/** What waits for its dependents, of which no controller makes any here, is let go. */
async function collectGarbage(where = 'shop'): Promise<void> {
  const patch = '{"metadata":{"finalizers":null}}';
  for (const { kind, metadata } of await things(where))
    if (
      metadata.deletionTimestamp !== undefined &&
      metadata.finalizers?.includes('foregroundDeletion') === true
    )
      // It may have gone meanwhile.
      await world
        .kubectl('patch', kind, metadata.name, '-n', where, '--type=merge', '-p', patch)
        .catch(() => '');
}

beforeAll(async () => {
  world = await World.start();
  world.operator();
  await world.apply([namespace, account, network, cache, service]);
});
afterAll(() => world?.stop());

describe('objects of an Account that leads to the cluster itself', () => {
  it('become objects of Kubernetes, each when what it needs is there', async () => {
    await world.ready(network);
    await world.condition(service, 'Reconciling', { reason: 'DependencyNotReady' });
    expect(await names()).not.toContain('Deployment/web');
    await world.condition(cache, 'Reconciling', { reason: 'WaitingForCluster' });
    await runs('statefulset', 'cache-dev-redis');
    await world.ready(cache);
    await eventually('the Deployment', async () => (await names()).includes('Deployment/web'));
    await runs('deployment', 'web');
    const ready = await world.ready(service);
    expect(ready.status).toMatchObject({
      target: { accountId: 'local', installation: 'local' },
      desiredCount: 1,
      runningCount: 1,
      rollout: 'COMPLETED',
    });
  });

  it('are left alone while they are as specified', async () => {
    const before = await things();
    const mark = await world.mark();
    // Several readings of the fast lane.
    await new Promise((done) => setTimeout(done, 5_000));
    expect(await things()).toEqual(before);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('are put right where somebody else changes or deletes them', async () => {
    const before = await names();
    await world.kubectl('delete', 'service', 'web', '-n', 'shop');
    await world.kubectl('set', 'image', '-n', 'shop', 'deployment/web', 'web=other:2');
    await eventually('both are as they were', async () => {
      const deployment = await world.kubectl('get', 'deployment', 'web', '-n', 'shop', '-o', 'yaml');
      return !deployment.includes('image: other:2') && (await names()).join() === before.join();
    });
  });

  it('run the images that others set where these say which, and keep them when something else changes', async () => {
    const imageOf = async () => {
      const path = 'jsonpath={.spec.template.spec.containers[*].image}';
      return world.kubectl('get', 'deployment', 'web', '-n', 'shop', '-o', path);
    };
    const annotationOf = async (key: string) => {
      const text = await world.kubectl('get', 'deployment', 'web', '-n', 'shop', '-o', 'json');
      const { metadata } = JSON.parse(text) as { metadata: { annotations: Record<string, string> } };
      return metadata.annotations[key];
    };
    await world.edit(service, { imageOwner: 'External' });
    await eventually('it is known', async () => (await annotationOf(IMAGE_OWNER)) === 'External');
    const before = await versionOf('web');
    await world.kubectl('set', 'image', '-n', 'shop', 'deployment/web', 'web=pipeline:2');
    // Several readings of the fast lane, and another image in Git.
    await world.edit(service, {
      task: { containers: [{ name: 'web', image: 'web:3', ports: [{ port: 8080 }] }] },
    });
    await new Promise((done) => setTimeout(done, 5_000));
    expect(await imageOf()).toBe('pipeline:2');
    expect(await versionOf('web')).toBe(before + 1);
    expect((await world.events(service)).map(({ note }) => note).join()).not.toContain('pipeline');
    await world.edit(service, { service: { desiredCount: 2 } });
    const count = () =>
      world.kubectl('get', 'deployment', 'web', '-n', 'shop', '-o', 'jsonpath={.spec.replicas}');
    await eventually('two are asked for', async () => (await count()) === '2');
    expect(await imageOf()).toBe('pipeline:2');
    await world.edit(service, { imageOwner: 'Manifest', service: { desiredCount: 1 } });
    await eventually('the image of the manifest', async () => (await imageOf()) === 'web:3');
  });

  it('give a service of another namespace the password of its store there', async () => {
    await world.apply([{ ...namespace, metadata: { name: 'front' } }, front]);
    await eventually('its Deployment', async () => {
      const listed = await world.kubectl('get', 'deployments', '-n', 'front', '-o', 'name');
      return listed.includes('deployment.apps/front');
    });
    const passwordIn = async (where: string, secret: string) =>
      world.kubectl('get', 'secret', '-n', where, secret, '-o', 'jsonpath={.data.password}');
    const password = await passwordIn('shop', 'cache-dev-redis-secret');
    expect(password).not.toBe('');
    expect(await passwordIn('front', 'front-store-cache')).toBe(password);
    const env = await world.kubectl('get', 'deployment', '-n', 'front', 'front', '-o', 'json');
    expect(env).toContain('"front-store-cache"');
    const admitted = await world.kubectl('get', 'networkpolicies', '-n', 'shop', '-o', 'json');
    expect(admitted).toContain('"kubernetes.io/metadata.name": "front"');
    await world.delete(front);
    await eventually('it is gone', async () => {
      await collectGarbage('front');
      return (await world.read(front)) === undefined;
    });
    expect(await world.kubectl('get', 'secrets', '-n', 'front', '-o', 'name')).toBe('');
  });

  it('keep a volume that a lower sizeFactor would shrink, and say so', async () => {
    await world.apply([orders]);
    await eventually('the StatefulSet', async () =>
      (await names()).includes('StatefulSet/orders-dev-instance'),
    );
    await runs('statefulset', 'orders-dev-instance');
    await world.ready(orders);
    const standing = async () =>
      (await things()).filter(({ metadata }) => metadata.name.startsWith('orders')).map(idOf);
    const before = await standing();
    await world.edit(account, { local: { sizeFactor: 0.1 } });
    const refused = await world.condition(orders, 'Stalled', { reason: 'ReplacementNotAllowed' });
    const told = refused.status?.conditions?.find(({ type }) => type === 'Stalled')?.message;
    expect(told).toContain(
      'spec.resources.requests.storage of PersistentVolumeClaim shop/persistentvolumeclaims/orders-dev-instance cannot change from 5Gi to 2Gi',
    );
    expect(told).toContain('let sizeFactor be as large as it was');
    expect(await standing()).toEqual(before);
    await world.edit(account, { local: { sizeFactor: 0.25 } });
    await world.ready(orders);
    expect(await standing()).toEqual(before);
  });

  it('refer to nothing that is in AWS, nor the other way round', async () => {
    await world.apply([elsewhere, inAws]);
    const refused = await world.condition(inAws, 'Stalled', { reason: 'InvalidSpec' });
    expect(JSON.stringify(refused.status?.conditions)).toContain('in the cluster itself (Account laptop)');
    await world.delete(inAws);
    await world.gone(inAws);
  });

  it('leave nothing but the volume with its data when they are deleted', async () => {
    for (const object of [service, cache, orders, network]) {
      await world.delete(object);
      if (object === service) await world.condition(object, 'Reconciling', { reason: 'WaitingForCluster' });
      await eventually(`${object.metadata.name} is gone`, async () => {
        await collectGarbage();
        return (await world.read(object)) === undefined;
      });
    }
    expect(await names()).toEqual([
      'PersistentVolumeClaim/cache-dev-redis',
      'PersistentVolumeClaim/orders-dev-instance',
    ]);
    const told = (await Promise.all([service, cache, orders, network].map((object) => world.events(object))))
      .flat()
      .map(({ note }) => note);
    expect(told.filter((note) => note.includes('AWS'))).toEqual([]);
    expect(told.some((note) => note.startsWith('the cluster is deleting Deployment'))).toBe(true);
    expect(told).toContain('nothing is left of it in the cluster');
  });
});
