import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, type Manifest, pathOf, World } from '../support/world.ts';

/** Seconds. Listings show nothing new until the test lifts the lag; the grace time has to be longer than AWS takes. */
const LAG = 600;
const ENOUGH = '600';
const TOO_LITTLE = '0.001';

let world: World;
let proxy: AwsProxy;
const main = account('main', ['crash']);

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  proxy = await startAwsProxy(world.aws.url);
  await world.apply([namespace('crash'), main]);
});
afterAll(async () => {
  await world?.stop();
  await proxy?.stop();
});

interface Way {
  readonly name: string;
  readonly grace: string;
  /** Done to the object while no operator runs. */
  readonly meanwhile?: (network: Manifest) => Promise<void>;
}

/** Kills the operator when its CreateVpc is committed and unanswered; returns how many VPCs its successor's network cost. */
async function vpcsOf({ name, grace, meanwhile }: Way): Promise<number> {
  const env = { AWS_ENDPOINT_URL: proxy.url, LANDFALL_GRACE_SECONDS: grace };
  const network = smallNetwork(name, 'crash');
  const first = world.operator({ env });
  await world.ready(main);
  await world.aws.setDifficulty({ lag: { minSeconds: LAG } });
  const killed = new Promise<void>((resolve) => {
    proxy.count({
      after({ action }) {
        if (action !== 'CreateVpc') return undefined;
        void first.kill().then(resolve);
        return 'drop';
      },
    });
  });
  const mark = await world.mark();
  await world.apply([network]);
  await killed;
  proxy.count();
  const left = await world.read(network);
  expect(left?.status?.['pending'], 'the intent, written down before the call').toMatchObject([
    { node: 'vpc' },
  ]);
  expect(left?.status?.['resources']).toBeUndefined();
  await meanwhile?.(network);
  const second = world.operator({ env });
  const made = async () =>
    (await world.writes(mark)).filter(({ action, error }) => action === 'CreateVpc' && error === null).length;
  await eventually('the successor waits, or makes another', async () => {
    const waits = conditionOf(await world.read(network), 'Reconciling')?.reason === 'WaitingForIntent';
    return waits || (await made()) > 1;
  });
  await world.aws.setDifficulty({ lag: {} });
  await world.ready(network, 60_000);
  await second.kill();
  return made();
}

describe('a CreateVpc of which nobody heard, while listings lag (aws-controllers-k8s/community#2062)', () => {
  it('with its intent in status and a grace time it is waited for: one VPC', async () => {
    expect(await vpcsOf({ name: 'kept', grace: ENOUGH })).toBe(1);
  });

  it('without the intent there would be two', async () => {
    const meanwhile = async (network: Manifest): Promise<void> =>
      void (await world.kube.mergePatch(`${pathOf(network)}/status`, { status: { pending: null } }));
    expect(await vpcsOf({ name: 'forgotten', grace: ENOUGH, meanwhile })).toBeGreaterThan(1);
  });

  it('with a grace time shorter than the lag there would be two', async () => {
    expect(await vpcsOf({ name: 'hasty', grace: TOO_LITTLE })).toBeGreaterThan(1);
  });
});
