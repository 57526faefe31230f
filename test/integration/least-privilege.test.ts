import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../operator/aws/least-privilege.ts';
import { driftCases } from '../contract/drift-cases.ts';
import { counted } from '../support/counted.ts';
import { eventually } from '../support/eventually.ts';
import { bounded, policyFor } from '../support/least-privilege.ts';
import { wholePortal } from '../support/crash-subjects.ts';
import { portal, smallNetwork } from '../support/manifests.ts';
import { StandingPortal } from '../support/standing-portal.ts';
import { PROVOCATIONS, type Provocation } from '../support/withheld.ts';

/** Of all actions, how many one run withholds: with LANDFALL_PROOF=all every one. */
const SHARE = 8;
const everything = process.env['LANDFALL_PROOF'] === 'all';
const named = process.env['LANDFALL_ACTION']?.split(',');
const seed = process.env['LANDFALL_SEED'] ?? new Date().toISOString().slice(0, 10);
/** Asked for along with another call, and so in no ledger. */
const ASKED_ALONG = ['iam:PassRole', 'route53:AssociateVPCWithHostedZone'];

const policy = await policyFor([bounded(portal.account), portal.network]);
const actions = actionsOf(policy);
const chosen = named ?? (everything ? actions : share(actions));
let standing: StandingPortal;
let round = 0;

beforeAll(async () => {
  standing = await StandingPortal.start();
});
afterAll(() => standing?.stop());

it('with what landfall policy prints, the portal is made', async () => {
  expect(standing.least.policy).toEqual(policy);
  expect(await standing.least.refusals()).toEqual([]);
});

it('each action of the policy has what makes it needed', () => {
  expect(actions.filter((action) => !(action in PROVOCATIONS))).toEqual([]);
  expect(Object.keys(PROVOCATIONS).filter((action) => !actions.includes(action))).toEqual([]);
});

describe(`without one of ${actions.length} actions (${chosen.length} run, LANDFALL_SEED=${seed}; all: make proof)`, () => {
  it.each(chosen)('%s: the condition names it, and with it the work goes on', async (action) => {
    await prove(action, PROVOCATIONS[action] ?? { how: 'anew' });
  });

  it('so many', (context) => {
    counted(context, { policyActions: actions.length, policyActionsWithheld: chosen.length });
  });
});

it('needs every action that the policy has, and has every one that it needs', async () => {
  const { least, world } = standing;
  const before = await least.called();
  const mark = await world.mark();
  // What nobody has provoked yet, all at once where one does not undo the other.
  const left = actions.filter((action) => !before.has(action) && !ASKED_ALONG.includes(action));
  for (const provocation of new Set(left.map((action) => PROVOCATIONS[action]))) {
    if (provocation && provocation.how !== 'network') await provoke(provocation);
  }
  await world.edit(portal.network, { ...(wholePortal.edited.spec as object) });
  await world.ready(portal.network, 60_000);
  await world.remove(portal.network, 60_000);
  expect((await least.refusals(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
  const called = [...(await least.called())].filter((action) => !action.startsWith('sts:'));
  expect(called.sort()).toEqual(actions.filter((action) => !ASKED_ALONG.includes(action)));
  expect(await world.aws.dump()).toBe(standing.empty);
}, 240_000);

/** Lets the operator come to need an action that it may not do, and then do it. */
async function prove(action: string, provocation: Provocation): Promise<void> {
  const { world, least } = standing;
  await world.ready(portal.network);
  await least.withhold(action);
  const names = { reason: 'AccessDenied', message: new RegExp(`\\b${action}\\b.*landfall policy -f`) };
  if (provocation.how === 'network') {
    const another = smallNetwork('another', 'portal', { accountRef: { name: 'portal' } });
    await world.apply([another]);
    await world.condition(another, 'Stalled', names);
    await least.withhold();
    await world.ready(another);
    await world.remove(another);
    return;
  }
  await provoke(provocation, async () => {
    await world.condition(portal.network, 'Stalled', names);
    await least.withhold();
  });
}

/** Provokes, has something happen, and sees the network become what it was. */
async function provoke(provocation: Provocation, meanwhile = () => Promise.resolve()): Promise<void> {
  const { world } = standing;
  if (provocation.how === 'network') return;
  if (provocation.how === 'anew') {
    round += 1;
    await world.edit(standing.account, { aws: { externalId: `round-${round}` } });
    await meanwhile();
    await world.ready(portal.network);
    return;
  }
  const change =
    provocation.how === 'act' ? provocation.act : driftOf(provocation.type, provocation.name).drift;
  const tidy = await standing.unseen(async () => change(await standing.context()));
  await meanwhile();
  if (tidy && provocation.how === 'drift')
    await eventually(
      'nothing is left to do but what the case itself made',
      async () => (await standing.look()).plan.actions.length === 0,
      { everyMs: 150, timeoutMs: 15_000 },
    );
  if (tidy) await tidy();
  await standing.restored();
  await world.ready(portal.network);
}

function driftOf(type: string, name: string) {
  const entry = driftCases[type]?.[name];
  if (!entry || !('drift' in entry)) throw new Error(`${type} has no drift ${name}`);
  return entry;
}

function actionsOf({ Statement }: PolicyDocument): string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
}

function share(all: readonly string[]): string[] {
  const rank = (action: string) => createHash('sha256').update(`${seed} ${action}`).digest('hex');
  return [...all].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, SHARE);
}
