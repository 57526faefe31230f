import type { AdoptedNode } from '../../api/common.ts';
import type { TierName } from '../../api/endpoints.ts';
import { rulesOf } from '../../aws/ec2/security-group-permissions.ts';
import { Terminal } from '../../errors.ts';
import { ADOPTION_REFUSED } from '../../graph/adoption.ts';
import type { Action } from '../../graph/plan.ts';
import { printable } from '../../graph/ref.ts';
import { endpointsIn, type EndpointDraft } from './endpoints.ts';
import { flowLogsIn, type FlowLogDraft } from './flow-logs.ts';
import { groupsIn, type GroupDraft } from './groups.ts';
import { ownRulesFor, realChanges } from './own-rules.ts';
import type { VpcSurvey } from './survey.ts';
import { tiersIn, type Tiers } from './tiers.ts';
import { nameOf, titled } from './words.ts';

/** A VPC as a SecureVpc may be: what is in it, and what is not, in sentences. */
export interface Draft {
  readonly survey: VpcSurvey;
  readonly tiers: Tiers;
  readonly groups: ReadonlyMap<string, GroupDraft>;
  readonly endpoints: ReadonlyMap<string, EndpointDraft>;
  readonly flowLogs: FlowLogDraft;
  /** Tiers whose route table cannot be taken over. */
  readonly withoutTable: ReadonlySet<TierName>;
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
  const flowLogs = flowLogsIn(survey);
  return withoutHomeless({
    survey,
    tiers,
    groups,
    endpoints,
    flowLogs,
    withoutTable: new Set(),
    left: [...tiers.left, ...left, ...flowLogs.left],
  });
}

/**
 * The draft less one thing that the plan made of it would change for others than people who read plans, or that
 * cannot be taken over, or with a group's further rules as own ones; the draft itself where there is none. Throws Terminal where what is left would be no network.
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

/** The spec that the draft stands for, without Account and region. */
export function specOf({ survey, tiers, groups, endpoints, flowLogs }: Draft): object {
  const { placed } = tiers;
  const names = [...new Set(placed.map(({ tier }) => tier))];
  const onOff = (isOn: boolean) => (isOn ? 'Enabled' : 'Disabled');
  return {
    cidr: survey.vpc.CidrBlock,
    zones: { names: [...new Set(placed.map(({ zone }) => zone))].sort() },
    dns: {
      support: onOff(survey.attributes.dnsSupport),
      hostnames: onOff(survey.attributes.dnsHostnames),
    },
    tiers: names.map((name) => ({
      name,
      networkAcl: 'None',
      subnets: placed
        .filter(({ tier }) => tier === name)
        .map(({ zone, cidr }) => ({ zone: zone.slice(-1), cidr })),
    })),
    ...(groups.size > 0 && {
      securityGroups: Object.fromEntries([...groups].map(([name, { spec }]) => [name, spec])),
    }),
    ...(endpoints.size > 0 && { endpoints: [...endpoints.values()].map(({ spec }) => spec) }),
    flowLogs: flowLogs.spec,
  };
}

/** Every node of the draft that stands already, with its id. */
export function adoptedIn(draft: Draft): AdoptedNode[] {
  const { survey, tiers, groups, endpoints, flowLogs, withoutTable } = draft;
  const isPublic = tiers.placed.some(({ tier }) => tier === 'public');
  const gateway = isPublic ? survey.internetGateway?.InternetGatewayId : undefined;
  return [
    { node: 'vpc', id: survey.vpc.VpcId ?? '' },
    ...(gateway === undefined ? [] : [{ node: 'internet-gateway', id: gateway }]),
    ...[...tiers.tables]
      .filter(([tier]) => !withoutTable.has(tier))
      .map(([tier, id]) => ({ node: `route-table/${tier}`, id })),
    ...tiers.placed.flatMap(({ tier, zone, id }) =>
      id === undefined ? [] : [{ node: `subnet/${tier}-${zone.slice(-1)}`, id }],
    ),
    ...[...groups].map(([name, { id }]) => ({ node: `security-group/${name}`, id })),
    ...[...endpoints.values()].map(({ service, id }) => ({ node: `endpoint/${service}`, id })),
    ...flowLogs.adopt,
  ];
}

/** Everything of the VPC that the draft does not speak of, in sentences: it stays as it is. */
export function leftBy(draft: Draft): string[] {
  const { survey, groups, tiers, withoutTable } = draft;
  const { vpc } = survey;
  const adopted = new Set(adoptedIn(draft).map(({ id }) => id));
  const said = (id: string | undefined) => draft.left.some((sentence) => sentence.includes(id ?? ' '));
  const others = (vpc.CidrBlockAssociationSet ?? []).filter(
    ({ CidrBlock, CidrBlockState }) => CidrBlock !== vpc.CidrBlock && CidrBlockState?.State === 'associated',
  );
  const isPublic = tiers.placed.some(({ tier }) => tier === 'public');
  const dhcp = survey.dhcpOptions;
  return [
    ...draft.left,
    ...others.map(({ CidrBlock }) => `block ${CidrBlock}: the manifest has only the first block of the VPC`),
    ...(vpc.Ipv6CidrBlockAssociationSet ?? []).map(
      ({ Ipv6CidrBlock }) => `block ${Ipv6CidrBlock}: a SecureVpc has no IPv6`,
    ),
    ...(vpc.InstanceTenancy === undefined || vpc.InstanceTenancy === 'default'
      ? []
      : [`tenancy ${vpc.InstanceTenancy}: a SecureVpc does not speak of it`]),
    ...(dhcp && !isUsual(dhcp)
      ? [`DHCP options ${titled(dhcp.DhcpOptionsId, nameOf(dhcp))}: the manifest does not speak of them`]
      : []),
    ...(survey.internetGateway && !isPublic
      ? [`internet gateway ${survey.internetGateway.InternetGatewayId}: no subnet has a route to it`]
      : []),
    ...survey.networkAcls
      .filter(({ IsDefault }) => IsDefault !== true)
      .map(
        (acl) =>
          `network ACL ${titled(acl.NetworkAclId, nameOf(acl))}: networkAcl: None leaves the subnets under it`,
      ),
    ...survey.routeTables
      .filter(
        ({ Associations, RouteTableId }) => !Associations?.some(({ Main }) => Main) && !said(RouteTableId),
      )
      .filter(
        ({ RouteTableId }) =>
          !adopted.has(RouteTableId ?? '') && !isTableOf(tiers, withoutTable, RouteTableId),
      )
      .map(
        (table) => `route table ${titled(table.RouteTableId, nameOf(table))}: no subnet of a tier uses it`,
      ),
    ...survey.securityGroups
      .filter(({ GroupName, GroupId }) => GroupName !== 'default' && !said(GroupId))
      .filter(({ GroupId }) => ![...groups.values()].some(({ id }) => id === GroupId))
      .map(
        (group) =>
          `security group ${titled(group.GroupId, group.GroupName)}, ${rulesOf(group, 'ingress').length} rules in and ${rulesOf(group, 'egress').length} out: no group of a SecureVpc is like it`,
      ),
    ...survey.subnets
      .filter(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch === true)
      .map(
        ({ SubnetId }) =>
          `subnet ${SubnetId}: it gives instances public addresses, of which a SecureVpc does not speak`,
      ),
    ...survey.strangers.map(({ what, id }) => `${what} ${id}: the manifest does not speak of it`),
    ...survey.unread.map((words) => `not looked at: ${words}`),
  ];
}

function isTableOf(tiers: Tiers, withoutTable: ReadonlySet<TierName>, id: string | undefined): boolean {
  return [...tiers.tables].some(([tier, table]) => table === id && withoutTable.has(tier));
}

/** What AWS gives a VPC by itself: its own name servers, and the region's domain. */
function isUsual({ DhcpConfigurations = [] }: NonNullable<VpcSurvey['dhcpOptions']>): boolean {
  return DhcpConfigurations.every(({ Key, Values = [] }) =>
    Key === 'domain-name-servers'
      ? Values.every(({ Value }) => Value === 'AmazonProvidedDNS')
      : Key === 'domain-name' &&
        Values.every(({ Value }) => /^(ec2|[a-z0-9-]+\.compute)\.internal$/.test(Value ?? '')),
  );
}

function withoutRefused(draft: Draft, node: string, why: string): Draft | undefined {
  const [kind = '', name = ''] = node.split('/');
  if (kind === 'security-group') return withoutGroup(draft, name, why);
  if (kind === 'endpoint') return withoutEndpoint(draft, name, why);
  if (['flow-log', 'log-group', 'role'].includes(kind))
    return {
      ...draft,
      flowLogs: { spec: { destination: 'None' }, adopt: [], left: [] },
      left: [...draft.left, `flow logs: ${why}`],
    };
  if (kind !== 'route-table') return undefined;
  const tier = name as TierName;
  return {
    ...draft,
    withoutTable: new Set([...draft.withoutTable, tier]),
    left: [...draft.left, `route table of tier ${tier}: ${why}`],
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
