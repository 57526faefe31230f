import { DescribeTagsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { portrait } from '../support/portrait.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

const TAGGING = ['CreateTags', 'TagResource', 'TagRole'];
const UNTAGGING = ['DeleteTags', 'UntagResource', 'UntagRole'];

let world: World;
let operator: OperatorProcess;
let empty: string;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  operator = world.operator();
  await world.apply([portal.namespace, portal.account]);
});
afterAll(() => world?.stop());

const network: Manifest = {
  ...portal.network,
  spec: { ...portal.network.spec, deletionPolicy: 'Retain' },
};

describe('deletionPolicy Retain', () => {
  it('leaves AWS as it is, tagged and told of, and the same manifest finds all of it: 0 creates', async () => {
    await world.apply([network]);
    const ids = idsOf(await world.ready(network));
    const before = await portrait(world);
    const mark = await world.mark();

    await world.remove(network);
    const writes = await world.writes(mark);
    expect(writes.map(({ action }) => action).filter((action) => !TAGGING.includes(action ?? ''))).toEqual(
      [],
    );
    expect(writes).toHaveLength(Object.keys(ids).length);
    const tags = await tagsOfVpc(ids['vpc'] ?? '');
    expect(tags).toMatchObject({ 'landfall.dev/owner': 'SecureVpc/portal/portal' });
    expect(tags['landfall.dev/retained']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

    const told = await eventually('the event', async () =>
      (await world.events(network)).find(({ reason }) => reason === 'Retained'),
    );
    expect(told.note).toMatch(/Vpc vpc-.* and \d+ more$/);
    const line = operator.lines.find(({ msg }) => msg === 'left on purpose, finalizer removed');
    expect(new Set(((line?.['left'] ?? []) as { id: string }[]).map(({ id }) => id))).toEqual(
      new Set(Object.values(ids)),
    );

    const back = await world.mark();
    await world.apply([network]);
    expect(idsOf(await world.ready(network))).toEqual(ids);
    const taken = (await world.writes(back)).map(({ action }) => action ?? '');
    expect(taken.filter((action) => ![...TAGGING, ...UNTAGGING].includes(action))).toEqual([]);
    expect(await tagsOfVpc(ids['vpc'] ?? '')).not.toHaveProperty('landfall.dev/retained');
    expect(await portrait(world)).toEqual(before);
  });

  it('a crash while things are being tagged leaves none of them without', async () => {
    const ids = idsOf((await world.read(network)) ?? network);
    const mark = await world.mark();
    await world.aws.setDifficulty({
      faults: [{ action: 'CreateTags', effect: 'slow', latencyMs: 100, times: 0 }],
    });
    await world.delete(network);
    await eventually('some tags', async () => (await world.writes(mark)).length > 4, { everyMs: 20 });
    operator.process.kill('SIGKILL');
    await world.aws.setDifficulty({ faults: [] });
    await world.gone(network);
    const answer = await world.ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['landfall.dev/retained'] }] }),
    );
    const tagged = new Set(answer.Tags?.map(({ ResourceId }) => ResourceId));
    const inEc2 = Object.values(ids).filter((id) => /-[0-9a-f]{17}$/.test(id));
    expect(inEc2.filter((id) => !tagged.has(id))).toEqual([]);
    expect(tagged.size).toBe(inEc2.length);
  });

  it('the policy may change while the object goes, and Delete then leaves nothing', async () => {
    await world.apply([network]);
    await world.ready(network);
    await world.aws.setDifficulty({
      faults: [{ action: 'CreateTags', code: 'UnauthorizedOperation', times: 0 }],
    });
    await world.delete(network);
    await world.condition(network, 'Stalled', { reason: 'AccessDenied', message: /ec2:CreateTags/ });
    await world.edit(network, { deletionPolicy: 'Delete' });
    await world.gone(network);
    await world.aws.setDifficulty({ faults: [] });
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});

async function tagsOfVpc(id: string): Promise<Record<string, string>> {
  const answer = await world.ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }));
  return Object.fromEntries((answer.Vpcs?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}
