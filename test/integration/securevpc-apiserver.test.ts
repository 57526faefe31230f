import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { SecureVpc } from '../../operator/api/secure-vpc.ts';
import { eventually } from '../support/eventually.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy.ts';
import { account, namespace, portal, smallNetwork } from '../support/manifests.ts';
import { census, portrait } from '../support/portrait.ts';
import { World } from '../support/world.ts';

let world: World;
let proxy: KubeProxy;
let operator: OperatorProcess;
let empty: string;

const main = account('main', ['team-a']);
const env = { LANDFALL_LEASE_SECONDS: '90', LANDFALL_WATCH_SILENCE_SECONDS: '4' };
const start = () => world.operator({ kubeconfigPath: proxy.kubeconfigPath, env });

beforeAll(async () => {
  world = await World.start();
  proxy = await startKubeProxy({ kubeconfigPath: world.plane.kubeconfigPath });
  await world.claim();
  empty = await world.aws.dump();
  operator = start();
  await world.apply([namespace('team-a'), main]);
  await world.ready(main);
});
afterAll(async () => {
  await world?.stop();
  await proxy?.stop();
});
afterEach(async () => {
  proxy.setHang('off');
  proxy.setWatchMode('pass');
  await proxy.accept();
});

/** While the fault lasts one network is edited, one deleted and one made; after it nothing of that was missed. */
async function missesNothing(
  name: string,
  fault: () => Promise<void>,
  end: () => Promise<void>,
): Promise<void> {
  const [edited, deleted, made] = ['edited', 'deleted', 'made'].map((what) =>
    smallNetwork(`${name}-${what}`, 'team-a'),
  );
  if (!edited || !deleted || !made) throw new Error('three networks');
  await world.apply([edited, deleted]);
  await world.ready(edited);
  await world.ready(deleted);
  await fault();
  await world.edit(edited, { tags: { after: name } });
  await world.delete(deleted);
  await world.apply([made]);
  await end();
  const now = await world.ready(edited, 60_000);
  await world.ready(made, 60_000);
  await world.gone(deleted, 60_000);
  expect(now.status?.observedGeneration).toBe(2);
  const { vpcs } = await portrait(world);
  expect(JSON.stringify(vpcs)).toContain(`{"Key":"after","Value":"${name}"}`);
  await Promise.all([world.remove(edited), world.remove(made)]);
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
}

describe('an API server that fails: nothing is missed', () => {
  it('watches are dropped', () =>
    missesNothing(
      'dropped',
      async () => expect(proxy.dropWatches()).toBeGreaterThan(1),
      async () => void proxy.dropWatches(),
    ));

  it.each(['gone-status', 'gone-event'] as const)('watches answer 410 (%s)', (mode) =>
    missesNothing(
      mode,
      async () => {
        proxy.setWatchMode(mode);
        proxy.dropWatches();
        await eventually('410 is seen', () => Promise.resolve(proxy.counters.gone > 0));
      },
      async () => proxy.setWatchMode('pass'),
    ),
  );

  it('watches hang silently', () =>
    missesNothing(
      'hung',
      async () => proxy.setHang('watches'),
      async () => {
        await delay(1_000);
        proxy.setHang('off');
      },
    ));

  it('the API server is away for 30 s', () =>
    missesNothing(
      'away',
      () => Promise.resolve(),
      async () => {
        await proxy.refuse();
        await delay(30_000);
        await proxy.accept();
      },
    ));

  it('it goes away in the middle of a create', async () => {
    const network = {
      ...portal.network,
      spec: { ...portal.network.spec, accountRef: { name: 'main' } },
      metadata: { name: 'portal', namespace: 'team-a' },
    };
    const mark = await world.mark();
    await world.apply([network]);
    await eventually('the create is under way', async () => (await world.writes(mark)).length > 5, {
      everyMs: 5,
    });
    await proxy.refuse();
    await delay(3_000);
    await proxy.accept();
    await world.ready(network, 60_000);
    const vpcs = (await world.writes(mark)).filter(({ action }) => action === 'CreateVpc');
    expect(vpcs).toHaveLength(1);
    await world.remove(network);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});

describe('an API server that is away for longer than the Lease', () => {
  it('the operator ends, is started anew until it is back, and nothing is missed', async () => {
    await operator.stop();
    const short = world.operator({
      kubeconfigPath: proxy.kubeconfigPath,
      env: { ...env, LANDFALL_LEASE_SECONDS: '6' },
    });
    const said = (msg: string) => short.lines.filter((line) => line.msg === msg).length;
    await short.line((line) => line.msg === 'leading');
    await missesNothing(
      'lost',
      () => Promise.resolve(),
      async () => {
        await proxy.refuse();
        await eventually('the Lease is lost', () => Promise.resolve(said('leadership lost') > 0));
        const lost = await world.mark();
        await delay(20_000);
        expect(await world.writes(lost)).toEqual([]);
        expect(said('starting')).toBeGreaterThan(1);
        await proxy.accept();
      },
    );
    expect(said('leading')).toBeGreaterThan(1);
    await short.stop();
  });
});

describe('two operators', () => {
  it('one leads; stopped for longer than its lease and woken, it does nothing a second time', async () => {
    await operator.stop();
    const network = {
      ...portal.network,
      spec: { ...portal.network.spec, accountRef: { name: 'main' } },
      metadata: { name: 'portal', namespace: 'team-a' },
    };
    const pair = { LANDFALL_LEASE_SECONDS: '3' };
    const alone = world.operator({ env: { ...pair, POD_NAME: 'alone' } });
    await world.apply([network]);
    await world.ready(network);
    const undisturbed = { portrait: await portrait(world), census: census(await world.aws.dump()) };
    await world.remove(network);
    await alone.stop();

    const first = world.operator({ env: { ...pair, POD_NAME: 'first' }, restarts: false });
    await first.line((line) => line.msg === 'leading');
    const second = world.operator({ env: { ...pair, POD_NAME: 'second' } });
    await second.line((line) => line.msg === 'starting');
    const mark = await world.mark();
    await world.apply([network]);
    await eventually('the first one is at work', async () => (await world.writes(mark)).length > 10, {
      everyMs: 5,
    });
    first.process.kill('SIGSTOP');
    await second.line((line) => line.msg === 'leading');
    await world.ready(network, 60_000);
    const done = await world.mark();
    const stood = await world.aws.dump();
    first.process.kill('SIGCONT');
    expect(await first.ended).toBe(1);
    // A request whose bytes were on their way when the process was stopped leaves with the wakening: at most one for
    // each of the 12 steps that a pass takes at once. It changes nothing: its token, name or place has been used by then.
    expect((await world.writes(done)).length).toBeLessThanOrEqual(12);
    expect((await world.aws.dump()) === stood, 'AWS is as before the wakening').toBe(true);
    expect(await portrait(world)).toEqual(undisturbed.portrait);
    expect(census(await world.aws.dump())).toEqual(undisturbed.census);
    const object = await world.read<SecureVpc>(network);
    expect(object?.status.pending).toBeUndefined();
    await world.remove(network);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
    await second.stop();
  });
});
