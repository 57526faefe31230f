import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { portal, serviceAccount, serviceNetwork, smallService } from '../support/manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const service = smallService('shop', 'portal', 'services', {
  accountRef: { name: 'portal' },
  service: { deployment: { circuitBreaker: 'Disabled' } },
});
const running = (image: string) => ({ task: { containers: [{ name: 'app', image }] } });

let world: World;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  world.operator();
  await world.apply([portal.namespace, serviceAccount]);
});
afterAll(async () => {
  await world?.stop();
});

const statusIn = (object: Manifest) => object.status as unknown as EcsService['status'];
/** The calls since a mark that ask for tasks. */
const asked = async (mark: number) =>
  (await world.aws.ledger(mark)).flatMap(({ action }) => (action?.endsWith('Tasks') ? [action] : []));

/** Resolves when the service was listed several times over, and neither AWS nor the object was written to. */
async function standsStill(): Promise<Manifest | undefined> {
  const mark = await world.mark();
  const before = await world.read(service);
  await world.refreshes(3, ['DescribeServices']);
  expect(await world.writes(mark)).toEqual([]);
  expect(await asked(mark)).toEqual([]);
  const after = await world.read(service);
  expect(after).toEqual(before);
  return after;
}

it('a rollout whose tasks keep failing says why while it is in progress, and asks AWS once for each of them', async () => {
  const empty = await world.aws.dump();
  const start = await world.mark();
  await world.apply([serviceNetwork, service]);
  const ready = statusIn(await world.ready(service));
  expect(ready.events?.[0]).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    message: '(service shop-dev-service) has reached a steady state.',
  });
  expect(ready.lastStoppedTask).toBeUndefined();
  await standsStill();
  expect(await asked(start)).toEqual([]);

  const mark = await world.mark();
  await world.edit(service, running('does-not-exist:2'));
  const failing = await world.condition(service, 'Reconciling', {
    reason: 'WaitingForAws',
    message: /rollout IN_PROGRESS; the last task stopped: CannotPullContainerError: .*does-not-exist:2/,
  });
  expect(statusIn(failing)).toMatchObject({
    rollout: 'IN_PROGRESS',
    desiredCount: 1,
    runningCount: 1,
    lastStoppedTask: {
      time: expect.any(String),
      reason: expect.stringMatching(/^CannotPullContainerError: /),
    },
  });
  await eventually('the local AWS tries no more', async () => {
    const now = await world.read(service);
    return now && statusIn(now).events?.[0]?.message.includes('unable to consistently start tasks');
  });
  const stuck = await standsStill();
  expect(stuck && statusIn(stuck)).toMatchObject({
    rollout: 'IN_PROGRESS',
    lastStoppedTask: { reason: expect.stringMatching(/^CannotPull/) },
  });
  // Ten have failed.
  const described = (await asked(mark)).filter((action) => action === 'DescribeTasks');
  expect(described.length).toBeGreaterThan(0);
  expect(described.length).toBeLessThanOrEqual(10);

  await world.edit(service, running('shop:3'));
  const mended = statusIn(await world.ready(service));
  expect(mended).toMatchObject({ rollout: 'COMPLETED', runningCount: 1 });
  expect(mended.events?.[0]?.message).toMatch(/steady state/);
  expect(mended.lastStoppedTask).toBeUndefined();
  await standsStill();

  await world.remove(service);
  await world.remove(serviceNetwork);
  expect(await world.aws.dump()).toBe(empty);
});
