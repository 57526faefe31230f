import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../operator/aws/least-privilege.ts';
import { driftCases } from '../contract/drift-cases.ts';
import { counted } from './counted.ts';
import { eventually } from './eventually.ts';
import type { Standing } from './standing.ts';
import type { Provocation } from './provocation.ts';
import type { Manifest } from './world.ts';

/** With LANDFALL_PROOF=all every action is withheld, with LANDFALL_ACTION those that it names, else a share by seed. */
const everything = process.env['LANDFALL_PROOF'] === 'all';
const named = process.env['LANDFALL_ACTION']?.split(',');
export const WITHHELD_SEED = process.env['LANDFALL_SEED'] ?? new Date().toISOString().slice(0, 10);
/** Asked for along with another call, and so in no ledger. */
export const ASKED_ALONG = new Set([
  'backup-storage:MountCapsule',
  'ec2:DescribeAccountAttributes',
  'ec2:GetSecurityGroupsForVpc',
  'ec2:RunInstances',
  'elasticloadbalancing:CreateWebACLAssociation',
  'elasticloadbalancing:DeleteWebACLAssociation',
  'elasticloadbalancing:DescribeWebACLAssociation',
  'elasticloadbalancing:GetLoadBalancerWebACL',
  'elasticloadbalancing:SetWebACL',
  'iam:CreateServiceLinkedRole',
  'iam:PassRole',
  'kms:DescribeKey',
  'route53:AssociateVPCWithHostedZone',
  'secretsmanager:CreateSecret',
  'secretsmanager:TagResource',
  'ssm:GetParameters',
]);

/** The actions that one run withholds, `share` of them unless told otherwise. */
export function chosenOf(actions: readonly string[], share: number): readonly string[] {
  if (named) return actions.filter((action) => named.includes(action));
  if (everything) return actions;
  const rank = (action: string) => createHash('sha256').update(`${WITHHELD_SEED} ${action}`).digest('hex');
  return [...actions].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, share);
}

/** All actions that a policy allows. */
export function actionsOf({ Statement }: PolicyDocument): string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
}

/** What brings each of these actions about, save those that are in no ledger. Throws where nobody knows. */
function provocationsOf(
  actions: readonly string[],
  known: Readonly<Record<string, Provocation>>,
): ReadonlyMap<string, Provocation> {
  return new Map(
    actions
      .filter((action) => !ASKED_ALONG.has(action))
      .map((action) => {
        const provocation = known[action];
        if (!provocation) throw new Error(`nothing is known to need ${action}`);
        return [action, provocation];
      }),
  );
}

/** What stands, and what else is made where what stands cannot come to need an action. */
interface Stage {
  readonly standing: Standing;
  readonly another: Manifest;
}

let round = 0;

/** Lets the operator come to need an action that it may not do, and then do it. */
export async function proveWithheld(stage: Stage, action: string, provocation: Provocation): Promise<void> {
  const { standing, another } = stage;
  const { world, least, object } = standing;
  await world.ready(object);
  await least.withhold(action);
  const names = { reason: 'AccessDenied', message: new RegExp(`\\b${action}\\b.*landfall policy -f`) };
  if (provocation.how === 'another') {
    await world.apply([another]);
    await world.condition(another, 'Stalled', names);
    await least.withhold();
    await world.ready(another);
    await world.remove(another);
    await standing.giveUpSecrets();
    await standing.restored();
    return;
  }
  await provoke(standing, provocation, async () => {
    await world.condition(object, 'Stalled', names);
    await least.withhold();
  });
}

/** Provokes each action that the role has not called yet, until it has. `left` are those that something else brings about. */
export async function callAll(
  standing: Standing,
  provocations: ReadonlyMap<string, Provocation>,
): Promise<void> {
  for (const [action, provocation] of provocations) {
    const isCalled = async () => (await standing.least.called()).has(action);
    if (await isCalled()) continue;
    await provoke(
      standing,
      provocation,
      async () => void (await eventually(`${action} is called`, isCalled)),
    );
  }
}

/** Provokes, has something happen, and sees the object become what it was. */
async function provoke(
  standing: Standing,
  provocation: Provocation,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { world, object } = standing;
  if (provocation.how === 'another') return;
  if (provocation.how === 'anew') {
    round += 1;
    await world.edit(standing.account, { aws: { externalId: `round-${round}` } });
    await meanwhile();
    await world.ready(object);
    return;
  }
  if (provocation.how === 'edit') {
    await world.edit(object, provocation.spec);
    await meanwhile();
    if (provocation.ends === undefined) await world.ready(object);
    else await world.condition(object, 'Stalled', { reason: provocation.ends });
    await world.apply([object]);
    await standing.restored();
    await world.ready(object);
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
  await world.ready(object);
}

/** Fails unless the role was refused nothing after the mark, and called each of these actions that has a call of its own. */
export async function expectAllUsed(
  standing: Standing,
  actions: readonly string[],
  mark: number,
): Promise<void> {
  const { least } = standing;
  expect((await least.refusals(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
  const called = await least.called();
  const own = actions.filter((action) => !ASKED_ALONG.has(action));
  expect(own.filter((action) => !called.has(action))).toEqual([]);
}

function driftOf(type: string, name: string) {
  const entry = driftCases[type]?.[name];
  if (!entry || !('drift' in entry)) throw new Error(`${type} has no drift ${name}`);
  return entry;
}

interface Withheld {
  readonly standing: () => Standing;
  /** What is made where what stands cannot come to need an action. */
  readonly another: () => Manifest;
  readonly actions: readonly string[];
  /** What makes each of them needed. */
  readonly provocations: Readonly<Record<string, Provocation>>;
  /** How many of them one run withholds. */
  readonly share: number;
}

/**
 * Makes tests of what stands: it stays in peace, is found again by its tags, cannot do without any of the actions, needs each, and
 * leaves nothing. They are the last of a file.
 */
export function proveContract({ standing, another, actions, provocations, share }: Withheld): void {
  const chosen = chosenOf(actions, share);

  it('after all this, further refreshes make no write, and nothing was refused to the role', async () => {
    await standing().provePeace();
  });

  it('an object that was lost with its cluster finds everything by its tags: nothing but tags is written', async () => {
    await standing().proveFoundAgain();
  });

  it('each action that it needs has what makes it needed', () => {
    expect(actions.filter((action) => !(action in provocations))).toEqual([]);
  });

  describe(`without one of ${actions.length} actions (${chosen.length} run, LANDFALL_SEED=${WITHHELD_SEED}; all: make proof)`, () => {
    it.each(chosen)('%s: the condition names it, and with it the work goes on', async (action) => {
      const provocation = provocations[action] ?? { how: 'anew' };
      await proveWithheld({ standing: standing(), another: another() }, action, provocation);
    });

    it('so many', (context) => {
      counted(context, { policyActions: actions.length, policyActionsWithheld: chosen.length });
    });
  });

  it('needs every action that the policy has, is refused none, and leaves nothing', async () => {
    const { world, empty } = standing();
    const mark = await world.mark();
    await callAll(standing(), provocationsOf(actions, provocations));
    await standing().remove();
    await expectAllUsed(standing(), actions, mark);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  }, 240_000);
}
