import { CreateVpcCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interpret } from '../../operator/aws/errors.ts';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { TAG } from '../../operator/graph/ownership.ts';
import { Stranger } from '../support/stranger.ts';
import { counted } from '../support/counted.ts';
import { bounded, policyFor } from '../support/least-privilege.ts';
import { wholePortal } from '../support/crash-subjects.ts';
import { fullNetwork, portal, smallNetwork } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';
import { OF_CLAIMS, PROVOCATIONS } from '../support/withheld.ts';
import {
  actionsOf,
  ASKED_ALONG,
  callAll,
  chosenOf,
  expectAllUsed,
  proveWithheld,
  WITHHELD_SEED,
} from '../support/withheld-suite.ts';

/** Of all actions, how many one run withholds: with LANDFALL_PROOF=all every one. */
const SHARE = 6;
/** What the deletion of the network itself brings about. */
const AT_DELETION =
  /:(Delete(FlowLogs|InternetGateway|LogGroup|NatGateway|NetworkAcl|Role|RolePolicy|RouteTable|SecurityGroup|Subnet|TransitGatewayVpcAttachment|Vpc|VpcEndpoints)|DetachInternetGateway|ReleaseAddress)$/;

/** The network with every kind of node that there is. */
const network = { ...fullNetwork, spec: { ...fullNetwork.spec, nat: { mode: 'Single' } } };
const another = smallNetwork('another', 'portal', {
  accountRef: { name: 'portal' },
  tiers: [{ name: 'public' }, { name: 'private' }],
  nat: { mode: 'Single' },
});

const policy = await policyFor([bounded(portal.account), network]);
const actions = actionsOf(policy).filter((action) => !OF_CLAIMS.has(action));
const chosen = chosenOf(actions, SHARE);
let standing: Standing;

beforeAll(async () => {
  // The key of a stranger is gone when he is.
  standing = await Standing.start(network, { awsEnv: { LANDFALL_AWS_KEY_DAY_SECONDS: '0' } });
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

describe(`without one of ${actions.length} actions (${chosen.length} run, LANDFALL_SEED=${WITHHELD_SEED}; all: make proof)`, () => {
  it.each(chosen)('%s: the condition names it, and with it the work goes on', async (action) => {
    await proveWithheld({ standing, another }, action, PROVOCATIONS[action] ?? { how: 'anew' });
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
          keepsCopy: false,
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
  // What the network's life and the tests before have not brought about.
  const brought = (action: string) => ASKED_ALONG.has(action) || AT_DELETION.test(action);
  const mine = Object.entries(PROVOCATIONS).filter(([action]) => !brought(action));
  await callAll(standing, new Map(mine));
  await world.edit(portal.network, { ...(wholePortal.edited.spec as object) });
  await world.ready(portal.network, 60_000);
  await world.remove(portal.network, 60_000);
  await expectAllUsed(standing, actions, mark);
  const called = [...(await least.called())].filter(
    (action) => !action.startsWith('sts:') && !OF_CLAIMS.has(action),
  );
  expect(called.filter((action) => !actions.includes(action))).toEqual([]);
  expect(await world.aws.dump()).toBe(standing.empty);
}, 240_000);
