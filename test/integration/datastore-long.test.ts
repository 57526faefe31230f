import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { eventually } from '../support/eventually.ts';
import { LastCopies } from '../support/last-copies.ts';
import { portal } from '../support/manifests.ts';
import { storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { conditionOf, World } from '../support/world.ts';

/** How long AWS takes for each creation and each deletion, on a clock that the test moves. */
const MINUTES = 20;
/** A cluster, then its member; of a deletion the member, then the cluster: no life has more of them in a row. */
const MOST_MINUTES = 6 * MINUTES;
const RESTART_EVERY = 5;
/** Four times what a busy machine takes. */
const TIMEOUT_MS = 900_000;

const database = storeInNetwork('records', { mysql: {} });
const cluster = storeInNetwork('ledger', { auroraPostgresql: { instances: 2 } });
const cache = storeInNetwork('sessions', { redis: {} });
const stores = [database, cluster, cache];

let world: World;
let copies: LastCopies;
let operator: OperatorProcess;
let empty: string;

beforeAll(async () => {
  const LONG = String(MINUTES * 60);
  world = await World.start({ LANDFALL_AWS_DATABASE_SECONDS: LONG, LANDFALL_AWS_CACHE_SECONDS: LONG });
  await world.claim();
  copies = new LastCopies(world);
  operator = anew();
  await world.apply([portal.namespace, portal.account, storeNetwork]);
  await world.ready(storeNetwork);
  empty = await world.aws.dump();
  await world.aws.hold();
});
afterAll(async () => {
  copies?.destroy();
  await world?.stop();
});

/** Each minute lasts for two of its refreshes: nobody waits longer than that. */
const anew = () =>
  world.operator({ env: { LANDFALL_FAST_LANE_SECONDS: '0.3', LANDFALL_SLOW_LANE_SECONDS: '0.3' } });

/** Lets minute after minute pass, and has the operator die now and then, until something holds. Returns how many of each. */
async function live(until: () => Promise<boolean>): Promise<{ minutes: number; deaths: number }> {
  let deaths = 0;
  for (let minutes = 0; minutes <= MOST_MINUTES; minutes += 1) {
    if (await until()) return { minutes, deaths };
    await world.aws.letPass(60);
    if (minutes % RESTART_EVERY === RESTART_EVERY - 1) {
      await operator.kill();
      operator = anew();
      deaths += 1;
      await operator.line(({ msg }) => msg === 'leading');
    }
    await world.refreshes(2, ['GetResources']);
  }
  throw new Error(`not yet after ${MOST_MINUTES} minutes`);
}

const areReady = async () => {
  const found = await Promise.all(stores.map(async (store) => world.read(store)));
  return found.every((store) => conditionOf(store, 'Ready')?.status === 'True');
};
const areGone = async () => {
  const found = await Promise.all(stores.map(async (store) => world.read(store)));
  return found.every((store) => store === undefined);
};

/** What RDS and ElastiCache were asked to write since a mark: the action, and all that it was told. */
async function writesSince(mark: number): Promise<string[]> {
  const calls = await world.writes(mark);
  return calls
    .filter(({ service }) => service === 'rds' || service === 'elasticache')
    .map(({ action, params }) => `${action} ${JSON.stringify(params)}`);
}
const twice = (calls: readonly string[]) => calls.filter((call, index) => calls.indexOf(call) !== index);
const countOf = (calls: readonly string[], action: string) =>
  calls.filter((call) => call.startsWith(`${action} `)).length;

describe(`stores for which AWS takes ${MINUTES} minutes`, () => {
  it(
    'are made with no call twice, however often the operator dies',
    async () => {
      const mark = await world.mark();
      await world.apply(stores);
      const { minutes, deaths } = await live(areReady);
      expect(minutes).toBeGreaterThanOrEqual(MINUTES);
      expect(deaths).toBeGreaterThanOrEqual(3);
      const calls = await writesSince(mark);
      expect(twice(calls)).toEqual([]);
      expect(
        ['CreateDBInstance', 'CreateDBCluster', 'CreateReplicationGroup'].map((one) => countOf(calls, one)),
      ).toEqual([3, 1, 1]);
    },
    TIMEOUT_MS,
  );

  it(
    'are deleted, with their last copies, with no call twice, however often the operator dies',
    async () => {
      const mark = await world.mark();
      for (const store of stores) await world.delete(store);
      const { minutes, deaths } = await live(areGone);
      expect(minutes).toBeGreaterThanOrEqual(MINUTES);
      expect(deaths).toBeGreaterThanOrEqual(3);
      const calls = await writesSince(mark);
      expect(twice(calls)).toEqual([]);
      expect(
        ['DeleteDBInstance', 'DeleteDBCluster', 'DeleteReplicationGroup'].map((one) => countOf(calls, one)),
      ).toEqual([3, 1, 1]);
    },
    TIMEOUT_MS,
  );

  it('leave one last copy each, and nothing else', async () => {
    await world.aws.release();
    expect(await copies.list()).toEqual(
      ['ledger-dev-cluster', 'records-dev-instance', 'sessions-dev-redis'].map((name) => `${name} available`),
    );
    await copies.delete();
    await eventually('AWS is as before', async () => (await world.aws.dump()) === empty);
  });
});
