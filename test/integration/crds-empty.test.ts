import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { established } from '../../k8s-local/cluster/established.ts';
import type { StructuralSchema } from '../../operator/api/crd.ts';
import { type Kind, KINDS } from '../../operator/api/kinds.ts';
import { parseManifest } from '../../operator/api/parse.ts';
import { createKubeClient, type KubeClient } from '../../operator/kube/client.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { openApi } from '../operator/api/fixtures.ts';
import { kubectlOf } from '../support/kubectl.ts';
import { silent } from '../support/silent-log.ts';
import { type Manifest, pathOf } from '../support/world.ts';

type Value = Record<string, unknown>;

/** A field that may be written as `{}`, in what it may stand, and what else it may hold. */
interface Case {
  readonly field: string;
  readonly in?: Value;
  readonly full: Value;
  /** Why the API server does not take `{}`: it would say nothing. */
  readonly refused?: string;
}

const account = { accountRef: { name: 'main' }, region: 'us-east-1' };
const network = { ...account, networkRef: { name: 'shop' } };
const key = { name: 'id', type: 'String' };
const task = {
  cpu: 256,
  memoryMiB: 512,
  containers: [{ name: 'web', image: 'nginx', ports: [{ port: 80 }] }],
};
const balanced = { loadBalancer: { type: 'Application', listeners: [{ port: 80, protocol: 'HTTP' }] } };
const scaling = { read: { minUnits: 1, maxUnits: 5 } };
const provisioned = { mode: 'Provisioned', readUnits: 1, writeUnits: 1 };

const SPECS: Partial<Record<Kind, Value>> = {
  SecureVpc: { ...account, cidr: '10.0.0.0/16', zones: { count: 2 }, tiers: [{ name: 'private' }] },
  EcsService: { ...network, task },
  DataStore: network,
};

const CASES: Partial<Record<Kind, readonly Case[]>> = {
  Account: [{ field: 'local', full: { sizeFactor: 0.5 } }],
  SecureVpc: [
    { field: 'dns', full: { hostnames: 'Disabled' } },
    { field: 'dhcpOptions', full: { domainName: 'example.com' }, refused: 'dhcpOptions says nothing' },
    { field: 'nat', full: { mode: 'None' } },
    { field: 'securityGroups', full: { data: {} } },
    { field: 'securityGroups.alb', full: { ingress: { cidrs: ['10.0.0.0/8'] } } },
    { field: 'securityGroups.alb.ingress', full: { cidrs: ['10.0.0.0/8'] } },
    { field: 'securityGroups.ecs', full: { ports: [{ name: 'web', fromPort: 80, toPort: 81 }] } },
    { field: 'securityGroups.data', full: { ports: [{ name: 'mysql', port: 3306 }] } },
    {
      field: 'securityGroups.endpoints',
      full: { rules: [{ name: 'metrics', direction: 'Ingress', fromPort: 9100, cidr: '10.0.0.0/16' }] },
    },
    { field: 'flowLogs', full: { trafficType: 'REJECT' } },
  ],
  EcsService: [
    { field: 'cluster', full: { create: {} } },
    { field: 'cluster.create', full: { containerInsights: 'Enabled' } },
    { field: 'capacity', full: { type: 'Fargate' } },
    { field: 'service', full: { desiredCount: 2 } },
    { field: 'service.deployment', full: { circuitBreaker: 'Disabled' } },
    { field: 'loadBalancer.target', in: balanced, full: { port: 80 } },
    { field: 'loadBalancer.healthCheck', in: balanced, full: { path: '/health' } },
    {
      field: 'loadBalancer.webAcl',
      in: balanced,
      full: { rateLimit: {} },
      refused: 'loadBalancer.webAcl would let everything through',
    },
    { field: 'loadBalancer.webAcl.rateLimit', in: balanced, full: { requests: 100 } },
    { field: 'logs', full: { retentionDays: 30 } },
  ],
  DataStore: [
    { field: 'alarms', in: { redis: {} }, full: { metrics: [{ metric: 'Evictions', threshold: 5 }] } },
    { field: 'backup', in: { mysql: {} }, full: { retentionDays: 3 } },
    {
      field: 'restoreFrom',
      in: { redis: {} },
      full: { snapshot: 'last' },
      refused: 'restoreFrom names one copy',
    },
    ...['mysql', 'auroraPostgresql'].flatMap((engine) => [
      { field: engine, full: { applyChanges: 'Immediately' } },
      { field: `${engine}.credentials`, full: { mode: 'Generated' } },
      { field: `${engine}.backup`, full: { retentionDays: 3 } },
      { field: `${engine}.performanceInsights`, full: { mode: 'Disabled' } },
    ]),
    { field: 'redis', full: { nodes: 2 } },
    { field: 'redis.credentials', full: { mode: 'None' } },
    {
      field: 'dynamodb.billing',
      in: { networkRef: undefined, dynamodb: { partitionKey: key } },
      full: provisioned,
    },
    {
      field: 'dynamodb.billing.autoscaling',
      in: { networkRef: undefined, dynamodb: { partitionKey: key, billing: provisioned } },
      full: scaling,
    },
    {
      field: 'dynamodb.globalIndexes.0.autoscaling',
      in: {
        networkRef: undefined,
        dynamodb: {
          partitionKey: key,
          billing: provisioned,
          globalIndexes: [
            { name: 'mine', partitionKey: key, projection: 'All', readUnits: 1, writeUnits: 1 },
          ],
        },
      },
      full: scaling,
    },
  ],
};
const all = Object.entries(CASES).flatMap(([kind, cases]) =>
  cases.map((one) => ({ ...one, kind: kind as Kind })),
);

/** Every field below an object that may be written as `{}`: it is optional, and none of its members is required. */
function emptyable(schema: StructuralSchema, path: readonly string[] = []): string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const isOne = field.properties && !field.required?.length && !schema.required?.includes(name);
    return [...(isOne ? [[...path, name].join('.')] : []), ...emptyable(field, [...path, name])];
  });
  return [...inner, ...(schema.items ? emptyable(schema.items, [...path, '0']) : [])];
}

/** The value with another one at a path, and whatever it takes on the way there. */
function withValue(value: unknown, [first, ...rest]: readonly string[], given: Value): unknown {
  if (first === undefined) return given;
  if (Array.isArray(value))
    return value.map((item: unknown, index) =>
      String(index) === first ? withValue(item, rest, given) : item,
    );
  const object = (value ?? {}) as Value;
  return { ...object, [first]: withValue(object[first], rest, given) };
}

let plane: ControlPlane;
let kube: KubeClient;

beforeAll(async () => {
  plane = await startControlPlane();
  kube = createKubeClient({ kubeConfig: loadKubeConfig({ path: plane.kubeconfigPath }), log: silent });
  const done = await plane.kubectl(['apply', '-f', join(import.meta.dirname, '..', '..', 'crds')]);
  expect(done).toMatchObject({ code: 0 });
  await established(kubectlOf(plane));
});
afterAll(async () => {
  kube.close();
  await plane.stop();
});

/** As Argo CD and Flux apply what is in Git. */
const apply = (object: Manifest) =>
  kube.apply<Manifest>(pathOf(object), object, {
    fieldManager: 'gitops',
    force: true,
    query: { fieldValidation: 'Strict' },
  });

/** What the operator and the command line take it for, with every default. */
function meaning(object: Manifest): unknown {
  const result = parseManifest(object.kind as Kind, object);
  return result.ok ? result.value.spec : result.issues;
}

describe('what may be written as {}', () => {
  it('is all tried here', () => {
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const spec = openApi(kind).properties?.['spec'];
      const fields = (CASES[kind] ?? []).map(({ field }) => field);
      expect(fields.toSorted(), kind).toEqual(emptyable(spec ?? {}).toSorted());
    }
  });

  it.each(all)(
    '$kind $field: stays, however often it is applied server side, and after it held something',
    async ({ kind, field, in: around, full, refused }) => {
      const named = (value: Value): Manifest => ({
        apiVersion: 'landfall.dev/v1alpha1',
        kind,
        metadata: {
          name: field.toLowerCase(),
          ...(KINDS[kind].scope === 'Namespaced' && { namespace: 'default' }),
        },
        spec: withValue({ ...SPECS[kind], ...around }, field.split('.'), value),
      });
      const empty = named({});
      if (refused !== undefined) {
        await expect(apply(empty)).rejects.toThrow(refused);
        return;
      }
      const first = await apply(empty);
      expect(meaning(first)).toEqual(meaning(empty));
      const again = await apply(empty);
      expect(again).toMatchObject({ spec: first.spec, metadata: { generation: 1 } });
      const filled = await apply(named(full));
      expect(meaning(filled)).toEqual(meaning(named(full)));
      expect(await apply(named(full))).toMatchObject({ spec: filled.spec });
      for (const _ of ['once', 'twice']) expect((await apply(empty)).spec).toEqual(first.spec);
    },
  );
});

describe('a default of a field that cannot change', () => {
  it.each([
    { engine: 'mysql', written: { engineVersion: '8.0', masterUsername: 'admin', storageType: 'gp3' } },
    { engine: 'auroraPostgresql', written: { engineVersion: '15.4', masterUsername: 'postgres' } },
    { engine: 'redis', written: { engine: 'Redis', credentials: { mode: 'None' } } },
  ])('may be written out and left out again: $engine', async ({ engine, written }) => {
    const named = (value: Value): Manifest => ({
      apiVersion: 'landfall.dev/v1alpha1',
      kind: 'DataStore',
      metadata: { name: `written-${engine.toLowerCase()}`, namespace: 'default' },
      spec: { ...network, [engine]: value },
    });
    for (const value of [{}, written, {}])
      expect(await apply(named(value))).toMatchObject({ spec: { [engine]: value } });
  });
});
