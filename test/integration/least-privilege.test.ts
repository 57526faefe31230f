import { createHash } from 'node:crypto';
import { CreateVpcCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interpret } from '../../operator/aws/errors.ts';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { TAG } from '../../operator/graph/ownership.ts';
import { Stranger } from '../support/stranger.ts';
import type { PolicyDocument } from '../../operator/aws/least-privilege.ts';
import { driftCases } from '../contract/drift-cases.ts';
import { counted } from '../support/counted.ts';
import { eventually } from '../support/eventually.ts';
import { bounded, policyFor } from '../support/least-privilege.ts';
import { wholePortal } from '../support/crash-subjects.ts';
import { fullNetwork, portal, smallNetwork } from '../support/manifests.ts';
import { StandingPortal } from '../support/standing-portal.ts';
import { OF_CLAIMS, PROVOCATIONS, type Provocation } from '../support/withheld.ts';

/** Of all actions, how many one run withholds: with LANDFALL_PROOF=all every one. */
const SHARE = 6;
const everything = process.env['LANDFALL_PROOF'] === 'all';
const named = process.env['LANDFALL_ACTION']?.split(',');
const seed = process.env['LANDFALL_SEED'] ?? new Date().toISOString().slice(0, 10);
/** What the deletion of the network itself brings about. */
const AT_DELETION =
  /:(Delete(FlowLogs|InternetGateway|LogGroup|NatGateway|NetworkAcl|Role|RolePolicy|RouteTable|SecurityGroup|Subnet|TransitGatewayVpcAttachment|Vpc|VpcEndpoints)|DetachInternetGateway|ReleaseAddress)$/;
/** Asked for along with another call, and so in no ledger. */
const ASKED_ALONG = new Set(['iam:PassRole', 'route53:AssociateVPCWithHostedZone']);

/** The network with every kind of node that there is. */
const network = { ...fullNetwork, spec: { ...fullNetwork.spec, nat: { mode: 'Single' } } };
const another = smallNetwork('another', 'portal', {
  accountRef: { name: 'portal' },
  tiers: [{ name: 'public' }, { name: 'private' }],
  nat: { mode: 'Single' },
});

const policy = await policyFor([bounded(portal.account), network]);
const actions = actionsOf(policy).filter((action) => !OF_CLAIMS.has(action));
const chosen = named ?? (everything ? actions : share(actions));
let standing: StandingPortal;
let round = 0;

beforeAll(async () => {
  standing = await StandingPortal.start(network);
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

describe('what lacks the tag of the installation, or has another one', () => {
  const things = [...awsKinds.values()].filter((kind) => 'delete' in kind);

  it.each([
    ['no tags', []],
    ['the tag of another installation', [{ Key: TAG.installation, Value: 'another' }]],
  ])('%s: no kind can delete or tag it with the credentials of the operator', async (_, tags) => {
    const { least, world } = standing;
    const session = least.session();
    const stranger = await Stranger.make(world, tags);
    try {
      for (const kind of things) {
        const id = stranger.ids[kind.type];
        if (id === undefined)
          throw new Error(`no ${kind.type} of a stranger: add one to test/support/stranger.ts`);
        const [record] = await kind.collection.get(stranger.session, [id]);
        if (!record) throw new Error(`${kind.type} ${id} is not there`);
        const context = {
          session,
          owner: 'SecureVpc/portal/portal',
          node: 'stolen',
          tags: {},
          token: 'token',
          wrote: () => {},
        };
        const stolen = [{ path: 'tags.stray', to: 'yes' }];
        const attempts = {
          delete: () => kind.delete?.(context, record),
          tag: () => kind.update(context, {}, record, stolen),
        };
        for (const [what, attempt] of Object.entries(attempts)) {
          const refusal = await attempt()?.then(
            () => 'allowed',
            (error: unknown) => interpret(error).reason,
          );
          expect(`${what} ${kind.type}: ${refusal}`).toBe(`${what} ${kind.type}: AccessDenied`);
        }
        expect(await kind.collection.get(stranger.session, [id]), kind.type).toHaveLength(1);
      }
    } finally {
      session.close();
      await stranger.remove();
    }
  });
});

it('takes over exactly the things that spec.adopt names', async () => {
  const { least, world } = standing;
  const made = await world.ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
  const id = made.Vpc?.VpcId ?? '';
  const adopting = smallNetwork('adopting', 'portal', {
    accountRef: { name: 'portal' },
    adopt: [{ node: 'vpc', id }],
    deletionPolicy: 'Delete',
  });
  await world.edit(standing.account, { aws: { adoptionNamespaces: ['portal'] } });
  await world.apply([adopting]);
  await world.condition(adopting, 'Stalled', { reason: 'AccessDenied', message: /ec2:CreateTags/ });
  const wanted = [standing.account, network, adopting];
  const policy = await policyFor(wanted);
  expect(policy.Statement.flatMap(({ Resource }) => Resource)).toContain(
    `arn:aws:ec2:us-east-1:123456789012:*/${id}`,
  );
  await least.grant(policy);
  await world.ready(adopting);
  await world.remove(adopting);
  await least.withhold();
});

it('needs every action that the policy has, and has every one that it needs', async () => {
  const { least, world } = standing;
  const mark = await world.mark();
  for (const action of actions) {
    const provocation = PROVOCATIONS[action];
    // What the network's life and the tests before have not brought about.
    const isCalled = async () => (await least.called()).has(action);
    if (!provocation || ASKED_ALONG.has(action) || AT_DELETION.test(action) || (await isCalled())) continue;
    await provoke(provocation, async () => void (await eventually(`${action} is called`, isCalled)));
  }
  await world.edit(portal.network, { ...(wholePortal.edited.spec as object) });
  await world.ready(portal.network, 60_000);
  await world.remove(portal.network, 60_000);
  expect((await least.refusals(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
  const called = [...(await least.called())].filter(
    (action) => !action.startsWith('sts:') && !OF_CLAIMS.has(action),
  );
  expect(called.sort()).toEqual(actions.filter((action) => !ASKED_ALONG.has(action)));
  expect(await world.aws.dump()).toBe(standing.empty);
}, 240_000);

/** Lets the operator come to need an action that it may not do, and then do it. */
async function prove(action: string, provocation: Provocation): Promise<void> {
  const { world, least } = standing;
  await world.ready(portal.network);
  await least.withhold(action);
  const names = { reason: 'AccessDenied', message: new RegExp(`\\b${action}\\b.*landfall policy -f`) };
  if (provocation.how === 'network') {
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
