import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deletions } from '../contract/drift-cases.ts';
import { compile } from '../operator/compile/fixtures.ts';
import { fullNetwork, portal } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';

/** Every node of the portal's network, with what happens when somebody deletes it. */
const nodes = [...compile(fullNetwork.spec).nodes.values()].map(({ key, type }) => ({
  node: key,
  cases: Object.entries(deletions[type]?.(key) ?? {}),
}));

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(fullNetwork);
});
afterAll(() => standing?.stop());

it('these are all nodes that the operator makes', async () => {
  const { graph } = await standing.look();
  expect(nodes.map(({ node }) => node).sort()).toEqual([...graph.nodes.keys()].sort());
});

it('each of them can be lost, but for what AWS lets nobody delete', () => {
  const kept = nodes.filter(({ cases }) => !cases.some(([, entry]) => 'drift' in entry));
  // A tier without a way out has no routes but those of AWS's own.
  expect(kept.map(({ node }) => node)).toEqual(['routes/data']);
});

describe.each(nodes)('$node', ({ cases }) => {
  for (const [name, entry] of cases) {
    if ('refused' in entry) it(`${name}: AWS refuses it`, () => standing.proveRefusal(entry));
    else it(`${name}: repaired, Ready all the while`, () => standing.proveRepair(entry, 'unseen'));
  }
});

it('after all this, further refreshes make no write', async () => {
  const { world } = standing;
  await world.refreshes(3);
  const mark = await world.mark();
  await world.refreshes(3);
  expect((await world.writes(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
});

it('what was made again is deleted with the rest: AWS is as it was before the network', async () => {
  const { world } = standing;
  await world.remove(portal.network);
  expect((await world.aws.dump()) === standing.empty, 'the whole state of AWS is as before').toBe(true);
});
