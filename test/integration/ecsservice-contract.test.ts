import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deletions } from '../contract/drift-cases.ts';
import { counted } from '../support/counted.ts';
import { proveDrift } from '../support/drift-suite.ts';
import { bounded, policyFor } from '../support/least-privilege.ts';
import { fullService, portal, serviceNetwork, smallService } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';
import { ASKED_OF_INSTANCES, SERVICE_PROVOCATIONS } from '../support/withheld-services.ts';
import { pathOf } from '../support/world.ts';
import {
  actionsOf,
  callAll,
  chosenOf,
  expectAllUsed,
  proveWithheld,
  WITHHELD_SEED,
} from '../support/withheld-suite.ts';

/** Of all actions, how many one run withholds: with LANDFALL_PROOF=all every one. */
const SHARE = 4;

const account = bounded(portal.account);
const another = smallService('another', 'portal', 'services', { accountRef: { name: 'portal' } });
const allowed = actionsOf(await policyFor([account, serviceNetwork, fullService]));
/** What networks need as well, their own suite withholds. */
const actions = allowed.filter((action) => action.startsWith('ecs:') && !ASKED_OF_INSTANCES.has(action));
const chosen = chosenOf(actions, SHARE);

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(fullService, { setting: [serviceNetwork] });
});
afterAll(() => standing?.stop());

// The kinds that a network has as well drift in its own suites.
proveDrift(['EcsCluster', 'TaskDefinition', 'EcsService'], () => standing);

describe('what a service has of the kinds of networks', () => {
  const nodes = ['role/execution', 'role-policies/execution', 'role/task', 'role-policies/task', 'log-group'];

  it.each(nodes)('%s lost: put back, Ready all the while', async (node) => {
    const { graph } = await standing.look();
    const entry = deletions[graph.nodes.get(node)?.type ?? '']?.(node)['deleted'];
    if (!entry || !('drift' in entry)) throw new Error(`nobody knows how ${node} is lost`);
    await standing.proveRepair(entry, 'unseen');
  });
});

it('after all this, further refreshes make no write, and nothing was refused to the role', async () => {
  const { world, least } = standing;
  await world.refreshes(3);
  const mark = await world.mark();
  await world.refreshes(3);
  expect((await world.writes(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
  expect((await least.refusals()).map(({ action, error }) => ({ action, error }))).toEqual([]);
});

it('an object that was lost with its cluster finds everything by its tags: nothing but tags is written', async () => {
  const { world, object } = standing;
  const mark = await world.mark();
  await standing.unseen(async () => {
    await world.kube.mergePatch(pathOf(object), { metadata: { finalizers: null } });
    await world.remove(object);
    await world.apply([object]);
  });
  await world.ready(object);
  await standing.restored();
  const writes = (await world.writes(mark)).map(({ action }) => action ?? '');
  expect(writes.filter((action) => !/^Tag(Role|Resource)$|^CreateTags$/.test(action))).toEqual([]);
});

it('each action that a service needs has what makes it needed', () => {
  expect(actions.filter((action) => !(action in SERVICE_PROVOCATIONS))).toEqual([]);
  expect(Object.keys(SERVICE_PROVOCATIONS).filter((action) => !actions.includes(action))).toEqual([]);
});

describe(`without one of ${actions.length} actions (${chosen.length} run, LANDFALL_SEED=${WITHHELD_SEED}; all: make proof)`, () => {
  it.each(chosen)('%s: the condition names it, and with it the work goes on', async (action) => {
    await proveWithheld({ standing, another }, action, SERVICE_PROVOCATIONS[action] ?? { how: 'anew' });
  });

  it('so many', (context) => {
    counted(context, { policyActions: actions.length, policyActionsWithheld: chosen.length });
  });
});

it('needs every action that the policy has, is refused none, and leaves nothing', async () => {
  const { world } = standing;
  const mark = await world.mark();
  await callAll(standing, new Map(Object.entries(SERVICE_PROVOCATIONS)));
  await standing.remove();
  await expectAllUsed(standing, actions, mark);
  expect((await world.aws.dump()) === standing.empty, 'AWS is as before').toBe(true);
}, 240_000);
