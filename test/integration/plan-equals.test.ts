import { DescribeRouteTablesCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { editsOf } from '../operator/properties/edits.ts';
import { SEED } from '../operator/properties/property.ts';
import { type Known, lettersOf, specs, type SpecLike, withIds } from '../operator/properties/specs.ts';
import { counted } from '../support/counted.ts';
import { deedsOfCall } from '../support/deeds.ts';
import { makeKnown } from '../support/known.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { Planning } from '../support/planning.ts';
import { outcomeOf, outputsOf, plannedDeeds, put, settled, type Sight } from '../support/planned.ts';
import type { Manifest, World } from '../support/world.ts';

/** Networks that are edited side by side, each as often as there are rounds; one plan reads AWS for all of them. */
const NETWORKS = 10;
const ROUNDS = 21;
/** Rounds whose plan is also asked of the command itself. */
const BY_COMMAND = new Set([0, 7, 14]);
const ZONES_MAX = 2;
/** Four times what a busy machine takes. */
const TIMEOUT_MS = 900_000;

const main = account('main', ['edits']);

let planning: Planning;
let world: World;
/** What each network names and AWS has. */
let known: readonly Known[];

beforeAll(async () => {
  // A network has several things of which one waits for the other; what AWS takes for each adds up.
  planning = await Planning.start({
    LANDFALL_AWS_CIDR_SECONDS: '0.05',
    LANDFALL_AWS_NAT_SECONDS: '0.05',
    LANDFALL_AWS_TRANSIT_GATEWAY_SECONDS: '0.05',
  });
  world = planning.world;
  await world.apply([namespace('edits'), main]);
  await world.ready(main);
  known = await makeKnown(world.ec2, NETWORKS);
});
afterAll(async () => {
  await planning?.stop();
});

/** The same by the command, as a pull request's check runs it. */
async function planByCommand(): Promise<unknown> {
  const { out } = await world.landfall('plan', '--json', '-f', planning.folder);
  return JSON.parse(out) as unknown;
}

function networkOf(index: number, spec: SpecLike): Manifest {
  const ids = known[index];
  if (!ids) throw new Error(`nothing was made for network ${index}`);
  return smallNetwork(`net-${index}`, 'edits', withIds(spec, ids));
}

/** What associations of tables and blocks stand for that a plan names by subnet and block. */
async function associations(): Promise<Map<string, string>> {
  const { RouteTables = [] } = await world.ec2.send(new DescribeRouteTablesCommand({}));
  const { Vpcs = [] } = await world.ec2.send(new DescribeVpcsCommand({}));
  return new Map([
    ...RouteTables.flatMap(({ Associations = [] }) => Associations).map(
      ({ RouteTableAssociationId = '', SubnetId }) =>
        [RouteTableAssociationId, `${SubnetId} routeTableId`] as const,
    ),
    ...Vpcs.flatMap(({ VpcId, CidrBlockAssociationSet = [] }) =>
      CidrBlockAssociationSet.map(
        ({ AssociationId = '', CidrBlock }) => [AssociationId, `${VpcId} cidrs[${CidrBlock}]`] as const,
      ),
    ),
  ]);
}

/** The deeds that the plans announce, and those of the calls after a mark, once `after` is what stands. */
async function compare(
  before: Sight,
  after: Sight,
  { mark, associated }: { mark: number; associated: ReadonlyMap<string, string> },
) {
  const outputs = outputsOf(after);
  const outcome = outcomeOf(outputs, associated);
  const planned = plannedDeeds(before, outputs, outcome);
  const calls = await world.writes(mark);
  const refused = calls.filter(({ error }) => error !== null);
  const done = calls.filter(({ error }) => error === null).flatMap((call) => deedsOfCall(call, outcome));
  // What a plan does not know: the id of the default ACL, to which the subnets of a deleted one go.
  const acls = new Set(
    after.planned.flatMap(({ plan }) =>
      plan.standing.filter(({ type }) => type === 'NetworkAcl').map(({ id }) => id),
    ),
  );
  const plain = done.map((deed) => {
    const acl = /^a subnet networkAclId = "(.*)"$/.exec(deed)?.[1];
    return acl === undefined || acls.has(acl) ? deed : 'a subnet networkAclId = "the default ACL"';
  });
  return {
    planned: planned.sort(),
    done: plain.sort(),
    // A delete that comes too early is refused and tried again; nothing else may be.
    refused: refused
      .map(({ action, error }) => `${action} ${error}`)
      .filter((one) => !/^Delete\w+ (DependencyViolation|DeleteConflict|\w+\.InUse)$/.test(one)),
  };
}

/** Few zones, for time. */
const isAskedFor = (spec: SpecLike) => lettersOf(spec).length <= ZONES_MAX;

it(
  `what landfall plan prints is what the operator does: ${NETWORKS * ROUNDS} edits`,
  async (context) => {
    const small = specs.filter(isAskedFor);
    const present = fc.sample(small, { numRuns: NETWORKS, seed: SEED });
    const picks = fc.sample(fc.tuple(fc.nat(), fc.nat()), { numRuns: NETWORKS * ROUNDS, seed: SEED });
    let [edits, refusals, writes] = [0, 0, 0];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const next = present.map((spec, index) => {
        if (round === 0) return { what: 'made', after: spec };
        const parts = editsOf(spec)
          .map((some) => some.filter(({ after }) => isAskedFor(after)))
          .filter((some) => some.length > 0);
        const [part, pick] = picks[(round - 1) * NETWORKS + index] ?? [0, 0];
        const some = parts[part % parts.length] ?? [];
        return some[pick % some.length] ?? { what: 'nothing', after: spec };
      });
      const networks = next.map(({ after }, index) => networkOf(index, after));
      const before = await planning.planOf([main, ...networks]);
      if (BY_COMMAND.has(round)) expect(await planByCommand()).toEqual(before.document);
      const at = { associated: await associations(), mark: await world.mark() };
      await Promise.all(networks.map((network) => put(world, network)));
      const ends = await Promise.all(networks.map((network) => settled(world, network)));
      const refused = new Map(before.failures.map(({ object = '', ...failure }) => [object, failure]));
      for (const [index, { reason, message }] of ends.entries()) {
        const failure = refused.get(`SecureVpc edits/net-${index}`);
        const wanted = failure ?? { reason: 'Succeeded', message };
        expect({ reason, message }, next[index]?.what).toEqual({
          reason: wanted.reason,
          message: wanted.message,
        });
        if (!failure) present[index] = next[index]?.after ?? present[index] ?? ({} as SpecLike);
      }
      const after = await planning.planOf([main, ...networks]);
      expect(after.planned.flatMap(({ plan }) => plan.actions)).toEqual([]);
      const how = `round ${round} of seed ${SEED} (LANDFALL_SEED=${SEED} repeats it): ${next.map(({ what }) => what).join(', ')}`;
      const compared = await compare(before, after, at);
      expect(compared.done, how).toEqual(compared.planned);
      expect(compared.refused, how).toEqual([]);
      if (round > 0) {
        edits += NETWORKS;
        refusals += before.failures.length;
      }
      writes += (await world.writes(at.mark)).length;
    }
    console.log(
      `planned edits: ${edits} (${refusals} of them refused alike), ${writes} writes compared with the plans, seed ${SEED}`,
    );
    expect(edits).toBeGreaterThanOrEqual(200);
    counted(context, { plannedEdits: edits, plannedWrites: writes });
  },
  TIMEOUT_MS,
);
