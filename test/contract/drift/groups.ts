import * as ec2 from '@aws-sdk/client-ec2';
import {
  type Cases,
  type Deletions,
  type DriftCase,
  type DriftContext,
  id,
  one,
  refused,
  type RefusedCase,
} from './case.ts';
import { ec2Tags } from './tags.ts';

async function groupOf(at: DriftContext, node: string): Promise<ec2.SecurityGroup> {
  const answer = await at.ec2.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [id(at, node)] }));
  return one(answer.SecurityGroups, node);
}

/** One rule of a group as a permission of its own. */
export async function firstPermission(
  at: DriftContext,
  node: string,
  egress: boolean,
): Promise<ec2.IpPermission> {
  const group = await groupOf(at, node);
  const permission = one(egress ? group.IpPermissionsEgress : group.IpPermissions, `rule of ${node}`);
  const { IpProtocol, FromPort, ToPort, IpRanges, UserIdGroupPairs, PrefixListIds } = permission;
  const ports = { IpProtocol, FromPort, ToPort };
  if (IpRanges?.[0]) return { ...ports, IpRanges: [{ CidrIp: IpRanges[0].CidrIp }] };
  if (UserIdGroupPairs?.[0])
    return { ...ports, UserIdGroupPairs: [{ GroupId: UserIdGroupPairs[0].GroupId }] };
  return { ...ports, PrefixListIds: [{ PrefixListId: one(PrefixListIds, 'peer').PrefixListId }] };
}

export const described = (permission: ec2.IpPermission, Description: string): ec2.IpPermission => ({
  ...permission,
  ...(permission.IpRanges && { IpRanges: permission.IpRanges.map((peer) => ({ ...peer, Description })) }),
  ...(permission.UserIdGroupPairs && {
    UserIdGroupPairs: permission.UserIdGroupPairs.map((peer) => ({ ...peer, Description })),
  }),
  ...(permission.PrefixListIds && {
    PrefixListIds: permission.PrefixListIds.map((peer) => ({ ...peer, Description })),
  }),
});

/** Rules of our groups that name a group would keep it from being deleted. */
async function dropRulesTowards(at: DriftContext, node: string): Promise<void> {
  const GroupId = id(at, node);
  for (const [name, other] of Object.entries(at.ids)) {
    if (!name.startsWith('security-group/')) continue;
    const group = await groupOf(at, name);
    const towards = (permissions: ec2.IpPermission[] | undefined) =>
      (permissions ?? [])
        .filter(({ UserIdGroupPairs }) => UserIdGroupPairs?.some((pair) => pair.GroupId === GroupId))
        .map(({ IpProtocol, FromPort, ToPort }) => ({
          IpProtocol,
          FromPort,
          ToPort,
          UserIdGroupPairs: [{ GroupId }],
        }));
    const [ingress, egress] = [towards(group.IpPermissions), towards(group.IpPermissionsEgress)];
    if (ingress.length > 0)
      await at.ec2.send(
        new ec2.RevokeSecurityGroupIngressCommand({ GroupId: other, IpPermissions: ingress }),
      );
    if (egress.length > 0)
      await at.ec2.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId: other, IpPermissions: egress }));
  }
}

export function changeRules(
  facet: string,
  change: (at: DriftContext, group: string) => Promise<unknown>,
): DriftCase {
  return {
    node: `security-group-rules/${facet}`,
    drift: async (at) => void (await change(at, id(at, `security-group/${facet}`))),
  };
}

export const groupInUse = (node: string): RefusedCase =>
  refused('DependencyViolation', (at) =>
    at.ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId: id(at, node) })),
  );

/** Whoever wants to delete a group takes it off the endpoints and out of the rules of others first. */
export const groupDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const GroupId = id(at, node);
    await replaceOnEndpoints(at, await groupOf(at, node));
    await dropRulesTowards(at, node);
    await at.ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
  },
});

/** An endpoint cannot be without any group: it gets the one that every VPC has. */
async function replaceOnEndpoints(
  at: DriftContext,
  { GroupId = '', VpcId = '' }: ec2.SecurityGroup,
): Promise<void> {
  const Filters = [
    { Name: 'vpc-id', Values: [VpcId] },
    { Name: 'group-name', Values: ['default'] },
  ];
  const { SecurityGroups } = await at.ec2.send(new ec2.DescribeSecurityGroupsCommand({ Filters }));
  const AddSecurityGroupIds = [one(SecurityGroups, 'default group').GroupId ?? ''];
  const { VpcEndpoints } = await at.ec2.send(new ec2.DescribeVpcEndpointsCommand({}));
  for (const { VpcEndpointId, Groups } of VpcEndpoints ?? [])
    if (Groups?.some((group) => group.GroupId === GroupId))
      await at.ec2.send(
        new ec2.ModifyVpcEndpointCommand({
          VpcEndpointId,
          AddSecurityGroupIds,
          RemoveSecurityGroupIds: [GroupId],
        }),
      );
}

const rulesRevoked = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const group = node.replace('security-group-rules/', 'security-group/');
    const GroupId = id(at, group);
    const { SecurityGroupRules } = await at.ec2.send(
      new ec2.DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }),
    );
    one(SecurityGroupRules, `rule of ${group}`);
    const idsOf = (egress: boolean): string[] =>
      (SecurityGroupRules ?? [])
        .filter(({ IsEgress }) => IsEgress === egress)
        .flatMap(({ SecurityGroupRuleId }) => SecurityGroupRuleId ?? []);
    const [ingress, egress] = [idsOf(false), idsOf(true)];
    if (ingress.length > 0)
      await at.ec2.send(
        new ec2.RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: ingress }),
      );
    if (egress.length > 0)
      await at.ec2.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: egress }));
  },
});

export const groupsCases: Cases = {
  SecurityGroup: {
    ...ec2Tags('security-group/ecs'),
    deleted: groupDeleted('security-group/data'),
    'deleted (one that others name)': groupInUse('security-group/ecs'),
  },
  SecurityGroupRules: {
    'ingress[*] missing': changeRules('alb', async (at, GroupId) => {
      const IpPermissions = [await firstPermission(at, 'security-group/alb', false)];
      await at.ec2.send(new ec2.RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    }),
    'ingress[*] extra': changeRules('data', (at, GroupId) =>
      at.ec2.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
            { IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
            { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
            { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] },
          ],
        }),
      ),
    ),
    'ingress[*].description changed': changeRules('alb', async (at, GroupId) => {
      const rule = described(await firstPermission(at, 'security-group/alb', false), 'trust me');
      await at.ec2.send(
        new ec2.UpdateSecurityGroupRuleDescriptionsIngressCommand({ GroupId, IpPermissions: [rule] }),
      );
    }),
    // What the network has of rules of its own: test/support/manifests.ts.
    'ingress[*] missing (an own rule towards its own group)': changeRules('ecs', (at, GroupId) =>
      at.ec2.send(
        new ec2.RevokeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [
            { IpProtocol: 'udp', FromPort: 7946, ToPort: 7946, UserIdGroupPairs: [{ GroupId }] },
          ],
        }),
      ),
    ),
    'ingress[*] changed (an own rule, made wider)': changeRules('ecs', async (at, GroupId) => {
      const ping = { IpProtocol: 'icmp', IpRanges: [{ CidrIp: '10.11.0.0/16' }] };
      await at.ec2.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [{ ...ping, FromPort: -1, ToPort: -1 }],
        }),
      );
      await at.ec2.send(
        new ec2.RevokeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [{ ...ping, FromPort: 8, ToPort: -1 }],
        }),
      );
    }),
    'egress[*] missing (an own rule for everything)': changeRules('ecs', (at, GroupId) =>
      at.ec2.send(
        new ec2.RevokeSecurityGroupEgressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.12.0.0/16' }] }],
        }),
      ),
    ),
    'egress[*] missing': changeRules('ecs', async (at, GroupId) => {
      const IpPermissions = [await firstPermission(at, 'security-group/ecs', true)];
      await at.ec2.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
    }),
    'egress[*] extra': changeRules('data', (at, GroupId) =>
      at.ec2.send(
        new ec2.AuthorizeSecurityGroupEgressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        }),
      ),
    ),
    'egress[*].description changed': changeRules('ecs', async (at, GroupId) => {
      const rule = described(await firstPermission(at, 'security-group/ecs', true), 'trust me');
      await at.ec2.send(
        new ec2.UpdateSecurityGroupRuleDescriptionsEgressCommand({ GroupId, IpPermissions: [rule] }),
      );
    }),
  },
};

export const groupsDeletions: Deletions = {
  SecurityGroup: (node) => ({ 'deleted while others use it': groupInUse(node), deleted: groupDeleted(node) }),
  SecurityGroupRules: (node) => ({ revoked: rulesRevoked(node) }),
};
