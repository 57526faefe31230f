import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../operator/graph/graph.ts';
import { generatedSecretKind } from '../../operator/local/generated-secret.ts';
import type { GeneratedSecretInputs } from '../../operator/local/inputs.ts';
import { TAG } from '../../operator/graph/ownership.ts';
import { GENERATED } from '../../operator/local/secret-values.ts';
import { VOLUME_POLICY } from '../../operator/local/persistent-volume-claim.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import { LOCAL_CASES } from '../support/local-cases.ts';
import { results, steps, type LocalCluster, type LocalOwner } from '../support/local-cluster.ts';
import { inNamespaces } from '../support/local-place.ts';

type Secret = KubeObject & { data: Record<string, string> };

let cluster: LocalCluster;
let ns: string;
let owner: LocalOwner;

inNamespaces({ namespace: 'secrets', name: 'orders', kind: 'DataStore' }, (place) => {
  ({ cluster, ns, owner } = place);
});

const INPUTS = {
  values: { username: 'orders', host: 'orders.shop.svc' },
  generated: { password: 40 },
  templates: { uri: 'mysql://{username}:{password}@{host}/orders' },
};
const secretNode = (more: Partial<GeneratedSecretInputs> = {}): GraphNode =>
  owner.build('GeneratedSecret', 'secret', { namespace: ns, name: 'orders', ...INPUTS, ...more });
const claim = (annotations: Record<string, string> = {}): GraphNode =>
  owner.build(
    'PersistentVolumeClaim',
    'volume',
    {
      namespace: ns,
      name: 'orders',
      annotations,
      body: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    },
    { dependsOn: ['secret'] },
  );
const statefulSet = (): GraphNode =>
  owner.build(
    'StatefulSet',
    'stateful-set',
    {
      namespace: ns,
      name: 'orders',
      body: LOCAL_CASES.find(({ type }) => type === 'StatefulSet')?.body ?? {},
    },
    { dependsOn: ['secret', 'volume'] },
  );

const path = (plural = 'secrets') =>
  `${plural === 'statefulsets' ? '/apis/apps/v1' : '/api/v1'}/namespaces/${ns}/${plural}/orders`;
const live = () => cluster.other.get<Secret>(path());
const text = (value: string | undefined) => Buffer.from(value ?? '', 'base64').toString('utf8');
const base64 = (value: string) => Buffer.from(value).toString('base64');
const values = async (): Promise<Record<string, string>> =>
  Object.fromEntries(Object.entries((await live()).data).map(([key, value]) => [key, text(value)]));
const versionIn = async (nodes: readonly GraphNode[]): Promise<string | undefined> =>
  (await owner.plan(nodes)).standing.find(({ node }) => node === 'secret')?.outputs['version'];
/** Nobody else deletes what depends on an object here, nor looks whether a claim is in use. */
const letGo = (plural: string) => cluster.other.mergePatch(path(plural), { metadata: { finalizers: null } });

describe('a Secret whose values are made', () => {
  it('has all its keys, is as it is to be, and keeps its values', async () => {
    expect(results(await owner.pass([secretNode()]))).toEqual(['create secret done']);
    const made = await values();
    expect(made).toEqual({
      username: 'orders',
      host: 'orders.shop.svc',
      password: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
      uri: `mysql://orders:${made['password']}@orders.shop.svc/orders`,
    });
    expect(steps(await owner.plan([secretNode()]))).toEqual([]);
    const first = await versionIn([secretNode()]);
    const moved = secretNode({ values: { ...INPUTS.values, host: 'db.shop.svc' } });
    // The address is put together of the host: it is made anew with it.
    expect(steps(await owner.plan([moved]))).toEqual(['update secret data.host']);
    await owner.pass([moved]);
    expect(await values()).toEqual({
      ...made,
      host: 'db.shop.svc',
      uri: `mysql://orders:${made['password']}@db.shop.svc/orders`,
    });
    expect(await versionIn([moved])).not.toBe(first);
    expect(steps(await owner.plan([moved]))).toEqual([]);
    expect((await live()).metadata.ownerReferences).toBeUndefined();
  });

  it('is the same one where the create is repeated, or its label was taken away', async () => {
    const nodes = [secretNode()];
    const made = await owner.plan(nodes);
    await owner.carryOut(made, nodes);
    const before = await values();
    await owner.carryOut(made, nodes);
    await cluster.other.mergePatch(path(), { metadata: { labels: { 'landfall.dev/installation': null } } });
    expect(results(await cluster.owner(ns, 'orders', 'DataStore').pass(nodes))).toEqual([
      'create secret done',
    ]);
    expect(await values()).toEqual(before);
    expect(steps(await owner.plan(nodes))).toEqual([]);
  });

  it('what others change of what is known is put right, and what they add stays', async () => {
    const nodes = [secretNode()];
    await owner.pass(nodes);
    const before = await values();
    for (const data of [
      { host: base64('elsewhere') },
      { username: null },
      { uri: base64('mysql://elsewhere') },
      { uri: null },
    ]) {
      await cluster.other.mergePatch(path(), { data: { ...data, theirs: base64('x') } });
      const [key] = Object.keys(data);
      const found = await owner.plan(nodes);
      expect(steps(found)).toEqual([`update secret data.${key}`]);
      expect(results(await owner.carryOut(found, nodes))).toEqual(['update secret done']);
      expect(steps(await owner.plan(nodes))).toEqual([]);
      expect(await values()).toEqual({ ...before, theirs: 'x' });
    }
    const fewer = [secretNode({ values: { host: INPUTS.values.host }, templates: {} })];
    await owner.pass(fewer);
    expect(await values()).toEqual({ host: before['host'], password: before['password'], theirs: 'x' });
    expect(steps(await owner.plan(fewer))).toEqual([]);
  });

  it('another password than the one that was made is told of until it is put back or taken over', async () => {
    const nodes = [secretNode()];
    await owner.pass(nodes);
    const { password = '' } = await values();
    const put = (value: string) => cluster.other.mergePatch(path(), { data: { password: base64(value) } });
    const stateNow = async () => (await owner.plan(nodes)).standing.map(({ state }) => state)[0];
    await put('theirs');
    expect(await stateNow()).toMatchObject({ phase: 'failed', reason: 'SecretUnreadable' });
    expect(steps(await owner.plan(nodes))).toEqual([]);
    await put(password);
    expect(await stateNow()).toEqual({ phase: 'ready' });
    await put('theirs');
    await cluster.other.mergePatch(path(), { metadata: { annotations: { [GENERATED]: null } } });
    expect(steps(await owner.plan(nodes))).toEqual([`update secret metadata.annotations[${GENERATED}]`]);
    await owner.pass(nodes);
    expect(await stateNow()).toEqual({ phase: 'ready' });
    expect(steps(await owner.plan(nodes))).toEqual([]);
    expect((await values())['password']).toBe('theirs');
  });

  it("somebody else's of the same name is left as it is", async () => {
    const theirs = await cluster.other.create<Secret>(`/api/v1/namespaces/${ns}/secrets`, {
      metadata: { name: 'orders' },
      data: { password: base64('theirs') },
    });
    const [outcome] = await owner.pass([secretNode()]);
    expect(outcome).toMatchObject({ result: 'stalled', reason: 'NameTaken' });
    expect(await live()).toEqual(theirs);
  });

  it('no value is in what anybody is shown, or in what is kept', async () => {
    const nodes = [secretNode({ generated: { password: 40, token: 64 } }), claim()];
    await owner.pass(nodes);
    const { password = '', token = '' } = await values();
    await cluster.other.mergePatch(path(), { data: { uri: null, host: null } });
    await owner.pass(nodes);
    await cluster.other.mergePatch(path(), { data: { password: base64('changed-by-hand') } });
    await owner.pass(nodes);
    await owner.retain();
    await owner.refresh();
    const kept = owner.inventory.view(generatedSecretKind.collection).ownedBy(owner.key);
    expect(kept).toHaveLength(1);
    const everything = JSON.stringify([owner.shown, kept]);
    expect(everything).toContain('data.uri');
    for (const value of [password, token, 'changed-by-hand', `mysql://orders:${password}`])
      for (const form of [value, base64(value)]) expect(everything).not.toContain(form);
  });
});

describe('a Secret that opens a volume', () => {
  const nodes = () => [secretNode(), claim(), statefulSet()];

  it('that is gone while the store stands is not made anew, and neither is a password that was taken out of it', async () => {
    await owner.pass(nodes());
    const secret = await live();
    await cluster.other.mergePatch(path(), { data: { password: null } });
    const lost = (await owner.pass(nodes())).find(({ action }) => action.node === 'secret');
    expect(lost).toMatchObject({ result: 'stalled', reason: 'StoreLost' });
    expect(lost?.message).toContain(
      `lacks password, and what is on the volume of PersistentVolumeClaim ${ns}/orders`,
    );
    await cluster.other.delete(path());
    const gone = (await owner.pass(nodes())).find(({ action }) => action.node === 'secret');
    expect(gone).toMatchObject({ result: 'stalled', reason: 'StoreLost' });
    await expect(live()).rejects.toMatchObject({ status: 404 });
    // A person puts it back, as from a copy of the cluster.
    const { name, namespace, annotations, labels } = secret.metadata;
    const metadata = { name, namespace, annotations, labels };
    await cluster.other.create(`/api/v1/namespaces/${ns}/secrets`, { metadata, data: secret.data });
    await owner.pass(nodes());
    expect(steps(await owner.plan(nodes()))).toEqual([]);
    expect((await live()).data).toEqual(secret.data);
  });

  it('stays with the volume where that is the copy, and both are found again by the same manifest', async () => {
    await owner.pass(nodes());
    const before = await values();
    const going = { going: true, keepsCopy: true };
    await owner.pass([], going);
    await letGo('statefulsets');
    const outcomes = await owner.pass([], going);
    expect(outcomes.map(({ action, retained }) => [action.node, retained !== undefined])).toEqual([
      ['volume', true],
      ['secret', true],
    ]);
    const end = await owner.plan([], going);
    expect(end.actions).toEqual([]);
    expect(end.standing.map(({ node }) => node).sort()).toEqual(['secret', 'volume']);
    // Without its volume's password nothing is made over what it holds.
    await cluster.other.delete(path());
    const lost = (await owner.pass(nodes())).find(({ action }) => action.node === 'secret');
    expect(lost).toMatchObject({ result: 'stalled', reason: 'StoreLost' });
    await cluster.other.create(`/api/v1/namespaces/${ns}/secrets`, {
      metadata: {
        name: 'orders',
        annotations: { [TAG.installation]: 'test', [TAG.owner]: owner.key, [TAG.node]: 'secret' },
      },
      data: { password: base64(before['password'] ?? '') },
    });
    await owner.pass(nodes());
    expect(steps(await owner.plan(nodes()))).toEqual([]);
    expect(await values()).toEqual(before);
    const volume = await cluster.other.get<KubeObject>(path('persistentvolumeclaims'));
    expect(volume.metadata.annotations).not.toHaveProperty([TAG.retained]);
  });

  it.each([
    ['nothing is to be kept', {}, false],
    ['volumes are never kept', { [VOLUME_POLICY]: 'Delete' }, true],
  ])('goes with the volume where %s', async (_, annotations, keepsCopy) => {
    const all = [secretNode(), claim(annotations), statefulSet()];
    await owner.pass(all);
    const going = { going: true, keepsCopy };
    await owner.pass([], going);
    await letGo('statefulsets');
    await owner.pass([], going);
    await letGo('persistentvolumeclaims');
    await owner.pass([], going);
    expect(await owner.plan([], going)).toMatchObject({ actions: [], standing: [] });
    for (const plural of ['secrets', 'persistentvolumeclaims'])
      await expect(cluster.other.get(path(plural))).rejects.toMatchObject({ status: 404 });
  });

  it('a volume is never made smaller, nor another in its place', async () => {
    await owner.pass([secretNode(), claim()]);
    const smaller = claim();
    const body = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '512Mi' } } } };
    const found = await owner.plan([secretNode(), { ...smaller, inputs: { ...smaller.inputs, body } }]);
    expect(found.actions).toMatchObject([{ verb: 'refuse', reason: 'ReplacementNotAllowed' }]);
  });
});
