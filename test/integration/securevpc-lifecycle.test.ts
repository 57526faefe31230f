import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { portal, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, World } from '../support/world.ts';

let world: World;
let operator: OperatorProcess;
let empty: string;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  operator = world.operator();
});
afterAll(() => world?.stop());

const network = portal.network;
const small = smallNetwork('small', 'portal', { accountRef: { name: 'portal' }, cidr: '10.9.0.0/20' });

describe('a network from nothing to nothing', () => {
  it('kubectl apply makes two networks Ready, and kubectl wait sees it', async () => {
    await world.apply([portal.namespace, portal.account]);
    await world.apply([network]);
    await world.apply([small], '--server-side');
    await world.kubectl(
      'wait',
      '--namespace=portal',
      '--for=condition=Ready',
      '--timeout=20s',
      'securevpc/portal',
      'securevpc/small',
    );
    const made = await world.ready(network);
    expect(conditionOf(made, 'Reconciling')).toBeUndefined();
    expect(conditionOf(made, 'Stalled')).toBeUndefined();
    expect(conditionOf(made, 'Drifted')).toBeUndefined();
    expect(made.metadata.finalizers).toEqual(['landfall.dev/aws']);
    expect(Object.keys(idsOf(made)).length).toBeGreaterThan(30);
    expect(
      (await world.events(network)).filter((event) => event.reason === 'Created').length,
    ).toBeGreaterThan(5);
  });

  it('a second pass and two refreshes make no write', async () => {
    await world.refreshes(2);
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=portal', 'securevpc/portal', 'look=again');
    await world.refreshes(2);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('a restart of the operator makes no write', async () => {
    const mark = await world.mark();
    await operator.stop();
    operator = world.operator();
    await operator.line((line) => line.msg === 'leading');
    await world.refreshes(3);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('deletion leaves nothing: the whole state of AWS equals the one from before', async () => {
    await world.kubectl(
      'delete',
      '--namespace=portal',
      '--timeout=20s',
      'securevpc/portal',
      'securevpc/small',
    );
    expect(await world.aws.dump()).toBe(empty);
    expect((await world.events(network)).map((event) => event.reason)).toContain('Deleted');
  });
});
