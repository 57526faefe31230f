import { describe, expect, it } from 'vitest';
import { KubeError } from '../../operator/kube/errors.ts';
import { TAG } from '../../operator/graph/ownership.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import { isSameQuantity } from '../../operator/local/quantity.ts';
import { at, leavesOf, parsePath, pathsIn, withValue, type Step } from '../support/json-paths.ts';
import { LOCAL_CASES, nodeOf } from '../support/local-cases.ts';
import { results, steps, type LocalCluster, type LocalOwner } from '../support/local-cluster.ts';
import { inNamespaces } from '../support/local-place.ts';

let cluster: LocalCluster;
let ns: string;
let owner: LocalOwner;
inNamespaces({ namespace: 'kinds' }, (place) => {
  ({ cluster, ns, owner } = place);
});

type Live = KubeObject & Record<string, unknown>;

/** Values that somebody else may put in place of one. */
function others(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, undefined];
  if (typeof value === 'boolean') return [!value, undefined];
  if (typeof value === 'string') {
    const quantity = /^([\d.]+)(\D+)$/.exec(value);
    return [...(quantity ? [`${Number(quantity[1]) * 2}${quantity[2]}`] : []), `${value}x`, undefined];
  }
  return [undefined];
}

/** Changes of keys by which the API tells items of a list apart. */
const ADDED =
  /(env|[cC]ontainers|volumes)\.\d+\.name = "|(mountPath|topologyKey|whenUnsatisfiable) = "|imagePullSecrets\.\d+\.name = "/;

describe.each(LOCAL_CASES)('$type', (one) => {
  it('is made, listed with its tags, and then as it is to be', async () => {
    const nodes = [nodeOf(owner.build, one, { namespace: ns })];
    expect(results(await owner.pass(nodes))).toEqual(['create thing done']);
    expect(steps(owner.planAsKnown(nodes))).toEqual([]);
    const after = await owner.plan(nodes);
    expect(steps(after)).toEqual([]);
    expect(after.standing).toMatchObject([{ node: 'thing', outputs: { name: 'api', namespace: ns } }]);
    const live = await cluster.other.get<Live>(one.path(ns, 'api'));
    expect(live.metadata.annotations).toMatchObject({
      [TAG.installation]: 'test',
      [TAG.owner]: owner.key,
      [TAG.node]: 'thing',
    });
    expect(live.metadata.labels).toMatchObject({
      tier: 'ecs',
      'app.kubernetes.io/managed-by': 'landfall',
      'landfall.dev/installation': 'test',
    });
    const isKept = one.type === 'PersistentVolumeClaim';
    expect(live.metadata.ownerReferences?.map(({ kind, name }) => `${kind}/${name}`)).toEqual(
      isKept ? undefined : ['EcsService/api'],
    );
  });

  it('whatever of it somebody else changes or takes away is found, and put right', async () => {
    const nodes = [nodeOf(owner.build, one, { namespace: ns })];
    await owner.pass(nodes);
    const path = one.path(ns, 'api');
    const drifted: string[] = [];
    const body = nodes.map(({ inputs }) => inputs as { body: object; labels: object })[0];
    const wanted = { ...body?.body, metadata: { labels: body?.labels } };
    const places = pathsIn(wanted).filter(([first, , third]) => first !== 'metadata' || third !== undefined);
    for (const steps_ of places.toSorted((a, b) => b.length - a.length)) {
      for (const to of others(at(wanted, steps_))) {
        const before = await cluster.other.get<Live>(path);
        const place = placeIn(before, wanted, steps_);
        // The API server leaves out what is as nothing.
        if (!place && ['', false].includes(at(wanted, steps_) as string | boolean)) continue;
        if (!place) throw new Error(`nothing at ${steps_.join('.')}`);
        let after: Live;
        try {
          after = await cluster.other.replace<Live>(path, withValue(before, place, to));
        } catch (error) {
          if (error instanceof KubeError && [400, 422].includes(error.status)) continue;
          throw error;
        }
        // The API server put the default in place of what was taken away, which is what is wanted.
        if (JSON.stringify(specOf(after)) === JSON.stringify(specOf(before))) continue;
        const what = `${steps_.join('.')} = ${JSON.stringify(to)}`;
        drifted.push(what);
        const found = await owner.plan(nodes);
        // Without the label it is in no list, and found by its name.
        expect(steps(found), what).toEqual([expect.stringMatching(/^(update|create) thing/)]);
        expect(results(await owner.carryOut(found, nodes)), what).toEqual([
          expect.stringMatching(/^(update|create) thing done$/),
        ]);
        expect(steps(await owner.plan(nodes)), what).toEqual([]);
        const repaired = await cluster.other.get<Live>(path);
        // What has another key is another item for the API, and stays as somebody else's where it is in nobody's way.
        if (ADDED.test(what)) await cluster.other.replace(path, { ...before, metadata: repaired.metadata });
        else expect(specOf(repaired), what).toEqual(specOf(before));
      }
    }
    expect(drifted.length, drifted.join('\n')).toBeGreaterThanOrEqual(one.drifts);
  });

  it('what others have in it stays, and is no difference', async () => {
    const nodes = [nodeOf(owner.build, one, { namespace: ns })];
    await owner.pass(nodes);
    const path = one.path(ns, 'api');
    await cluster.other.mergePatch(path, {
      metadata: { labels: { theirs: 'a' }, annotations: { 'example.com/theirs': 'b' } },
    });
    expect(steps(await owner.plan(nodes))).toEqual([]);
    const changed = [nodeOf(owner.build, one, { namespace: ns, annotations: {} })];
    expect(steps(await owner.plan(changed))).toEqual(['update thing metadata.annotations[example.com/note]']);
    await owner.pass(changed);
    const { metadata } = await cluster.other.get<Live>(path);
    expect(metadata.labels).toMatchObject({ theirs: 'a' });
    expect(metadata.annotations).toMatchObject({ 'example.com/theirs': 'b' });
    expect(metadata.annotations).not.toHaveProperty(['example.com/note']);
  });

  it(`without ${one.removed} in what is wanted, it is without it`, async () => {
    const first = nodeOf(owner.build, one, { namespace: ns });
    await owner.pass([first]);
    const removed = parsePath(one.removed);
    const { labels, body } = first.inputs as {
      labels: Record<string, string>;
      body: Record<string, unknown>;
    };
    const { metadata, ...rest } = withValue({ metadata: { labels }, ...body }, removed, undefined);
    const nodes = [nodeOf(owner.build, one, { namespace: ns, body: rest, labels: metadata.labels })];
    expect(steps(await owner.plan(nodes))).toEqual([expect.stringMatching(/^update thing /)]);
    expect(results(await owner.pass(nodes))).toEqual(['update thing done']);
    expect(steps(await owner.plan(nodes))).toEqual([]);
    const live = await cluster.other.get<Live>(one.path(ns, 'api'));
    expect(placeIn(live, { metadata: { labels }, ...body }, removed)).toBeUndefined();
  });

  it("somebody else's of the same name is left as it is", async () => {
    const nodes = [nodeOf(owner.build, one, { namespace: ns })];
    const theirs = { metadata: { name: 'api', namespace: ns }, ...one.body };
    const before = await cluster.other.create<Live>(one.path(ns), theirs);
    const [outcome] = await owner.pass(nodes);
    expect(outcome).toMatchObject({ result: 'stalled', reason: 'NameTaken' });
    expect(outcome?.message).toContain('which Landfall does not own');
    expect(await cluster.other.get<Live>(one.path(ns, 'api'))).toEqual(before);
  });

  it('a create that is repeated makes one thing; one whose label was taken away is the same', async () => {
    const nodes = [nodeOf(owner.build, one, { namespace: ns })];
    const made = await owner.plan(nodes);
    await owner.carryOut(made, nodes);
    const { metadata } = await cluster.other.get<Live>(one.path(ns, 'api'));
    // As after a crash: another process, with the same plan.
    const again = cluster.owner(ns);
    expect(results(await again.carryOut(made, nodes))).toEqual(['create thing done']);
    await cluster.other.mergePatch(one.path(ns, 'api'), {
      metadata: { labels: { 'landfall.dev/installation': null } },
    });
    const later = cluster.owner(ns);
    expect(results(await later.pass(nodes))).toEqual(['create thing done']);
    expect(steps(await later.plan(nodes))).toEqual([]);
    expect((await cluster.other.get<Live>(one.path(ns, 'api'))).metadata.uid).toBe(metadata.uid);
  });

  it('goes, and what is gone goes again', async () => {
    await owner.pass([nodeOf(owner.build, one, { namespace: ns })]);
    const going = { going: true, keepsCopy: false };
    const removal = await owner.plan([], going);
    const outcomes = await owner.carryOut(removal, [], going);
    expect(outcomes.map(({ action }) => action.verb)).toEqual(['delete']);
    await letGo(one.path(ns, 'api'));
    expect(steps(await owner.plan([], going))).toEqual([]);
    expect(results(await owner.carryOut(removal, [], going))).toEqual(['delete thing done']);
    await expect(cluster.other.get(one.path(ns, 'api'))).rejects.toMatchObject({ status: 404 });
  });

  it('left on purpose, it refers to nobody that could take it along, and is taken up again', async () => {
    const nodes = [nodeOf(owner.build, one, { namespace: ns })];
    await owner.pass(nodes);
    const before = await cluster.other.get<Live>(one.path(ns, 'api'));
    expect(results(await owner.retain())).toEqual(['update thing done']);
    const left = await cluster.other.get<Live>(one.path(ns, 'api'));
    expect(left.metadata.ownerReferences).toBeUndefined();
    expect(left.metadata.annotations).toMatchObject({ [TAG.retained]: '2026-01-01T00:00:00Z' });
    const bodyOf = ({ metadata: _, ...rest }: Live) => rest;
    expect(bodyOf(left)).toEqual(bodyOf(before));
    expect(left.metadata.labels).toEqual(before.metadata.labels);
    // Of what the API server leaves out, nobody but who applied it knows what it was.
    expect(steps(await owner.plan(nodes))).toEqual([
      expect.stringMatching(
        /^update thing (metadata\.annotations\[landfall\.dev\/applied\] )?tags\.landfall\.dev\/retained$/,
      ),
    ]);
    expect(results(await owner.pass(nodes))).toEqual(['update thing done']);
    expect(steps(await owner.plan(nodes))).toEqual([]);
    const again = await cluster.other.get<Live>(one.path(ns, 'api'));
    expect(again.metadata.ownerReferences).toEqual(before.metadata.ownerReferences);
    expect(again.metadata.annotations).toEqual(before.metadata.annotations);
  });
});

/** What of an object is as its maker wants it; ports of nodes are given out anew. */
function specOf({ metadata: { labels }, status: _, ...rest }: Live): unknown {
  return JSON.parse(
    JSON.stringify({ labels, ...rest }, (key, value: unknown) => (key === 'nodePort' ? 0 : value)),
  );
}

/** Nobody else deletes what depends on an object here, nor looks whether a claim is in use. */
async function letGo(path: string): Promise<void> {
  try {
    await cluster.other.mergePatch(path, { metadata: { finalizers: null } });
  } catch (error) {
    if (!(error instanceof KubeError && error.status === 404)) throw error;
  }
}

/** Where something of what is wanted is in the live object: items of lists are where their name or number is. */
function placeIn(live: unknown, wanted: unknown, path: readonly Step[]): Step[] | undefined {
  const place: Step[] = [];
  for (const [index, step] of path.entries()) {
    const here = at(live, place);
    const item = at(wanted, path.slice(0, index + 1));
    const found =
      typeof step === 'number' && Array.isArray(here)
        ? here.findIndex((other) => isSameItem(other, item))
        : step;
    if (found === -1 || at(live, [...place, found]) === undefined) return undefined;
    place.push(found);
  }
  return place;
}

/** By its key where the API has one for such a list; others keep their order. */
function isSameItem(live: unknown, wanted: unknown): boolean {
  if (wanted === null || typeof wanted !== 'object') return live === wanted;
  const key = ['mountPath', 'containerPort', 'topologyKey', 'name'].find((one) => one in wanted);
  if (key === undefined) return leavesOf(wanted).every((path) => isAlike(at(live, path), at(wanted, path)));
  return (live as Record<string, unknown>)[key] === (wanted as Record<string, unknown>)[key];
}

function isAlike(live: unknown, wanted: unknown): boolean {
  return JSON.stringify(live) === JSON.stringify(wanted) || isSameQuantity('.value', live, wanted);
}
