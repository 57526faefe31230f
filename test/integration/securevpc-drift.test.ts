import { afterAll, beforeAll, expect, it } from 'vitest';
import { driftCases } from '../contract/drift-cases.ts';
import { compile } from '../operator/compile/fixtures.ts';
import { proveDrift } from '../support/drift-suite.ts';
import { eventually } from '../support/eventually.ts';
import { fullNetwork, portal } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(fullNetwork);
});
afterAll(() => standing?.stop());

it('drift is told in an event', async () => {
  const entry = driftCases['Vpc']?.['tags changed'];
  if (!entry || !('node' in entry)) throw new Error('no case');
  await standing.proveRepair(entry);
  const told = await eventually('the event', async () =>
    (await standing.world.events(portal.network)).find(({ reason }) => reason === 'DriftRepaired'),
  );
  expect(told.type).toBe('Warning');
  expect(told.note).toMatch(/changed Vpc vpc-\w+ \(vpc\) outside Git; put back: tags\.project/);
});

// Kinds that the portal does without have their own network: securevpc-nat.test.ts.
const types = new Set([...compile(fullNetwork.spec).nodes.values()].map(({ type }) => type));
proveDrift([...types], () => standing);

it('one of each kind that can be deleted is lost while nobody looks: all are made again', async () => {
  // A subnet last: tables, ACLs and groups are lost while they still serve it.
  const order = [...types].sort((a, b) => Number(a === 'Subnet') - Number(b === 'Subnet'));
  const lost = order.flatMap((type) => {
    const entry = driftCases[type]?.['deleted'];
    return entry && 'node' in entry ? [entry] : [];
  });
  expect(lost.length).toBe(11);
  const at = await standing.context();
  await standing.unseen(async () => {
    for (const entry of lost) await entry.drift(at);
  });
  await standing.restored();
  await standing.world.ready(portal.network);
});

it('after all this, further refreshes make no write', async () => {
  const { world } = standing;
  await world.refreshes(3);
  const mark = await world.mark();
  await world.refreshes(3);
  expect((await world.writes(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
});

it('nothing of all this was refused to the role, which may do just what landfall policy prints', async () => {
  expect((await standing.least.refusals()).map(({ action, error }) => ({ action, error }))).toEqual([]);
});
