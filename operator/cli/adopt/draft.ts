import { isOwnOfAws, NO_DHCP_OPTIONS } from '../../aws/ec2/dhcp-options.ts';
import { Terminal } from '../../errors.ts';
import { ADOPTION_REFUSED } from '../../graph/adoption.ts';
import type { Action } from '../../graph/plan.ts';
import { printable } from '../../graph/ref.ts';
import { endpointsIn, type EndpointDraft } from './endpoints.ts';
import { flowLogsIn, type FlowLogDraft } from './flow-logs.ts';
import { groupsIn, type GroupDraft } from './groups.ts';
import { natIn, type NatDraft } from './nat.ts';
import { ownRulesFor, realChanges } from './own-rules.ts';
import type { VpcSurvey } from './survey.ts';
import { tablesIn, tiersIn, type Placing, type Tables } from './tiers.ts';
import { transitGatewayIn, type TransitGatewayDraft } from './transit-gateway.ts';
import { titled } from './words.ts';

/** A VPC as a SecureVpc may be: what is in it, and what is not, in sentences. */
export interface Draft {
  readonly survey: VpcSurvey;
  readonly tiers: Placing;
  /** The set of DHCP options that the VPC has, where that is not AWS's own. Others may have the same: it is only named. */
  readonly dhcpOptionsId: string | undefined;
  readonly nat: NatDraft;
  readonly tables: Tables;
  readonly groups: ReadonlyMap<string, GroupDraft>;
  readonly endpoints: ReadonlyMap<string, EndpointDraft>;
  readonly transitGateway: TransitGatewayDraft;
  readonly flowLogs: FlowLogDraft;
  /** Keys of route tables that cannot be taken over. */
  readonly withoutTable: ReadonlySet<string>;
  readonly left: readonly string[];
}

/** Groups in the order in which they are given up: those that others refer to stay longest. */
const GROUPS = ['data', 'bastion', 'endpoints', 'ecs', 'alb'];

/** The first draft: everything that looks like a part of a SecureVpc. Throws Terminal where nothing does. */
export function draftOf(survey: VpcSurvey, region: string): Draft {
  const tiers = tiersIn(survey, region);
  if (tiers.placed.length === 0)
    throw new Terminal('InvalidSpec', `VPC ${survey.vpc.VpcId} has no subnet that a SecureVpc could have`);
  const groups = groupsIn(survey);
  const { drafts: endpoints, left } = endpointsIn(survey, region, tiers.placed);
  const nat = natIn(survey, tiers.placed);
  return withoutHomeless({
    survey,
    tiers,
    dhcpOptionsId: dhcpOptionsIn(survey, region),
    nat,
    tables: tablesIn(survey, tiers.placed, nat.mode === 'PerZone'),
    groups,
    endpoints,
    transitGateway: transitGatewayIn(survey, tiers.placed),
    flowLogs: flowLogsIn(survey),
    withoutTable: new Set(),
    left,
  });
}

/**
 * The draft less one thing that the plan made of it would change for others than people who read plans, or that
 * cannot be taken over, or with a group's further rules as own ones; the draft itself where there is none. Throws
 * Terminal where what is left would be no network.
 */
export function narrowed(draft: Draft, actions: readonly Action[]): Draft {
  const refused = actions.filter((action) => action.verb === 'refuse' && action.reason === ADOPTION_REFUSED);
  for (const action of refused) {
    const without = withoutRefused(draft, action.node, 'message' in action ? action.message : '');
    if (without) return without;
  }
  if (refused.length > 0)
    throw new Terminal(
      ADOPTION_REFUSED,
      refused.flatMap((action) => ('message' in action ? [action.message] : [])).join('; '),
    );
  for (const name of GROUPS) {
    const action = actions.find(({ node }) => node === `security-group-rules/${name}`);
    const group = draft.groups.get(name);
    const rules = realChanges(
      draft.survey.securityGroups.find(({ GroupId }) => GroupId === group?.id),
      action?.changes ?? [],
    );
    const own = group && ownRulesFor(draft.survey, draft.groups, name, rules);
    if (own && rules.length > 0 && group.spec.rules === undefined)
      return {
        ...draft,
        groups: new Map(draft.groups).set(name, { ...group, spec: { ...group.spec, rules: own } }),
      };
    if (rules.length > 0)
      return withoutGroup(
        draft,
        name,
        `as securityGroups.${name} its rules would change: ${changeText(rules)}`,
      );
  }
  for (const action of actions) {
    if (action.verb !== 'adopt' || action.type !== 'VpcEndpoint') continue;
    const changes = action.changes.filter(({ path }) => !path.startsWith('tags.'));
    if (changes.length > 0)
      return withoutEndpoint(
        draft,
        action.node.slice('endpoint/'.length),
        `in the manifest it would change: ${changeText(changes)}`,
      );
  }
  return draft;
}

/** One that nobody may look at is taken for one that is not AWS's. */
function dhcpOptionsIn({ vpc, dhcpOptions: set }: VpcSurvey, region: string): string | undefined {
  const { DhcpOptionsId: id = '' } = vpc;
  return id === '' || id === NO_DHCP_OPTIONS || (set && isOwnOfAws(set, region)) ? undefined : id;
}

function withoutRefused(draft: Draft, node: string, why: string): Draft | undefined {
  const [kind = '', name = ''] = node.split('/');
  if (kind === 'security-group') return withoutGroup(draft, name, why);
  if (kind === 'endpoint') return withoutEndpoint(draft, name, why);
  if (['flow-log', 'log-group', 'role'].includes(kind))
    return {
      ...draft,
      flowLogs: { spec: { destination: 'None' }, adopt: [], left: draft.flowLogs.left },
      left: [...draft.left, `flow logs: ${why}`],
    };
  if (kind === 'transit-gateway-attachment')
    return { ...draft, transitGateway: { left: [...draft.transitGateway.left, `${node}: ${why}`] } };
  if (kind === 'elastic-ip') return withGivenAddress(draft, name, why);
  if (kind === 'nat-gateway') return withoutNat(draft, why);
  if (kind !== 'route-table') return undefined;
  return {
    ...draft,
    withoutTable: new Set([...draft.withoutTable, name]),
    left: [...draft.left, `route table of ${name}: ${why}`],
  };
}

/** Somebody else's address serves a gateway all the same. */
function withGivenAddress(draft: Draft, letter: string, why: string): Draft {
  const { nat } = draft;
  const members = nat.members.map((member) =>
    member.letter === letter ? { ...member, isGiven: true } : member,
  );
  const left = `address of the NAT gateway in zone ${letter}: it stands in nat.elasticIps, since ${why}`;
  return { ...draft, nat: { ...nat, members, left: [...nat.left, left] } };
}

/** A gateway of somebody else's leaves no other mode to the network: the private tier goes without. */
function withoutNat(draft: Draft, why: string): Draft {
  const { survey, tiers, nat } = draft;
  const left = nat.members.map(({ id }) => `NAT gateway ${id}: ${why}`);
  return {
    ...draft,
    nat: { mode: 'None', members: [], left: [...nat.left, ...left] },
    tables: tablesIn(survey, tiers.placed, false),
  };
}

function withoutGroup(draft: Draft, name: string, why: string): Draft {
  const gone = draft.groups.get(name);
  const group = draft.survey.securityGroups.find(({ GroupId }) => GroupId === gone?.id);
  return withoutHomeless({
    ...draft,
    groups: new Map(
      [...draft.groups]
        .filter(([other]) => other !== name)
        .map(([other, group]) => [other, names(group, name) ? withoutRules(group) : group]),
    ),
    left: [...draft.left, `security group ${titled(gone?.id, group?.GroupName)}: ${why}`],
  });
}

/** Whether a group has own rules that name another. */
function names({ spec }: GroupDraft, group: string): boolean {
  return (spec.rules ?? []).some((rule) => rule.group === group);
}

/** As it was before its rules were looked at: they are once more. */
function withoutRules({ id, spec: { rules: _, ...spec } }: GroupDraft): GroupDraft {
  return { id, spec };
}

function withoutEndpoint(draft: Draft, service: string, why: string): Draft {
  const gone = draft.endpoints.get(service);
  return {
    ...draft,
    endpoints: new Map([...draft.endpoints].filter(([other]) => other !== service)),
    left: [...draft.left, `endpoint ${gone?.id} to ${service}: ${why}`],
  };
}

/** Interface endpoints of a SecureVpc have its group for endpoints. */
function withoutHomeless(draft: Draft): Draft {
  if (draft.groups.has('endpoints')) return draft;
  const homeless = [...draft.endpoints.values()].filter(({ isInterface }) => isInterface);
  return homeless.reduce(
    (rest, { service }) =>
      withoutEndpoint(
        rest,
        service,
        'it needs securityGroups.endpoints, and no group of the VPC can be that',
      ),
    draft,
  );
}

function changeText(changes: Action['changes']): string {
  return printable(changes)
    .map(({ path, from, to }) => `${from === undefined ? '+' : to === undefined ? '-' : '~'} ${path}`)
    .join(', ');
}
