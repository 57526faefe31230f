import { beforeEach, describe, expect, it } from 'vitest';
import type { GraphNode } from '../../operator/graph/graph.ts';
import { createInformer, type Informer } from '../../operator/kube/informer.ts';
import { COUNT_HOLDER } from '../../operator/local/handover.ts';
import { type Answered, managersOf } from '../../operator/local/record.ts';
import { FIELD_MANAGER } from '../../operator/local/session.ts';
import { eventually } from '../support/eventually.ts';
import { LOCAL_CASES, nodeOf } from '../support/local-cases.ts';
import { results, steps, type LocalCluster, type LocalOwner } from '../support/local-cluster.ts';
import { inNamespaces } from '../support/local-place.ts';
import { silent } from '../support/silent-log.ts';

interface Deployment extends Answered {
  readonly spec: { readonly replicas: number };
}

let cluster: LocalCluster;
let ns: string;
let owner: LocalOwner;
let watch: Informer<Deployment>;
/** Every count that the Deployment ever had. */
let counts: number[];

inNamespaces({ namespace: 'handed' }, (place) => {
  ({ cluster, ns, owner } = place);
});
beforeEach(async () => {
  counts = [];
  watch = createInformer<Deployment>({
    client: cluster.other,
    path: `/apis/apps/v1/namespaces/${ns}/deployments`,
    log: silent,
    onChange: (key) => {
      const count = watch.get(key)?.spec.replicas;
      if (count !== undefined && count !== counts.at(-1)) counts.push(count);
    },
  });
  watch.start();
  await watch.synced();
  return () => watch.stop();
});

/** With a count, or without one where something else sets it. */
function deployment(replicas?: number, image = 'app:1'): GraphNode {
  const one = LOCAL_CASES.find(({ type }) => type === 'Deployment');
  if (!one) throw new Error('no case of a Deployment');
  const { spec } = one.body as { readonly spec: Readonly<Record<string, unknown>> };
  const { replicas: _, ...rest } = spec;
  const text = JSON.stringify({ spec: { ...rest, ...(replicas !== undefined && { replicas }) } });
  const body = JSON.parse(text.replaceAll('"app:1"', JSON.stringify(image))) as object;
  return nodeOf(owner.build, { ...one, body: body as typeof one.body }, { namespace: ns });
}

const at = () => `/apis/apps/v1/namespaces/${ns}/deployments/api`;
const live = () => cluster.other.get<Deployment>(at());
/** As an autoscaler does. */
async function scale(replicas: number): Promise<void> {
  const found = await cluster.other.get<{ spec: object }>(`${at()}/scale`);
  await cluster.other.replace(`${at()}/scale`, { ...found, spec: { replicas } });
}
async function holders(): Promise<string[]> {
  return managersOf(await live())
    .filter(({ fieldsV1 = {} }) => fieldsV1['f:spec']?.['f:replicas'] !== undefined)
    .map(({ manager = '' }) => manager)
    .sort();
}
const caughtUp = () =>
  eventually(
    'the watch',
    async () => watch.get(`${ns}/api`)?.metadata.resourceVersion === (await live()).metadata.resourceVersion,
  );

describe('a count of pods that is left to an autoscaler', () => {
  it('stays as it was, belongs to whoever scales, and is taken back', async () => {
    await owner.pass([deployment(3)]);
    const scaled = [deployment()];
    expect(steps(await owner.plan(scaled))).toEqual(['update thing spec.replicas']);
    expect(results(await owner.pass(scaled))).toEqual(['update thing done']);
    expect(await holders()).toEqual([COUNT_HOLDER]);
    expect(steps(await owner.plan(scaled))).toEqual([]);
    await scale(5);
    expect(await holders()).toEqual(['somebody']);
    expect(steps(await owner.plan(scaled))).toEqual([]);
    await owner.pass([deployment(undefined, 'app:2')]);
    expect((await live()).spec.replicas).toBe(5);
    await owner.pass([deployment(4, 'app:2')]);
    expect(await holders()).toEqual([FIELD_MANAGER]);
    await caughtUp();
    expect(counts).toEqual([3, 5, 4]);
  });

  it('stays where the process ends between the two writes', async () => {
    await owner.pass([deployment(3)]);
    const scaled = [deployment()];
    const found = await owner.plan(scaled);
    const { calls } = owner;
    calls.length = 0;
    const applied = () => calls.filter(({ verb }) => verb === 'apply').length;
    // It leads until the first of them is written.
    Object.defineProperty(owner, 'leads', { get: () => applied() < 1, configurable: true });
    expect(results(await owner.carryOut(found, scaled))).not.toEqual(['update thing done']);
    expect(await holders()).toEqual([FIELD_MANAGER, COUNT_HOLDER]);
    owner = cluster.owner(ns);
    expect(results(await owner.pass(scaled))).toEqual(['update thing done']);
    expect(await holders()).toEqual([COUNT_HOLDER]);
    await caughtUp();
    expect(counts).toEqual([3]);
  });

  it('is the one that somebody else sets at that very moment', async () => {
    await owner.pass([deployment(3)]);
    const scaled = [deployment()];
    const found = await owner.plan(scaled);
    await scale(5);
    await owner.carryOut(found, scaled);
    expect(steps(await owner.plan(scaled))).toEqual([]);
    await caughtUp();
    expect(counts).toEqual([3, 5]);
  });
});
