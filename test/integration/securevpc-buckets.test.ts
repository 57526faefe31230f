import { afterAll, beforeAll, expect, it } from 'vitest';
import { floorOf } from '../bench/floor.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { World } from '../support/world.ts';

/** AWS's figures times this, for AWS's buckets and the operator's own: at 1, which `make bench` takes, it lasts minutes. */
const SCALE = 4;
const OVER_FLOOR_MAX = 1.1;
const SERVICES =
  's3 dynamodb ecr.api ecr.dkr logs ssm ssmmessages ec2messages ec2 secretsmanager kms sts'.split(' ');

const networks = ['a', 'b', 'c', 'd'].map((name) =>
  smallNetwork(name, 'busy', {
    securityGroups: { ecs: {}, endpoints: {} },
    endpoints: SERVICES.map((service) => ({ service })),
  }),
);

let world: World;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  await world.apply([namespace('busy'), account('main', ['busy'])]);
});
afterAll(() => world?.stop());

/** Time of the first and the last of these calls, in seconds since the epoch. */
function ends(calls: readonly { time: string }[]): [number, number] {
  const times = calls.map(({ time }) => Date.parse(time) / 1000);
  return [Math.min(...times), Math.max(...times)];
}

it('with the buckets of AWS no call is throttled, and the slowest bucket is never idle (aws-load-balancer-controller#3167)', async () => {
  await world.aws.setDifficulty({ throttling: { scale: SCALE } });
  world.operator({ env: { LANDFALL_AWS_RATE_SCALE: String(SCALE) } });
  await world.ready(account('main', []));
  await world.apply(networks);
  for (const network of networks) await world.ready(network, 120_000);

  const calls = await world.aws.ledger();
  expect(
    calls.filter(({ error }) => error !== null).map(({ action, error }) => `${action} ${error}`),
  ).toEqual([]);
  const endpoints = calls.filter(({ action }) => action === 'CreateVpcEndpoint');
  const floor = floorOf(new Map([['CreateVpcEndpoint', networks.length * SERVICES.length]]), SCALE);
  const [first, last] = ends(endpoints);
  const ratio = (last - first) / floor.seconds;
  console.log(
    `buckets: ${endpoints.length} endpoints in ${(last - first).toFixed(1)} s, ` +
      `${ratio.toFixed(3)} times the floor of ${floor.seconds.toFixed(1)} s`,
  );
  expect(endpoints).toHaveLength(networks.length * SERVICES.length);
  expect(ratio).toBeLessThanOrEqual(OVER_FLOOR_MAX);
});
