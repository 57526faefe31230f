import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { kindOf } from '../../operator/graph/kind.ts';
import { resolve } from '../../operator/graph/ref.ts';
import { changePaths } from '../contract/change-paths.ts';
import { driftCases } from '../contract/drift-cases.ts';
import { counted } from '../support/counted.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { StandingPortal } from '../support/standing-portal.ts';

let standing: StandingPortal;

beforeAll(async () => {
  standing = await StandingPortal.start();
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

describe.each([...awsKinds.keys()])('drift of %s', (type) => {
  const cases = Object.entries(driftCases[type] ?? {});

  it('has a case for each change that its diff finds', async (context) => {
    const wanted = (await changesOf(type)).sort();
    const given = cases.map(([name]) => name).filter((name) => !name.endsWith(')'));
    expect(given.sort()).toEqual(wanted);
    counted(context, { driftCases: cases.length });
  });

  for (const [name, entry] of cases) {
    if ('refused' in entry) {
      it(`${name}: AWS refuses it`, () => standing.proveRefusal(entry));
    } else {
      // A loss takes several steps, between which an operator on a busy machine would put the first ones back.
      const how = name.startsWith('deleted') ? 'unseen' : 'seen';
      it(`${name}: repaired, Ready all the while`, () => standing.proveRepair(entry, how));
    }
  }
});

it('one of each kind that can be deleted is lost while nobody looks: all are made again', async () => {
  // A subnet last: tables, ACLs and groups are lost while they still serve it.
  const types = Object.keys(driftCases).sort((a, b) => Number(a === 'Subnet') - Number(b === 'Subnet'));
  const lost = types.flatMap((type) => {
    const entry = driftCases[type]?.['deleted'];
    return entry && 'node' in entry ? [entry] : [];
  });
  expect(lost.length).toBe(10);
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

/** The changes that the diff of a kind finds in any of the portal's nodes of it, and the loss of tags and thing. */
async function changesOf(type: string): Promise<string[]> {
  const { graph, inventory, plan: made } = await standing.look();
  const kind = kindOf(awsKinds, type);
  const outputs = new Map(made.standing.map(({ node, outputs }) => [node, outputs]));
  const paths = [...graph.nodes.values()]
    .filter((node) => node.type === type)
    .flatMap((node) => {
      const inputs = resolve(node.inputs, (at) => outputs.get(at.node)?.[at.output]);
      const view = inventory.view(kind.collection);
      const id = made.standing.find((thing) => thing.node === node.key)?.id ?? '';
      const record = kind.find ? kind.find(view, inputs) : view.get(id);
      if (!record) throw new Error(`${node.key} is not there`);
      return changePaths(kind, inputs, record);
    });
  const own = kind.create ? ['tags missing', 'tags extra', 'tags changed', 'deleted'] : [];
  return [...new Set([...paths.filter(({ fixed }) => !fixed).map(({ path }) => path), ...own])];
}
