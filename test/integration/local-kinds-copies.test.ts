import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../operator/graph/graph.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import type { SecretCopyInputs } from '../../operator/local/inputs.ts';
import { secretCopyKind } from '../../operator/local/secret-copy.ts';
import { COPY_LABEL, COPY_OF } from '../../operator/local/secret-values.ts';
import { results, steps, type LocalCluster, type LocalOwner } from '../support/local-cluster.ts';
import { inNamespaces } from '../support/local-place.ts';

type Secret = KubeObject & { data: Record<string, string> };

let cluster: LocalCluster;
let ns: string;
let theirs: string;
let owner: LocalOwner;

inNamespaces({ namespace: 'shop', name: 'shop', kind: 'EcsService' }, async (place) => {
  ({ cluster, ns, owner } = place);
  theirs = await cluster.newNamespace('data');
});

const base64 = (value: string) => Buffer.from(value).toString('base64');
const source = () => `/api/v1/namespaces/${theirs}/secrets/orders`;
const path = () => `/api/v1/namespaces/${ns}/secrets/shop-store-orders`;
const live = () => cluster.other.get<Secret>(path());
const make = (data: Record<string, string>) =>
  cluster.other.create(`/api/v1/namespaces/${theirs}/secrets`, {
    metadata: { name: 'orders' },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
  });
const nodes = (more: Partial<SecretCopyInputs> = {}): GraphNode[] => [
  owner.build('SecretCopy', 'secret/orders', {
    namespace: ns,
    name: 'shop-store-orders',
    from: { namespace: theirs, name: 'orders' },
    keys: ['password'],
    ...more,
  }),
];
const stateNow = async () => (await owner.plan(nodes())).standing.map(({ state }) => state)[0];

describe('a copy of a Secret of another namespace', () => {
  it('has the keys that are asked for and no others, and is left alone while both are as they were', async () => {
    await make({ password: 'first', uri: 'mysql://orders:first@orders' });
    expect(results(await owner.pass(nodes()))).toEqual(['create secret/orders done']);
    expect((await live()).data).toEqual({ password: base64('first') });
    const found = await owner.plan(nodes());
    expect(steps(found)).toEqual([]);
    expect(found.standing).toMatchObject([
      { node: 'secret/orders', type: 'SecretCopy', state: { phase: 'ready' } },
    ]);
    await cluster.other.mergePatch(source(), { data: { uri: base64('another') } });
    expect(steps(await owner.plan(nodes()))).toEqual([]);
    const more = nodes({ keys: ['password', 'uri'] });
    await owner.pass(more);
    expect((await live()).data).toEqual({ password: base64('first'), uri: base64('another') });
    expect(steps(await owner.plan(more))).toEqual([]);
  });

  it('follows what it is of', async () => {
    await make({ password: 'first' });
    await owner.pass(nodes());
    await cluster.other.mergePatch(source(), { data: { password: base64('second') } });
    expect(steps(await owner.plan(nodes()))).toEqual(['update secret/orders data.password']);
    await owner.pass(nodes());
    expect((await live()).data).toEqual({ password: base64('second') });
    expect(steps(await owner.plan(nodes()))).toEqual([]);
  });

  it.each([
    { data: { password: base64('mine') } },
    { data: { password: null } },
    { metadata: { annotations: { [COPY_OF]: '{}' } } },
    { metadata: { labels: { [COPY_LABEL]: 'false' } } },
  ])('is put right where somebody writes %j into it', async (patch) => {
    await make({ password: 'first' });
    await owner.pass(nodes());
    const before = await live();
    await cluster.other.mergePatch(path(), patch);
    expect(results(await owner.pass(nodes()))).toEqual(['update secret/orders done']);
    const { metadata, data } = await live();
    expect({ data, labels: metadata.labels, annotations: metadata.annotations }).toEqual({
      data: before.data,
      labels: before.metadata.labels,
      annotations: before.metadata.annotations,
    });
    expect(steps(await owner.plan(nodes()))).toEqual([]);
  });

  it('that lost its label is the same one still', async () => {
    await make({ password: 'first' });
    await owner.pass(nodes());
    const { uid } = (await live()).metadata;
    await cluster.other.mergePatch(path(), { metadata: { labels: { [COPY_LABEL]: null } } });
    await cluster.owner(ns, 'shop', 'EcsService').pass(nodes());
    expect(steps(await owner.plan(nodes()))).toEqual([]);
    expect((await live()).metadata).toMatchObject({ uid, labels: { [COPY_LABEL]: 'true' } });
  });

  it('waits for what it is of, and keeps what it has where that is gone', async () => {
    const [early] = await owner.pass(nodes());
    expect(early).toMatchObject({ result: 'waiting', reason: 'DependencyNotReady' });
    await make({ other: 'x' });
    const [lacking] = await owner.pass(nodes());
    expect(lacking?.message).toBe(
      `Secret ${ns}/shop-store-orders waits for password of Secret ${theirs}/orders`,
    );
    await cluster.other.mergePatch(source(), { data: { password: base64('first') } });
    await owner.pass(nodes());
    expect(await stateNow()).toEqual({ phase: 'ready' });
    await cluster.other.delete(source());
    expect(await stateNow()).toMatchObject({ phase: 'pending', reason: 'DependencyNotReady' });
    await owner.pass(nodes());
    expect((await live()).data).toEqual({ password: base64('first') });
  });

  it('goes with its node, and leaves what it is of; what somebody else made stays as it is', async () => {
    await make({ password: 'first' });
    await owner.pass(nodes());
    await owner.pass([]);
    await expect(live()).rejects.toMatchObject({ status: 404 });
    await cluster.other.get(source());
    await cluster.other.create(`/api/v1/namespaces/${ns}/secrets`, {
      metadata: { name: 'shop-store-orders' },
    });
    const before = await live();
    const [outcome] = await owner.pass(nodes());
    expect(outcome).toMatchObject({ result: 'stalled', reason: 'NameTaken' });
    expect(await live()).toEqual(before);
  });

  it('is marked as left where its object is only let go', async () => {
    await make({ password: 'first' });
    await owner.pass(nodes());
    expect(results(await owner.retain())).toEqual(['update secret/orders done']);
    expect((await live()).data).toEqual({ password: base64('first') });
  });

  it('shows no value to anybody, and none is kept', async () => {
    await make({ password: 'first-of-all' });
    await owner.pass(nodes());
    await cluster.other.mergePatch(source(), { data: { password: base64('second-to-none') } });
    await owner.pass(nodes());
    await owner.refresh();
    const kept = owner.inventory.view(secretCopyKind.collection).ownedBy(owner.key);
    expect(kept).toHaveLength(1);
    const everything = JSON.stringify([owner.shown, kept]);
    for (const value of ['first-of-all', 'second-to-none'])
      for (const form of [value, base64(value)]) expect(everything).not.toContain(form);
  });
});
