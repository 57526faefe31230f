import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveGitOpsProgram } from '../../k8s-local/gitops/programs.ts';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { KINDS } from '../../operator/api/kinds.ts';
import { createInformer, type Informer } from '../../operator/kube/informer.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import { eventually } from '../support/eventually.ts';
import { AS_ARGO, healthChecks, judge, type Judged, type Kstatus } from '../support/gitops-judges.ts';
import { account, namespace } from '../support/manifests.ts';
import { silent } from '../support/silent-log.ts';
import { conditionOf, type Manifest, World } from '../support/world.ts';

let world: World;
let operator: OperatorProcess;

const API = 'landfall.dev/v1alpha1';
type Maker = (name: string, more?: object) => Manifest;
const of =
  (kind: string, spec: object): Maker =>
  (name, more = {}) => ({
    apiVersion: API,
    kind,
    metadata: { name, namespace: 'shop' },
    spec: { accountRef: { name: 'laptop' }, region: 'us-east-1', ...spec, ...more },
  });

const networks = of('SecureVpc', {
  cidr: '10.0.0.0/16',
  zones: { count: 2 },
  tiers: [{ name: 'private' }, { name: 'data' }],
  securityGroups: { ecs: {}, data: {} },
  flowLogs: { destination: 'None' },
  allowReferencesFrom: ['front'],
});
const stores = of('DataStore', {
  networkRef: { name: 'net' },
  environment: 'dev',
  redis: { credentials: { mode: 'Generated' } },
});
const services = of('EcsService', {
  networkRef: { name: 'net' },
  environment: 'dev',
  dataStores: [{ name: 'cache' }],
  task: { containers: [{ name: 'web', image: 'web:1', ports: [{ port: 8080 }] }] },
  loadBalancer: { type: 'Network', listeners: [{ port: 8080, protocol: 'TCP' }] },
  service: { autoscaling: { minCount: 1, maxCount: 2, cpuPercent: 50 } },
});
const links = of('PrivateLinkEndpoint', {
  environment: 'dev',
  provide: { serviceRef: { name: 'web' } },
  allowReferencesFrom: ['front'],
});

const laptop: Manifest = {
  apiVersion: API,
  kind: 'Account',
  metadata: { name: 'laptop' },
  spec: { local: { namespaces: ['shop', 'front'], sizeFactor: 0.25 } },
};
const cloud = account('cloud', ['shop']);
const inAws = { accountRef: { name: 'cloud' }, securityGroups: { data: {} } };

const network = networks('net');
const store = stores('cache');
const service = services('web');
const link = links('web');
const cloudNetwork = networks('cloud', inAws);
const cloudStore = stores('cloud', {
  accountRef: { name: 'cloud' },
  networkRef: { name: 'cloud' },
  redis: {},
});
const caller: Manifest = {
  ...services('caller'),
  metadata: { name: 'caller', namespace: 'front' },
  spec: {
    accountRef: { name: 'laptop' },
    region: 'us-east-1',
    environment: 'dev',
    networkRef: { name: 'net', namespace: 'shop' },
    task: { containers: [{ name: 'caller', image: 'caller:1' }] },
  },
};
const consumer: Manifest = {
  ...links('web'),
  metadata: { name: 'web', namespace: 'front' },
  spec: {
    accountRef: { name: 'laptop' },
    region: 'us-east-1',
    environment: 'dev',
    consume: {
      from: { name: 'web', namespace: 'shop' },
      networkRef: { name: 'net', namespace: 'shop' },
      ports: [{ port: 8080 }],
      allowFrom: [{ name: 'caller' }],
    },
  },
};

/** In the order in which each has what it needs. */
const ALL = [laptop, cloud, network, store, service, link, caller, consumer, cloudNetwork, cloudStore];
const MAKERS: readonly [string, Maker][] = [networks, stores, services, links].map((make) => [
  make('any').kind,
  make,
]);
const nameOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;

/** The objects as they are now. */
const asTheyAre = (objects: readonly Manifest[]) =>
  Promise.all(
    objects.map(async (object) => {
      const now = await world.read(object);
      if (!now) throw new Error(`${nameOf(object)} is not there`);
      return now;
    }),
  );
const verdicts = (objects: readonly Manifest[], judged: readonly Judged[]) =>
  objects.map((object, index) => {
    const { flux, argo } = judged[index] ?? {};
    return `${nameOf(object)}: ${flux?.status} ${argo?.status ?? '-'}`;
  });

/** Both say this of the objects as they were captured, Argo CD what it calls so unless told otherwise. */
async function agree(captured: readonly Manifest[], want: Kstatus, argo = AS_ARGO[want]): Promise<void> {
  const wanted = captured.map((object) => `${nameOf(object)}: ${want} ${argo}`);
  expect(verdicts(captured, await judge(captured))).toEqual(wanted);
}

/** No controllers run here: what they would say is written by hand. */
async function says(kind: string, name: string, status: object, where = 'shop'): Promise<void> {
  const patch = JSON.stringify({ status });
  const at = ['-n', where, '--subresource=status', '--type=merge'];
  await world.kubectl('patch', kind, name, ...at, '-p', patch);
}
const counts = { replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 };
async function runs(kind: 'deployment' | 'statefulset', name: string, where = 'shop'): Promise<void> {
  const path = 'jsonpath={.metadata.generation}';
  const observedGeneration = Number(await world.kubectl('get', kind, name, '-n', where, '-o', path));
  const more =
    kind === 'statefulset'
      ? { currentReplicas: 1, currentRevision: 'one', updateRevision: 'one' }
      : {
          conditions: [
            { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: 'done' },
            { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'done' },
          ],
        };
  await says(kind, name, { observedGeneration, ...counts, ...more }, where);
}

/** A pod that answers, as the controller of slices would list it. */
const slice = (port: object): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
  ports: [port],
});
async function portOf(name: string): Promise<object> {
  const text = await world.kubectl('get', 'service', name, '-n', 'shop', '-o', 'json');
  const { spec } = JSON.parse(text) as { spec: { ports: { name: string; protocol: string }[] } };
  const [first] = spec.ports;
  return { name: first?.name, protocol: first?.protocol, port: 8080 };
}

/** What waits for its dependents, of which no controller makes any here, is let go. */
async function collectGarbage(): Promise<void> {
  const listed = await world.kubectl('get', 'deployments,statefulsets', '-A', '-o', 'json');
  const { items } = JSON.parse(listed) as { items: Manifest[] };
  const patch = '{"metadata":{"finalizers":null}}';
  for (const { kind, metadata } of items) {
    if (metadata.finalizers?.includes('foregroundDeletion') !== true) continue;
    const at = ['-n', metadata.namespace ?? '', '--type=merge', '-p', patch];
    // It may have gone meanwhile.
    await world.kubectl('patch', kind, metadata.name, ...at).catch(() => '');
  }
}

const MADE =
  'serviceaccounts,services,deployments,statefulsets,horizontalpodautoscalers,networkpolicies,persistentvolumeclaims,endpointslices,secrets';

/** What both say of each thing that the operator made in the cluster. */
async function made(): Promise<string[]> {
  const selector = 'app.kubernetes.io/managed-by=landfall';
  const text = await world.kubectl('get', MADE, '-A', '-l', selector, '-o', 'json');
  const { items } = JSON.parse(text) as { items: Manifest[] };
  const judged = await judge(items);
  return verdicts(items, judged).sort();
}

/** Every version of every object of ours that the API server told of. */
const versions: Manifest[] = [];
let informers: readonly Informer<Manifest & KubeObject>[] = [];

beforeAll(async () => {
  await resolveGitOpsProgram();
  world = await World.start({ LANDFALL_AWS_CACHE_SECONDS: '0.5' });
  await world.claim();
  informers = [network, store, service, link].map(({ kind }) => {
    const informer: Informer<Manifest & KubeObject> = createInformer<Manifest & KubeObject>({
      client: world.kube,
      path: `/apis/${API}/${kind.toLowerCase()}s`,
      log: silent,
      onChange: (key) => {
        const now = informer.get(key);
        if (now) versions.push({ ...now, apiVersion: API, kind });
      },
    });
    return informer;
  });
  for (const informer of informers) informer.start();
  await Promise.all(informers.map((informer) => informer.synced()));
});
afterAll(async () => {
  await Promise.all(informers.map((informer) => informer.stop()));
  await world?.stop();
});

const operated = () => {
  operator = world.operator();
};

it('has a check for Argo CD of every kind with conditions', () => {
  const kinds = Object.keys(KINDS).filter((kind) => kind !== 'PlanApproval');
  const checks = kinds.map((kind) => `resource.customizations.health.landfall.dev_${kind}`);
  expect(Object.keys(healthChecks()).sort()).toEqual(checks.sort());
});

describe('Flux (kstatus) and Argo CD (the checks of manifests/gitops) read', () => {
  it('what no operator has seen yet as under way', async () => {
    await world.apply([namespace('shop'), namespace('front'), ...ALL]);
    const fresh = await asTheyAre(ALL);
    for (const { status } of fresh) expect(status).toMatchObject({ observedGeneration: -1 });
    await agree(fresh, 'InProgress');
  });

  it('what waits for others, for the cluster or for AWS as under way', async () => {
    const early = links('early', { provide: { serviceRef: { name: 'later' } } });
    await world.apply([early]);
    operated();
    const waits = (object: Manifest, reason: string) => world.condition(object, 'Reconciling', { reason });
    await agree(
      await Promise.all([
        waits(store, 'WaitingForCluster'),
        waits(service, 'DependencyNotReady'),
        waits(early, 'DependencyNotReady'),
        waits(cloudStore, 'WaitingForAws'),
      ]),
      'InProgress',
    );
    await world.remove(early);
    expect(await made()).toContain('StatefulSet cache-dev-redis: InProgress Progressing');
  });

  it('what is there as there, in the cluster and in AWS', async () => {
    await runs('statefulset', 'cache-dev-redis');
    const wanted = ['Deployment web', 'Deployment caller'];
    await eventually('the Deployments', async () => {
      const names = new Set((await made()).map((one) => one.split(':')[0]));
      return wanted.every((name) => names.has(name));
    });
    // The rest of a service is made beside its Deployment.
    expect(await made()).toEqual(
      expect.arrayContaining([
        'Deployment caller: InProgress Progressing',
        'Deployment web: InProgress Progressing',
        'PersistentVolumeClaim cache-dev-redis: InProgress Progressing',
        'StatefulSet cache-dev-redis: Current Healthy',
      ]),
    );
    await runs('deployment', 'web');
    await world.apply([slice(await portOf('web'))]);
    await runs('deployment', 'caller', 'front');
    await says('horizontalpodautoscaler', 'web', {
      currentReplicas: 1,
      desiredReplicas: 1,
      conditions: ['AbleToScale', 'ScalingActive'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: new Date().toISOString(),
        reason: 'Hand',
        message: 'written by hand',
      })),
    });
    await says('persistentvolumeclaim', 'cache-dev-redis', { phase: 'Bound' });
    // A cluster may have nothing that gives addresses to load balancers: Argo CD waits for one, Landfall does not.
    await world.ready(service, 30_000);
    expect(await made()).toContain('Service web: Current Progressing');
    await says('service', 'web', { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } });
    await eventually(
      'the address in the status',
      async () => (await world.read(service))?.status?.['loadBalancerDnsName'] === '192.0.2.7',
    );
    const ready = await Promise.all(ALL.map((object) => world.ready(object, 30_000)));
    await agree(ready, 'Current');
    expect(await made()).toMatchInlineSnapshot(`
      [
        "Deployment caller: Current Healthy",
        "Deployment web: Current Healthy",
        "EndpointSlice web-alias: Current -",
        "HorizontalPodAutoscaler web: Current Healthy",
        "NetworkPolicy cache-dev-redis: Current -",
        "NetworkPolicy caller-service-network: Current -",
        "NetworkPolicy caller-service-own: Current -",
        "NetworkPolicy net-network-data: Current -",
        "NetworkPolicy net-network-ecs: Current -",
        "NetworkPolicy web-endpoint: Current -",
        "NetworkPolicy web-service-own: Current -",
        "PersistentVolumeClaim cache-dev-redis: Current Healthy",
        "Secret cache-dev-redis-secret: Current -",
        "Service cache-dev-redis: Current Healthy",
        "Service web: Current Healthy",
        "Service web: Current Healthy",
        "ServiceAccount caller: Current -",
        "ServiceAccount web: Current -",
        "StatefulSet cache-dev-redis: Current Healthy",
      ]
    `);
  });

  it('what was edited and not yet seen as under way', async () => {
    await operator.kill();
    const namespaces = ['shop', 'front', 'later'];
    await world.edit(laptop, { local: { namespaces } });
    await world.edit(cloud, { aws: { namespaces } });
    for (const object of ALL.slice(2)) await world.edit(object, { tags: { edited: 'yes' } });
    const stale = await asTheyAre(ALL);
    for (const object of stale) expect(conditionOf(object, 'Ready')).toMatchObject({ status: 'True' });
    await agree(stale, 'InProgress');
    operated();
    await agree(await Promise.all(ALL.map((object) => world.ready(object, 30_000))), 'Current');
  });

  it('what is refused, or waits for a person, as failed', async () => {
    const lost = MAKERS.map(([, make]) => make('lost', { accountRef: { name: 'nowhere' } }));
    const asking = MAKERS.map(([, make]) => make('asking', { approval: 'Manual' }));
    await world.apply([...lost, ...asking]);
    await agree(
      await Promise.all([
        ...lost.map((object) => world.condition(object, 'Stalled', { reason: 'AccountNotFound' })),
        ...asking.map((object) => world.condition(object, 'Stalled', { reason: 'ApprovalRequired' })),
      ]),
      'Failed',
    );
    await Promise.all([...lost, ...asking].map((object) => world.remove(object)));
  });

  it('what is paused as it was last found, and Argo CD as suspended', async () => {
    const things = [network, store, service, link, cloudNetwork];
    for (const object of things) await world.edit(object, { management: 'Pause' });
    await agree(
      await Promise.all(things.map((object) => world.condition(object, 'Paused'))),
      'Current',
      'Suspended',
    );
    const fresh = MAKERS.map(([, make]) => make('paused', { management: 'Pause' }));
    await world.apply(fresh);
    await agree(
      await Promise.all(fresh.map((object) => world.condition(object, 'Paused'))),
      'InProgress',
      'Suspended',
    );
    for (const object of things) await world.edit(object, { management: 'Manage' });
    for (const object of fresh) await world.edit(object, { management: 'Observe' });
    await Promise.all(things.map((object) => world.ready(object)));
    await Promise.all(fresh.map((object) => world.remove(object)));
  });

  it('what is to go as going, whether its operator works or not', async () => {
    await operator.kill();
    for (const object of ALL) await world.delete(object);
    await agree(await asTheyAre(ALL), 'Terminating');
    operated();
    await agree(
      [
        await world.condition(service, 'Reconciling', { reason: 'WaitingForCluster' }),
        await world.condition(laptop, 'Reconciling', { reason: 'InUse' }),
      ],
      'Terminating',
    );
    for (const object of [...ALL].reverse())
      await eventually(
        `${nameOf(object)} is gone`,
        async () => {
          await collectGarbage();
          return (await world.read(object)) === undefined;
        },
        { timeoutMs: 30_000 },
      );
  });

  it('every version that there ever was of these objects alike', async () => {
    const judged = await judge(versions);
    const different = versions.flatMap((object, index) => {
      const { flux, argo } = judged[index] as Judged;
      const { generation, deletionTimestamp } = object.metadata;
      const known = deletionTimestamp === undefined && object.status?.observedGeneration === generation;
      const want = known && conditionOf(object, 'Paused') ? 'Suspended' : AS_ARGO[flux.status];
      return argo?.status === want ? [] : [{ object, flux, argo }];
    });
    expect(different).toEqual([]);
    // Of each kind, each answer.
    const told = (kind: string) =>
      [
        ...new Set(
          judged.flatMap(({ flux }, index) => (versions[index]?.kind === kind ? [flux.status] : [])),
        ),
      ].sort();
    for (const [kind] of MAKERS)
      expect(told(kind), kind).toEqual(['Current', 'Failed', 'InProgress', 'Terminating']);
  });
});
