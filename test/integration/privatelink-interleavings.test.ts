import { DescribeVpcEndpointConnectionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { CONSUMER, PROVIDER, twoAccounts } from '../support/link-manifests.ts';
import { namespace } from '../support/manifests.ts';
import { conditionOf, type Manifest, World } from '../support/world.ts';

/**
 * Provider and consumer of a private connection come and go in every order, and one of them is held at each of its writes while
 * the other goes as far as it can: nothing deadlocks, each says what it waits for, and nothing is left.
 */

const { accounts, providerNetwork, consumerNetwork, api, shop, provider, consumer } = twoAccounts;
const SIDES = { provider, consumer } as const;
type Side = keyof typeof SIDES;
type Verb = 'create' | 'delete';
/** Whether the second is asked for when the first is at its write, or both at once. */
type Mode = 'after' | 'beside';

/** Whoever has written nothing and said nothing new for so long goes no further by itself. */
const REST_MS = 700;
/** Writes of the provider's side; all others are the consumer's. */
const OF_PROVIDER = /EndpointService|EndpointConnection/;

let world: World;
let proxy: AwsProxy;
let ec2: EC2Client;
let empty: string;
/** What the proxy does at the next write of a side. */
let atWrite: (side: Side, action: string) => Promise<void>;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' });
  for (const id of [PROVIDER, CONSUMER]) await world.claim(id);
  ec2 = new EC2Client(world.clientOptions(PROVIDER));
  proxy = await startAwsProxy(world.aws.url);
  proxy.count({
    before: ({ action }) => atWrite(OF_PROVIDER.test(action) ? 'provider' : 'consumer', action),
  });
  atWrite = async () => {};
  world.operator({ env: { AWS_ENDPOINT_URL: proxy.url, LANDFALL_POLL_SECONDS: '0.1' } });
  await world.apply([namespace('api'), namespace('shop'), ...accounts, providerNetwork, consumerNetwork]);
  await world.apply([api, shop]);
  await Promise.all([api, shop].map((object) => world.ready(object, 60_000)));
  empty = await world.aws.dump();
});
afterAll(async () => {
  ec2?.destroy();
  await world?.stop();
  await proxy?.stop();
});

const other = (side: Side): Side => (side === 'provider' ? 'consumer' : 'provider');
const ask = (verb: Verb, object: Manifest) =>
  verb === 'create' ? world.apply([object]) : world.delete(object);
const isDone = (verb: Verb, object: Manifest | undefined) =>
  verb === 'create' ? conditionOf(object, 'Ready')?.reason === 'Succeeded' : object === undefined;

/** What a side says that waits for the other one. */
const WAITS: Readonly<Record<Verb, Readonly<Record<Side, RegExp>>>> = {
  create: {
    consumer: /PrivateLinkEndpoint[ /]api\/api|provider has not let this account in|accept/,
    // It waits for nobody.
    provider: /^$/,
  },
  delete: {
    consumer: /^$/,
    provider: /PrivateLinkEndpoint\/shop\/api.* still use/,
  },
};

/** Resolves when the side goes no further by itself: it is done, or says what it waits for and rests. */
async function rests(side: Side, verb: Verb, until: () => boolean = () => false): Promise<void> {
  let seen = '';
  let since = performance.now();
  let object: Manifest | undefined;
  await eventually(
    `${side}: ${verb} is done, or says what it waits for`,
    async () => {
      object = await world.read(SIDES[side]);
      if (until() || isDone(verb, object)) return true;
      const now = JSON.stringify([object?.status, writes[side]]);
      if (now !== seen) [seen, since] = [now, performance.now()];
      const { message = '' } = conditionOf(object, 'Reconciling') ?? {};
      return performance.now() - since > REST_MS && WAITS[verb][side].test(message);
    },
    { everyMs: 50, timeoutMs: 20_000, seen: () => ({ writes, conditions: object?.status?.conditions }) },
  );
}

const writes: Record<Side, number> = { provider: 0, consumer: 0 };

/**
 * Does it to both, and holds the first at its n-th write while the second goes as far as it can. Returns what that write was;
 * undefined where the first has fewer.
 */
async function interleave(verb: Verb, mode: Mode, first: Side, n: number): Promise<string | undefined> {
  const second = other(first);
  let held: string | undefined;
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  [writes.provider, writes.consumer] = [0, 0];
  atWrite = async (side, action) => {
    writes[side] += 1;
    if (side !== first || writes[side] !== n) return;
    held = action;
    await released;
  };
  try {
    await ask(verb, SIDES[first]);
    if (mode === 'beside') await ask(verb, SIDES[second]);
    await rests(first, verb, () => held !== undefined);
    if (mode === 'after') await ask(verb, SIDES[second]);
    await rests(second, verb);
  } finally {
    release();
  }
  for (const object of Object.values(SIDES))
    await (verb === 'create' ? world.ready(object, 60_000) : world.gone(object, 60_000));
  return held;
}

/** The endpoint that is connected is the consumer's, and the only one. */
async function proveConnected(): Promise<void> {
  const { endpointId } = ((await world.read(consumer))?.status ?? {}) as { endpointId?: string };
  await eventually('the connection', async () => {
    const { VpcEndpointConnections: found = [] } = await ec2.send(
      new DescribeVpcEndpointConnectionsCommand({}),
    );
    const states = found.map(({ VpcEndpointId, VpcEndpointState }) => `${VpcEndpointId} ${VpcEndpointState}`);
    return states.join() === `${endpointId} available`;
  });
}

/** All ways in which two sides can come, or go, past each other: each is gone through until its first has no further write. */
function* ways(): Generator<{ mode: Mode; first: Side }> {
  for (const mode of ['after', 'beside'] as const)
    for (const first of ['provider', 'consumer'] as const) yield { mode, first };
}

it('comes about and goes in every order, held at every write', async () => {
  const left = { create: [...ways()], delete: [...ways()] };
  const at = { create: 1, delete: 1 };
  const told: Record<Verb, string[]> = { create: [], delete: [] };
  while (left.create.length + left.delete.length > 0) {
    for (const verb of ['create', 'delete'] as const) {
      // Where one list is longer, the other verb is done in some order.
      const { mode, first } = left[verb][0] ?? { mode: 'beside', first: 'provider' };
      const n = left[verb].length > 0 ? at[verb] : Infinity;
      const held = await interleave(verb, mode, first, n);
      if (left[verb].length > 0)
        told[verb].push(`${verb}: the other ${mode} ${held ?? 'all writes'} (${n}) of the ${first}`);
      at[verb] += 1;
      if (held === undefined) {
        left[verb].shift();
        at[verb] = 1;
      }
      if (verb === 'create') await proveConnected();
    }
    await eventually('AWS is as before', async () => (await world.aws.dump()) === empty);
  }
  const all = [...told.create, ...told.delete];
  console.log(`interleavings of provider and consumer: ${all.length}\n${all.join('\n')}`);
  expect(told.create.length).toBeGreaterThanOrEqual(10);
  expect(told.delete.length).toBeGreaterThanOrEqual(8);
}, 900_000);
