import { expect, it } from 'vitest';
import type { GraphNode } from '../../operator/graph/graph.ts';
import type { AliasEndpointsInputs } from '../../operator/local/inputs.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import { results, steps, type LocalCluster, type LocalOwner } from '../support/local-cluster.ts';
import { inNamespaces } from '../support/local-place.ts';

interface Slice extends KubeObject {
  readonly addressType: string;
  readonly endpoints: readonly { readonly addresses: readonly string[] }[];
  readonly ports: readonly object[];
}

let cluster: LocalCluster;
/** Where the alias is, and where the other Service. */
let ns: string;
let far: string;
let owner: LocalOwner;

inNamespaces({ namespace: 'consumer', name: 'to-api', kind: 'PrivateLinkEndpoint' }, async (place) => {
  ({ cluster, ns, owner } = place);
  far = await cluster.newNamespace('provider');
});

const PORTS = [{ name: 'http', port: 80 }];
const alias = (more: Partial<AliasEndpointsInputs> = {}): GraphNode =>
  owner.build('AliasEndpoints', 'endpoints', {
    namespace: ns,
    service: 'to-api',
    from: { namespace: far, name: 'api' },
    ports: PORTS,
    ...more,
  });

const SLICES = '/apis/discovery.k8s.io/v1';
const slice = () => cluster.other.get<Slice>(`${SLICES}/namespaces/${ns}/endpointslices/to-api-alias`);

async function provide(): Promise<void> {
  await cluster.other.create(`/api/v1/namespaces/${far}/services`, {
    metadata: { name: 'api' },
    spec: {
      selector: { app: 'api' },
      ports: [
        { name: 'web', port: 80, targetPort: 'http' },
        { name: 'grpc', port: 9090, targetPort: 9090 },
      ],
    },
  });
}

/** As the endpoint controller writes it; there is none here. */
async function point(
  addresses: readonly string[],
  { name = 'api-abcde', port = 8080, ready = true, addressType = 'IPv4' } = {},
): Promise<void> {
  await cluster.other.apply(
    `${SLICES}/namespaces/${far}/endpointslices/${name}`,
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, labels: { 'kubernetes.io/service-name': 'api' } },
      addressType,
      endpoints: addresses.map((address) => ({
        addresses: [address],
        conditions: { ready, serving: ready, terminating: false },
        nodeName: 'node-1',
        targetRef: { kind: 'Pod', namespace: far, name: `api-${address}` },
      })),
      ports: [
        { name: 'web', port, protocol: 'TCP' },
        { name: 'grpc', port: 9090, protocol: 'TCP' },
      ],
    },
    { fieldManager: 'endpointslice-controller', force: true },
  );
}

const stateIn = async (nodes: readonly GraphNode[]) => (await owner.plan(nodes)).standing[0]?.state;
const addresses = async () => (await slice()).endpoints.map(({ addresses: [first] }) => first);

it('an alias leads where the other Service does, and follows it', async () => {
  await provide();
  await point(['10.1.0.2', '10.1.0.1']);
  const nodes = [alias()];
  expect(results(await owner.pass(nodes))).toEqual(['create endpoints done']);
  expect(await slice()).toMatchObject({
    metadata: {
      labels: {
        'kubernetes.io/service-name': 'to-api',
        'endpointslice.kubernetes.io/managed-by': 'landfall',
      },
      ownerReferences: [{ kind: 'PrivateLinkEndpoint', name: 'to-api' }],
    },
    addressType: 'IPv4',
    endpoints: ['10.1.0.1', '10.1.0.2'].map((address) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-1',
    })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });
  expect(steps(await owner.plan(nodes))).toEqual([]);
  expect(await stateIn(nodes)).toEqual({ phase: 'ready' });

  await point(['10.1.0.2', '10.1.0.3']);
  expect(steps(await owner.plan(nodes))).toEqual(['update endpoints endpoints']);
  expect(results(await owner.pass(nodes))).toEqual(['update endpoints done']);
  expect(await addresses()).toEqual(['10.1.0.2', '10.1.0.3']);
  expect(steps(await owner.plan(nodes))).toEqual([]);

  await point(['10.1.0.2'], { ready: false });
  await owner.pass(nodes);
  expect((await slice()).endpoints).toMatchObject([{ conditions: { ready: false } }]);
  expect(await stateIn(nodes)).toEqual({
    phase: 'pending',
    reason: 'WaitingForCluster',
    message: `no pod of Service ${far}/api is ready, to which the alias ${ns}/to-api-alias leads`,
  });
});

it('waits for a Service that is not there, or has no such port, and lets go of one that goes', async () => {
  const nodes = [alias({ ports: [...PORTS, { name: 'admin', port: 9999 }] })];
  expect(results(await owner.pass(nodes))).toEqual(['create endpoints done']);
  expect(steps(await owner.plan(nodes))).toEqual([]);
  expect(await stateIn(nodes)).toMatchObject({ reason: 'DependencyNotReady', message: /waits for Service/ });
  await provide();
  await point(['10.1.0.1']);
  await owner.pass(nodes);
  expect((await slice()).ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
  expect(await stateIn(nodes)).toMatchObject({
    reason: 'DependencyNotReady',
    message: `Service ${far}/api has no port 9999, to which the alias ${ns}/to-api-alias is to lead`,
  });
  const fewer = [alias()];
  await owner.pass(fewer);
  expect(await stateIn(fewer)).toEqual({ phase: 'ready' });
  await cluster.other.delete(`/api/v1/namespaces/${far}/services/api`);
  await owner.pass(fewer);
  expect(await addresses().catch(() => [])).toEqual([]);
  expect(steps(await owner.plan(fewer))).toEqual([]);
});

it('has what most endpoints have while pods with another port, or family of addresses, take their place', async () => {
  await provide();
  await point(['10.1.0.1']);
  await point(['10.1.0.2', '10.1.0.3'], { name: 'api-fghij', port: 8081 });
  await point(['fd00::1'], { name: 'api-klmno', addressType: 'IPv6' });
  const nodes = [alias()];
  await owner.pass(nodes);
  expect(await slice()).toMatchObject({ ports: [{ port: 8081 }] });
  expect(await addresses()).toEqual(['10.1.0.2', '10.1.0.3']);
  for (const name of ['api-abcde', 'api-fghij'])
    await cluster.other.delete(`${SLICES}/namespaces/${far}/endpointslices/${name}`);
  // The family of a slice cannot change: another takes its place.
  const found = await owner.plan(nodes);
  expect(steps(found)).toEqual(['create endpoints', 'delete endpoints']);
  await owner.carryOut(found, nodes);
  await owner.pass(nodes);
  expect(steps(await owner.plan(nodes))).toEqual([]);
  expect(await slice()).toMatchObject({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'] }] });
});

it('what others do to it is put right', async () => {
  await provide();
  await point(['10.1.0.1', '10.1.0.2']);
  const nodes = [alias()];
  await owner.pass(nodes);
  const path = `${SLICES}/namespaces/${ns}/endpointslices/to-api-alias`;
  const before = await slice();
  const drifts = [
    { endpoints: [{ addresses: ['10.9.9.9'], conditions: { ready: true } }] },
    { endpoints: [...before.endpoints, { addresses: ['10.9.9.9'], conditions: { ready: true } }] },
    { ports: [{ name: 'http', port: 1, protocol: 'TCP' }] },
    { metadata: { labels: { 'kubernetes.io/service-name': 'other' } } },
    { metadata: { labels: { 'endpointslice.kubernetes.io/managed-by': null } } },
    { metadata: { annotations: { 'landfall.dev/alias-of': '{}' } } },
    { metadata: { annotations: { 'landfall.dev/alias-of': null } } },
    { metadata: { ownerReferences: null } },
  ];
  for (const drift of drifts) {
    await cluster.other.mergePatch(path, drift);
    const what = JSON.stringify(drift);
    expect(steps(await owner.plan(nodes)), what).toEqual([expect.stringMatching(/^update endpoints /)]);
    await owner.pass(nodes);
    expect(steps(await owner.plan(nodes)), what).toEqual([]);
    const { endpoints, ports, metadata } = await slice();
    expect({ endpoints, ports, labels: metadata.labels }, what).toEqual({
      endpoints: before.endpoints,
      ports: before.ports,
      labels: before.metadata.labels,
    });
  }
});

it('leads elsewhere, is left, is taken up again, and goes', async () => {
  await provide();
  await point(['10.1.0.1']);
  await owner.pass([alias()]);
  const other = await cluster.newNamespace('other');
  const elsewhere = [alias({ from: { namespace: other, name: 'api' } })];
  expect(steps(await owner.plan(elsewhere))).toEqual([expect.stringMatching(/^update endpoints /)]);
  await owner.pass(elsewhere);
  expect(steps(await owner.plan(elsewhere))).toEqual([]);
  expect(await addresses().catch(() => [])).toEqual([]);
  await owner.pass([alias()]);
  expect(await addresses()).toEqual(['10.1.0.1']);

  await owner.retain();
  expect((await slice()).metadata.ownerReferences).toBeUndefined();
  await owner.pass([alias()]);
  expect(steps(await owner.plan([alias()]))).toEqual([]);

  const going = { going: true, keepsCopy: true };
  const removal = await owner.plan([], going);
  expect(results(await owner.carryOut(removal, [], going))).toEqual(['delete endpoints done']);
  expect(steps(await owner.plan([], going))).toEqual([]);
  expect(results(await owner.carryOut(removal, [], going))).toEqual(['delete endpoints done']);
});

it("somebody else's of the name is left as it is", async () => {
  await cluster.other.create(`${SLICES}/namespaces/${ns}/endpointslices`, {
    metadata: { name: 'to-api-alias' },
    addressType: 'IPv4',
    endpoints: [],
  });
  const before = await slice();
  const [outcome] = await owner.pass([alias()]);
  expect(outcome).toMatchObject({ result: 'stalled', reason: 'NameTaken' });
  expect(await slice()).toEqual(before);
});

it('costs three calls a refresh, however many there are', async () => {
  await provide();
  const nodes = [1, 2, 3].map((n) =>
    owner.build('AliasEndpoints', `endpoints-${n}`, {
      namespace: ns,
      service: `to-api-${n}`,
      from: { namespace: far, name: 'api' },
      ports: PORTS,
    }),
  );
  await owner.pass(nodes);
  owner.calls.length = 0;
  await owner.refresh();
  expect(owner.calls.filter(({ resource }) => resource === 'endpointslices')).toHaveLength(2);
  expect(owner.calls.every(({ verb }) => verb === 'list')).toBe(true);
});
