import { CreateTagsCommand, DeleteSubnetCommand } from '@aws-sdk/client-ec2';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

let world: World;
let empty: string;

const main = account('main', ['team-a']);
const network = (management: string, more: object = {}): Manifest =>
  smallNetwork('net', 'team-a', { management, securityGroups: { ecs: {}, endpoints: {} }, ...more });
const managed = network('Manage');
const observed = network('Observe');

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  world.operator();
  await world.apply([namespace('team-a'), main]);
  await world.ready(main);
});
afterAll(() => world?.stop());

/** Everything that the operator asked of AWS since a mark, but for who it is. */
async function calls(mark: number) {
  return (await world.aws.ledger(mark)).filter(({ service }) => service !== 'sts');
}

describe('management Observe', () => {
  it('says what is missing, makes nothing, and holds no finalizer', async () => {
    const mark = await world.mark();
    await world.apply([observed]);
    const missing = { reason: 'ThingsMissing', message: /vpc, .* and \d+ more are not there/ };
    const seen = await world.condition(observed, 'Stalled', missing);
    expect(conditionOf(seen, 'Ready')).toMatchObject({ status: 'False', reason: 'ThingsMissing' });
    expect(seen.metadata.finalizers).toBeUndefined();
    await world.remove(observed, 5_000);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('is Ready and Drifted where AWS differs, Ready no more where something is gone, and writes nothing', async () => {
    await world.apply([managed]);
    const ids = idsOf(await world.ready(managed));
    await world.apply([observed]);
    const seen = await world.ready(observed);
    expect(conditionOf(seen, 'Drifted')).toBeUndefined();
    expect(idsOf(seen)).toEqual(ids);

    const stray = [{ Key: 'stray', Value: 'yes' }];
    await world.ec2.send(new CreateTagsCommand({ Resources: [ids['vpc'] ?? ''], Tags: stray }));
    const mark = await world.mark();
    const drifted = await world.condition(observed, 'Drifted', { message: /update vpc \(tags\.stray\)/ });
    expect(conditionOf(drifted, 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    await eventually('an event', async () =>
      (await world.events(observed)).find(
        ({ reason, note }) => reason === 'DriftDetected' && /stray/.test(note),
      ),
    );

    await world.ec2.send(new DeleteSubnetCommand({ SubnetId: ids['subnet/private-a'] }));
    const missing = { reason: 'ThingsMissing', message: /subnet\/private-a is not there/ };
    await world.condition(observed, 'Stalled', missing);
    await world.refreshes(2);
    const writes = (await world.writes(mark)).map(({ action }) => action);
    expect(writes, 'the test’s own').toEqual(['DeleteSubnet']);

    await world.apply([managed]);
    const mended = await world.ready(managed);
    expect(idsOf(mended)).toMatchObject({
      vpc: ids['vpc'],
      'route-table/private': ids['route-table/private'],
    });
  });

  it('lets the object go without a call, and the same manifest finds all of it: 0 creates', async () => {
    const ids = idsOf((await world.read(managed)) ?? managed);
    await world.apply([observed]);
    const standing = await world.ready(observed);
    expect(standing.metadata.finalizers).toEqual(['landfall.dev/aws']);
    const before = await world.aws.dump();
    const mark = await world.mark();
    await world.remove(observed, 5_000);
    expect(await world.writes(mark)).toEqual([]);
    expect((await world.aws.dump()) === before, 'AWS is as before').toBe(true);
    const event = await eventually('an event', async () =>
      (await world.events(observed)).find(({ reason }) => reason === 'LeftAsObserved'),
    );
    expect(event.note).toContain(ids['vpc']);

    await world.apply([managed]);
    expect(idsOf(await world.ready(managed))).toEqual(ids);
    const creates = (await world.writes(mark)).filter(({ action }) => /^Create(?!Tags)/.test(action ?? ''));
    expect(creates).toEqual([]);
  });
});

describe('management Pause', () => {
  const paused = network('Pause');

  it('makes no call, keeps the last word of Ready, and goes on from what is there', async () => {
    await world.apply([paused]);
    const standing = await world.condition(paused, 'Paused', { reason: 'PausedBySpec' });
    const ready = conditionOf(standing, 'Ready');
    expect(ready).toMatchObject({ status: 'True', reason: 'Succeeded' });
    const vpc = idsOf(standing)['vpc'] ?? '';
    // A refresh that had begun before comes to its end.
    await sleep(1_500);
    const mark = await world.mark();
    await world.ec2.send(new CreateTagsCommand({ Resources: [vpc], Tags: [{ Key: 'stray', Value: 'yes' }] }));
    await world.edit(paused, { tags: { project: 'other' } });
    const edited = await world.condition(paused, 'Paused');
    expect(conditionOf(edited, 'Ready')).toEqual(ready);
    await sleep(2_500);
    expect(
      (await calls(mark)).map(({ action }) => action),
      'the test’s own',
    ).toEqual(['CreateTags']);

    await world.apply([network('Manage', { tags: { project: 'other' } })]);
    const resumed = await world.ready(managed);
    expect(conditionOf(resumed, 'Paused')).toBeUndefined();
    const tags = (await world.writes(mark)).map(({ action }) => action);
    expect(tags.filter((action) => action !== 'CreateTags' && action !== 'DeleteTags')).toEqual([]);
  });

  it('stops a pass that is under way, and nothing is made twice when it goes on', async () => {
    const hasty = smallNetwork('hasty', 'team-a');
    await world.aws.setDifficulty({
      faults: [{ action: 'Create*', effect: 'slow', latencyMs: 300, times: 0 }],
    });
    const mark = await world.mark();
    await world.apply([hasty]);
    await eventually('a VPC', async () => (await world.writes(mark)).length > 0, { everyMs: 20 });
    await world.edit(hasty, { management: 'Pause' });
    const stopped = await world.condition(hasty, 'Paused');
    expect(conditionOf(stopped, 'Ready')?.status).not.toBe('True');
    const begun = await world.writes(mark);
    await sleep(1_500);
    expect(await world.writes(mark)).toEqual(begun);
    await world.aws.setDifficulty({ faults: [] });
    await world.edit(hasty, { management: 'Manage' });
    await world.ready(hasty);
    const vpcs = (await world.writes(mark)).filter(({ action }) => action === 'CreateVpc');
    expect(vpcs).toHaveLength(1);
    await world.remove(hasty);
  });

  it('an object that was never looked at says so, and one that is to go waits until it may', async () => {
    const fresh = smallNetwork('fresh', 'team-a', { management: 'Pause' });
    await world.apply([fresh]);
    const seen = await world.condition(fresh, 'Paused');
    expect(conditionOf(seen, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'PausedBySpec' });
    await world.remove(fresh, 5_000);

    await world.edit(managed, { management: 'Pause' });
    await world.condition(managed, 'Paused');
    await world.delete(managed);
    const mark = await world.mark();
    await world.condition(managed, 'Paused', {
      reason: 'DeletionWaits',
      message: /Set Manage, .* or Observe/,
    });
    expect(await world.writes(mark)).toEqual([]);
    await world.edit(managed, { management: 'Manage' });
    await world.gone(managed);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});
