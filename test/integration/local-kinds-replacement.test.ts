import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../operator/graph/graph.ts';
import { kindOf } from '../../operator/graph/kind.ts';
import { localKinds } from '../../operator/local/kinds.ts';
import type { KubeClient } from '../../operator/kube/client.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import { withValue, parsePath, at } from '../support/json-paths.ts';
import { LOCAL_CASES, nodeOf, type LocalCase } from '../support/local-cases.ts';
import { LocalOwner, results, steps, type LocalCluster } from '../support/local-cluster.ts';
import { inNamespaces } from '../support/local-place.ts';

type Live = KubeObject & Record<string, unknown>;

let cluster: LocalCluster;
let ns: string;
let owner: LocalOwner;

inNamespaces({ namespace: 'replaced' }, (place) => {
  ({ cluster, ns, owner } = place);
});

function caseOf(type: string): LocalCase {
  const found = LOCAL_CASES.find((one) => one.type === type);
  if (!found) throw new Error(`no case of ${type}`);
  return found;
}
const node = (type: string, ...changes: [path: string, to: unknown][]): GraphNode => {
  const one = caseOf(type);
  const body = changes.reduce((now, [path, to]) => withValue(now, parsePath(path), to), one.body);
  return nodeOf(owner.build, { ...one, body }, { namespace: ns });
};
const live = (type: string, name = 'api') => cluster.other.get<Live>(caseOf(type).path(ns, name));
const letGo = (type: string, name = 'api') =>
  cluster.other.mergePatch(caseOf(type).path(ns, name), { metadata: { finalizers: null } });
const uidOf = async (type: string, name = 'api') => (await live(type, name)).metadata.uid;

const OTHER = { app: 'other' };
const SELECTED: [string, unknown][] = [
  ['spec.selector.matchLabels', OTHER],
  ['spec.template.metadata.labels', OTHER],
];

describe('what cannot change is made anew', () => {
  it('a Deployment under its own name, when its pods are gone', async () => {
    await owner.pass([node('Deployment')]);
    const before = await uidOf('Deployment');
    const wanted = [node('Deployment', ...SELECTED)];
    const found = await owner.plan(wanted);
    expect(found.actions).toMatchObject([
      { verb: 'create', changes: [{ path: 'spec.selector', replace: true }, {}, {}] },
      { verb: 'delete', superseded: true },
    ]);
    const [waiting] = await owner.carryOut(found, wanted);
    expect(waiting).toMatchObject({ result: 'waiting', reason: 'WaitingForCluster' });
    expect((await live('Deployment')).metadata.finalizers).toEqual(['foregroundDeletion']);
    // As long as it goes there is nothing to do.
    expect((await owner.plan(wanted)).actions).toMatchObject([{ verb: 'wait' }]);
    await letGo('Deployment');
    await owner.pass(wanted);
    expect(await uidOf('Deployment')).not.toBe(before);
    expect(steps(await owner.plan(wanted))).toEqual([]);
  });

  it('a StatefulSet whose pods stay, and are the new one’s', async () => {
    await owner.pass([node('StatefulSet')]);
    const wanted = [node('StatefulSet', ['spec.serviceName', 'other'])];
    expect(results(await owner.pass(wanted))).toContain('create thing waiting WaitingForCluster');
    expect((await live('StatefulSet')).metadata.finalizers).toEqual(['orphan']);
    await letGo('StatefulSet');
    await owner.pass(wanted);
    expect(await live('StatefulSet')).toMatchObject({ spec: { serviceName: 'other' } });
    expect(steps(await owner.plan(wanted))).toEqual([]);
  });

  it('a StatefulSet that looks for other pods only when the former ones are gone', async () => {
    await owner.pass([node('StatefulSet')]);
    await owner.pass([node('StatefulSet', ...SELECTED)]);
    expect((await live('StatefulSet')).metadata.finalizers).toEqual(['foregroundDeletion']);
  });

  it('a Service at once', async () => {
    const plain: [string, unknown] = ['spec.type', 'ClusterIP'];
    await owner.pass([node('Service', plain)]);
    const before = await uidOf('Service');
    const wanted = [node('Service', plain, ['spec.clusterIP', 'None'])];
    // The former one went before it: the new one of its name is not that on its way out.
    expect(results(await owner.pass(wanted))).toEqual(['create thing done', 'delete thing done']);
    expect(await live('Service')).toMatchObject({ spec: { clusterIP: 'None' } });
    expect(await uidOf('Service')).not.toBe(before);
    expect(steps(owner.planAsKnown(wanted))).toEqual([]);
    expect(steps(await owner.plan(wanted))).toEqual([]);
  });
});

describe('what is nobody’s fault is no difference', () => {
  it('a count that an autoscaler sets, a container that is put beside ours, defaults', async () => {
    const nodes = [node('Deployment', ['spec.replicas', undefined])];
    await owner.pass(nodes);
    const path = caseOf('Deployment').path(ns, 'api');
    await cluster.other.mergePatch(`${path}/scale`, { spec: { replicas: 5 } });
    await cluster.other.apply(
      path,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'api' },
        spec: {
          template: {
            metadata: { annotations: { 'mesh.example/injected': 'yes' } },
            spec: { containers: [{ name: 'mesh', image: 'mesh:1' }], nodeSelector: { disk: 'fast' } },
          },
        },
      },
      { fieldManager: 'mesh' },
    );
    expect(steps(await owner.plan(nodes))).toEqual([]);
    const more = [node('Deployment', ['spec.replicas', undefined], ['spec.minReadySeconds', 9])];
    expect(steps(await owner.plan(more))).toEqual(['update thing spec.minReadySeconds']);
    await owner.pass(more);
    const after = await live('Deployment');
    expect(at(after, parsePath('spec.replicas'))).toBe(5);
    expect(JSON.stringify(after)).toContain('mesh:1');
    expect(at(after, parsePath('spec.minReadySeconds'))).toBe(9);
  });

  it('who has which fields, which is written down anew', async () => {
    const nodes = [node('Deployment')];
    await owner.pass(nodes);
    const before = await live('Deployment');
    await cluster.other.mergePatch(caseOf('Deployment').path(ns, 'api'), {
      metadata: { managedFields: [{}] },
    });
    const found = await owner.plan(nodes);
    expect(found.actions).toMatchObject([{ verb: 'update' }]);
    expect(found.actions.flatMap(({ changes }) => changes).filter(({ replace }) => replace)).toEqual([]);
    await owner.carryOut(found, nodes);
    expect(steps(await owner.plan(nodes))).toEqual([]);
    const after = await live('Deployment');
    expect(after['spec']).toEqual(before['spec']);
    expect(after.metadata.generation).toBe(before.metadata.generation);
  });
});

describe('what stands in the way', () => {
  it('is told in the words of the API server', async () => {
    const invalid = [node('Service', ['spec.ports[0].port', 70_000])];
    const [refused] = await owner.pass(invalid);
    expect(refused).toMatchObject({ result: 'stalled', reason: 'ClusterRefused' });
    expect(refused?.message).toContain('spec.ports[0].port: Invalid value: 70000');
    const elsewhere = new LocalOwner(cluster, {
      kind: 'EcsService',
      metadata: { namespace: 'nowhere', name: 'api', uid: 'u' },
    });
    const [missing] = await elsewhere.pass([
      nodeOf(elsewhere.build, caseOf('ServiceAccount'), { namespace: 'nowhere' }),
    ]);
    expect(missing).toMatchObject({ result: 'waiting', reason: 'DependencyNotReady' });
    await cluster.other.create(`/api/v1/namespaces/${ns}/resourcequotas`, {
      metadata: { name: 'small' },
      spec: { hard: { 'count/serviceaccounts': '0' } },
    });
    await cluster.other.mergePatch(`/api/v1/namespaces/${ns}/resourcequotas/small/status`, {
      status: { hard: { 'count/serviceaccounts': '0' }, used: { 'count/serviceaccounts': '0' } },
    });
    const [over] = await owner.pass([node('ServiceAccount')]);
    expect(over).toMatchObject({ result: 'stalled', reason: 'QuotaExceeded' });
    await cluster.other.delete(`/api/v1/namespaces/${ns}`);
    const [ending] = await owner.pass([node('NetworkPolicy')]);
    expect(ending).toMatchObject({ result: 'waiting', reason: 'WaitingForCluster' });
  });

  it('another process that leads: nothing is written', async () => {
    await owner.pass([node('ServiceAccount')]);
    owner.leads = false;
    const changed = [
      node('ServiceAccount', ['automountServiceAccountToken', true]),
      { ...node('Service'), key: 'service' },
    ];
    expect(results(await owner.pass(changed))).toEqual([
      'create service waiting InternalError',
      'update thing waiting InternalError',
    ]);
    expect(results(await owner.pass([], { going: true }))).toEqual(['delete thing waiting InternalError']);
    expect(await live('ServiceAccount')).toMatchObject(caseOf('ServiceAccount').body);
    await expect(live('Service')).rejects.toMatchObject({ status: 404 });
  });

  it('somebody who makes one of the name in the very moment keeps it', async () => {
    const one = caseOf('ServiceAccount');
    let theirs: Live | undefined;
    const racing: KubeClient = {
      ...cluster.kube,
      async apply<T>(...call: Parameters<KubeClient['apply']>): Promise<T> {
        theirs ??= await cluster.other.create<Live>(one.path(ns), {
          metadata: { name: 'api' },
          secrets: [{ name: 'theirs' }],
        });
        return cluster.kube.apply<T>(...call);
      },
    };
    const late = new LocalOwner(
      cluster,
      { kind: 'EcsService', metadata: { namespace: ns, name: 'api', uid: 'u' } },
      racing,
    );
    const [outcome] = await late.pass([nodeOf(late.build, one, { namespace: ns })]);
    expect(outcome).toMatchObject({ result: 'stalled', reason: 'NameTaken' });
    const left = await live('ServiceAccount');
    expect(left['secrets']).toEqual([{ name: 'theirs' }]);
    expect([left.metadata.labels, left.metadata.annotations, left.metadata.ownerReferences]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('a thing that is gone, or another’s by now: a change or a delete that was planned makes and takes nothing', async () => {
    const nodes = [node('ServiceAccount')];
    await owner.pass(nodes);
    const changed = [node('ServiceAccount', ['automountServiceAccountToken', true])];
    const [update, removal] = [await owner.plan(changed), await owner.plan([], { going: true })];
    await cluster.other.delete(caseOf('ServiceAccount').path(ns, 'api'));
    expect(results(await owner.carryOut(update, changed))).toEqual([
      'update thing waiting WaitingForCluster',
    ]);
    await expect(live('ServiceAccount')).rejects.toMatchObject({ status: 404 });
    const theirs = await cluster.other.create<Live>(caseOf('ServiceAccount').path(ns), {
      metadata: { name: 'api' },
      secrets: [{ name: 'theirs' }],
    });
    await owner.carryOut(update, changed);
    expect(results(await owner.carryOut(removal, [], { going: true }))).toEqual(['delete thing done']);
    expect(await live('ServiceAccount')).toEqual(theirs);
    expect((await owner.pass(nodes))[0]).toMatchObject({ result: 'stalled', reason: 'NameTaken' });
  });
});

it('a thing is found by its id, and by no other', async () => {
  await owner.pass([node('Deployment')]);
  const { collection } = kindOf(localKinds, 'Deployment');
  const ids = [`${ns}/deployments/api`, `${ns}/services/api`, `${ns}/deployments/other`, 'api', `${ns}/api`];
  const found = await collection.get(owner.session, ids);
  expect(found.map((record) => collection.id(record))).toEqual([`${ns}/deployments/api`]);
});
