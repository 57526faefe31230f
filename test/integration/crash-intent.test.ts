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
  /** The create that nobody hears of: a network's first, or that of a set which takes another's place. */
  readonly of: 'CreateVpc' | 'CreateDhcpOptions';
  /** Done to the object while no operator runs. */
  readonly meanwhile?: (network: Manifest) => Promise<void>;
}

/** Kills the operator when a create is committed and unanswered; returns how many such creates there were in the end. */
async function createsOf({ name, grace, of, meanwhile }: Way): Promise<number> {
  const env = { AWS_ENDPOINT_URL: proxy.url, LANDFALL_GRACE_SECONDS: grace };
  const options = (domainName: string) => ({ dhcpOptions: { domainName } });
  const replaces = of === 'CreateDhcpOptions';
  const network = smallNetwork(name, 'crash', replaces ? options('first.example') : {});
  const first = world.operator({ env });
  await world.ready(main);
  if (replaces) {
    await world.apply([network]);
    await world.ready(network);
  }
  await world.aws.setDifficulty({ lag: { minSeconds: LAG } });
  const killed = new Promise<void>((resolve) => {
    proxy.count({
      after({ action }) {
        if (action !== of) return undefined;
        void first.kill().then(resolve);
        return 'drop';
      },
    });
  });
  const mark = await world.mark();
  await (replaces ? world.edit(network, options('second.example')) : world.apply([network]));
  await killed;
  proxy.count();
  const left = await world.read(network);
  expect(left?.status?.['pending'], 'the intent, written down before the call').toMatchObject([
    { node: replaces ? 'dhcp-options' : 'vpc' },
  ]);
  await meanwhile?.(network);
  const second = world.operator({ env });
  const made = async () =>
    (await world.writes(mark)).filter(({ action, error }) => action === of && error === null).length;
  await eventually('the successor waits, or makes another', async () => {
    const waits = conditionOf(await world.read(network), 'Reconciling')?.reason === 'WaitingForIntent';
    return waits || (await made()) > 1;
  });
  await world.aws.setDifficulty({ lag: {} });
  await world.ready(network, 60_000);
  await second.kill();
  return made();
}

describe.each([
  ['CreateVpc', 'vpc'],
  ['CreateDhcpOptions', 'options'],
] as const)(
  'a %s of which nobody heard, while listings lag (aws-controllers-k8s/community#2062)',
  (of, what) => {
    it('with its intent in status and a grace time it is waited for: one', async () => {
      expect(await createsOf({ name: `${what}-kept`, grace: ENOUGH, of })).toBe(1);
    });

    it('without the intent there would be two', async () => {
      const meanwhile = async (network: Manifest): Promise<void> =>
        void (await world.kube.mergePatch(`${pathOf(network)}/status`, { status: { pending: null } }));
      expect(await createsOf({ name: `${what}-forgotten`, grace: ENOUGH, of, meanwhile })).toBeGreaterThan(1);
    });

    it('with a grace time shorter than the lag there would be two', async () => {
      expect(await createsOf({ name: `${what}-hasty`, grace: TOO_LITTLE, of })).toBeGreaterThan(1);
    });
  },
);
