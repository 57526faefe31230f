import { NO_DHCP_OPTIONS } from '../../aws/ec2/dhcp-options.ts';
import { rulesOf } from '../../aws/ec2/security-group-permissions.ts';
import type { Action } from '../../graph/plan.ts';
import { adoptedIn } from './draft-spec.ts';
import type { Draft } from './draft.ts';
import type { Tables } from './tiers.ts';
import { nameOf, titled } from './words.ts';

/** Everything of the VPC that the draft does not speak of and the actions leave as it is, in sentences. */
export function leftBy(draft: Draft, actions: readonly Action[] = []): string[] {
  const { survey, groups, tiers, nat, tables, transitGateway, flowLogs, withoutTable } = draft;
  const { vpc } = survey;
  const parts = [tiers, tables, nat, transitGateway, flowLogs].flatMap(({ left }) => left).concat(draft.left);
  const adopted = new Set(adoptedIn(draft).map(({ id }) => id));
  const said = (id: string | undefined) => parts.some((sentence) => sentence.includes(id ?? ' '));
  const isPublic = tiers.placed.some(({ tier }) => tier === 'public');
  return [
    ...parts,
    ...(vpc.Ipv6CidrBlockAssociationSet ?? []).map(
      ({ Ipv6CidrBlock }) => `block ${Ipv6CidrBlock}: a SecureVpc has no IPv6`,
    ),
    ...(vpc.InstanceTenancy === undefined || vpc.InstanceTenancy === 'default'
      ? []
      : [`tenancy ${vpc.InstanceTenancy}: a SecureVpc does not speak of it`]),
    ...(vpc.DhcpOptionsId === NO_DHCP_OPTIONS &&
    !actions.some(({ type }) => type === 'DhcpOptionsAssociation')
      ? ["DHCP options: it has none at all, and the region has no set of AWS's own to give it"]
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
          !adopted.has(RouteTableId ?? '') && !isTableOf(tables, withoutTable, RouteTableId),
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

function isTableOf({ tables }: Tables, withoutTable: ReadonlySet<string>, id: string | undefined): boolean {
  return [...tables].some(([key, table]) => table === id && withoutTable.has(key));
}
