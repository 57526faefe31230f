import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Manifest, World } from '../support/world.ts';

// What becomes of the data of a store in the cluster itself. Neither a kubelet nor the controllers of Kubernetes run: that the pod is
// up, and that nothing is left of what is to go, is said by hand.
let world: World;
const ending = new AbortController();
let collecting: Promise<void>;

const API = 'landfall.dev/v1alpha1';
const NAMESPACE = 'shop';
const account = (name: string, local: object): Manifest => ({
  apiVersion: API,
  kind: 'Account',
  metadata: { name },
  spec: { local: { namespaces: [NAMESPACE], ...local } },
});
const at = (kind: string, name: string, spec: object): Manifest => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace: NAMESPACE },
  spec: { region: 'us-east-1', ...spec },
});
const network = (accountName: string) =>
  at('SecureVpc', accountName, {
    accountRef: { name: accountName },
    cidr: '10.0.0.0/16',
    zones: { count: 2 },
    tiers: [{ name: 'private' }, { name: 'data' }],
    securityGroups: {},
  });
const database = (name: string, spec: object = {}, mysql: object = {}, accountName = 'keeping') =>
  at('DataStore', name, {
    accountRef: { name: accountName },
    networkRef: { name: accountName },
    mysql: { databaseName: 'appdb', ...mysql },
    ...spec,
  });

interface Thing {
  readonly metadata: { readonly uid: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
}

async function find(kind: string, name: string): Promise<Thing | undefined> {
  const found = await world.kubectl('get', kind, name, '-n', NAMESPACE, '-o', 'json', '--ignore-not-found');
  return found === '' ? undefined : (JSON.parse(found) as Thing);
}

const KINDS = ['statefulset', 'service', 'networkpolicy', 'persistentvolumeclaim'];

/** Which things of a store there are. */
async function thingsOf(name: string): Promise<string[]> {
  const names = [
    ...KINDS.map((kind) => [kind, `${name}-instance`] as const),
    ['secret', `${name}-rds-secret`] as const,
  ];
  const found = await Promise.all(names.map(async ([kind, one]) => ((await find(kind, one)) ? [kind] : [])));
  return found.flat();
}

const passwordOf = async (name: string) => (await find('secret', `${name}-rds-secret`))?.data?.['password'];

/** Made, and as if its pod had come up. */
async function made(store: Manifest): Promise<void> {
  const { name } = store.metadata;
  await world.apply([store]);
  await eventually(`${name} is made`, async () => (await thingsOf(name)).length === 5);
  await eventually(`${name} is up`, async () => {
    const status = {
      observedGeneration: 1,
      replicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      updatedReplicas: 1,
    };
    const patch = JSON.stringify({ status });
    return world
      .kubectl(
        'patch',
        'statefulset',
        `${name}-instance`,
        '-n',
        NAMESPACE,
        '--subresource=status',
        '--type=merge',
        '-p',
        patch,
      )
      .then(
        () => true,
        () => false,
      );
  });
  await world.ready(store);
}

/** What has been asked to go, goes. */
async function collectGarbage(): Promise<void> {
  while (!ending.signal.aborted) {
    const listed = await world.kubectl(
      'get',
      KINDS.join(','),
      '-n',
      NAMESPACE,
      '-o',
      'json',
      '--ignore-not-found',
    );
    const { items } = JSON.parse(listed || '{"items":[]}') as { items: Manifest[] };
    for (const { kind, metadata } of items) {
      if (metadata.deletionTimestamp === undefined) continue;
      const patch = JSON.stringify({ metadata: { finalizers: null } });
      // It may have gone meanwhile.
      await world
        .kubectl('patch', kind, metadata.name, '-n', NAMESPACE, '--type=merge', '-p', patch)
        .catch(() => '');
    }
    await sleep(200);
  }
}

beforeAll(async () => {
  world = await World.start();
  collecting = collectGarbage();
  world.operator();
  await world.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    account('keeping', {}),
    account('tidy', { volumePolicy: 'Delete' }),
  ]);
  await world.apply([network('keeping'), network('tidy')]);
});
afterAll(async () => {
  ending.abort();
  await collecting;
  await world?.stop();
});

describe('a store in the cluster itself', () => {
  it('that is deleted leaves its volume and its password, and the same manifest finds both', async () => {
    const store = database('kept');
    await made(store);
    const [claim, password] = [
      await find('persistentvolumeclaim', 'kept-instance'),
      await passwordOf('kept'),
    ];
    expect(password).toBeDefined();
    await world.remove(store);
    expect(await thingsOf('kept')).toEqual(['persistentvolumeclaim', 'secret']);
    const left = await find('persistentvolumeclaim', 'kept-instance');
    expect(left?.metadata.annotations?.['landfall.dev/retained']).toMatch(/^\d{4}-/);
    await made(store);
    expect((await find('persistentvolumeclaim', 'kept-instance'))?.metadata.uid).toBe(claim?.metadata.uid);
    expect(await passwordOf('kept')).toBe(password);
    await world.edit(store, { deletionPolicy: 'Delete' });
    await world.remove(store);
    expect(await thingsOf('kept')).toEqual([]);
  });

  it('goes with all of it where its deletionPolicy is Delete', async () => {
    const store = database('gone', { deletionPolicy: 'Delete' });
    await made(store);
    await world.remove(store);
    expect(await thingsOf('gone')).toEqual([]);
  });

  it('goes with all of it where the volumePolicy of its Account is Delete', async () => {
    const store = database('tidied', {}, {}, 'tidy');
    await made(store);
    await world.remove(store);
    expect(await thingsOf('tidied')).toEqual([]);
  });

  it('that is protected stays until its spec says otherwise', async () => {
    const store = database('safe', { deletionPolicy: 'Delete' }, { deletionProtection: 'Enabled' });
    await made(store);
    await world.delete(store);
    await world.condition(store, 'Stalled', { reason: 'DeletionProtected' });
    expect(await thingsOf('safe')).toHaveLength(5);
    await world.edit(store, { mysql: { deletionProtection: 'Disabled' } });
    await world.gone(store);
    expect(await thingsOf('safe')).toEqual([]);
  });

  it('has the Secret that its spec asks for as a copy, which goes with it', async () => {
    const store = database(
      'copied',
      { deletionPolicy: 'Delete', connectionSecret: { name: 'for-clients' } },
      { credentials: { mode: 'Generated' } },
    );
    await made(store);
    const copy = await eventually('the copy is there', () => find('secret', 'for-clients'));
    const { data } = (await find('secret', 'copied-rds-secret')) ?? {};
    expect(Object.keys(data ?? {}).sort()).toEqual(['dbname', 'host', 'password', 'port', 'uri', 'username']);
    expect(copy.data).toEqual(data);
    expect(Buffer.from(data?.['uri'] ?? '', 'base64').toString()).toMatch(
      /^mysql:\/\/admin:[A-Za-z0-9]{40}@copied-instance\.shop\.svc:3306\/appdb$/,
    );
    await world.edit(store, { connectionSecret: null });
    await eventually('the copy is gone', async () => (await find('secret', 'for-clients')) === undefined);
    await world.remove(store);
    expect(await thingsOf('copied')).toEqual([]);
  });
});
