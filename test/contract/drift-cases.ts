import {
  type CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';

/** What a case gets to change AWS behind the operator's back. */
export interface DriftContext {
  readonly ec2: ec2.EC2Client;
  readonly iam: iam.IAMClient;
  readonly logs: CloudWatchLogsClient;
  /** Id by node of the network. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface DriftCase {
  /** The node that is changed, and whose repair is expected. */
  readonly node: string;
  /** Returns what tidies up things that the case itself made, once the drift is repaired. */
  readonly drift: (at: DriftContext) => Promise<void | (() => Promise<unknown>)>;
}

/** AWS's refusal with which a change that nobody can make ends. */
export interface RefusedCase {
  readonly refused: string;
  readonly attempt: (at: DriftContext) => Promise<unknown>;
}

type Case = DriftCase | RefusedCase;

const id = (at: DriftContext, node: string): string => {
  const found = at.ids[node];
  if (found === undefined) throw new Error(`the network has no ${node}`);
  return found;
};
const one = <T>(things: readonly T[] | undefined, what: string): T => {
  const [first] = things ?? [];
  if (first === undefined) throw new Error(`AWS has no ${what}`);
  return first;
};

async function groupOf(at: DriftContext, node: string): Promise<ec2.SecurityGroup> {
  const answer = await at.ec2.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [id(at, node)] }));
  return one(answer.SecurityGroups, node);
}

/** One rule of a group as a permission of its own. */
async function firstPermission(at: DriftContext, node: string, egress: boolean): Promise<ec2.IpPermission> {
  const group = await groupOf(at, node);
  const permission = one(egress ? group.IpPermissionsEgress : group.IpPermissions, `rule of ${node}`);
  const { IpProtocol, FromPort, ToPort, IpRanges, UserIdGroupPairs, PrefixListIds } = permission;
  const ports = { IpProtocol, FromPort, ToPort };
  if (IpRanges?.[0]) return { ...ports, IpRanges: [{ CidrIp: IpRanges[0].CidrIp }] };
  if (UserIdGroupPairs?.[0])
    return { ...ports, UserIdGroupPairs: [{ GroupId: UserIdGroupPairs[0].GroupId }] };
  return { ...ports, PrefixListIds: [{ PrefixListId: one(PrefixListIds, 'peer').PrefixListId }] };
}

const described = (permission: ec2.IpPermission, Description: string): ec2.IpPermission => ({
  ...permission,
  ...(permission.IpRanges && { IpRanges: permission.IpRanges.map((peer) => ({ ...peer, Description })) }),
  ...(permission.UserIdGroupPairs && {
    UserIdGroupPairs: permission.UserIdGroupPairs.map((peer) => ({ ...peer, Description })),
  }),
  ...(permission.PrefixListIds && {
    PrefixListIds: permission.PrefixListIds.map((peer) => ({ ...peer, Description })),
  }),
});

async function aclEntry(at: DriftContext, node: string): Promise<ec2.NetworkAclEntry> {
  const answer = await at.ec2.send(new ec2.DescribeNetworkAclsCommand({ NetworkAclIds: [id(at, node)] }));
  const entries = one(answer.NetworkAcls, node).Entries?.filter((entry) => (entry.RuleNumber ?? 0) < 32_767);
  return one(entries, `entry of ${node}`);
}

async function aclAssociation(at: DriftContext, subnet: string): Promise<string> {
  const Filters = [{ Name: 'association.subnet-id', Values: [id(at, subnet)] }];
  const answer = await at.ec2.send(new ec2.DescribeNetworkAclsCommand({ Filters }));
  const acl = one(answer.NetworkAcls, `ACL of ${subnet}`);
  const association = acl.Associations?.find(({ SubnetId }) => SubnetId === id(at, subnet));
  return association?.NetworkAclAssociationId ?? '';
}

async function defaultAcl(at: DriftContext): Promise<string> {
  const Filters = [
    { Name: 'vpc-id', Values: [id(at, 'vpc')] },
    { Name: 'default', Values: ['true'] },
  ];
  const answer = await at.ec2.send(new ec2.DescribeNetworkAclsCommand({ Filters }));
  return one(answer.NetworkAcls, 'default ACL').NetworkAclId ?? '';
}

async function tableAssociation(at: DriftContext, subnet: string): Promise<string> {
  const Filters = [{ Name: 'association.subnet-id', Values: [id(at, subnet)] }];
  const answer = await at.ec2.send(new ec2.DescribeRouteTablesCommand({ Filters }));
  const table = one(answer.RouteTables, `table of ${subnet}`);
  const association = table.Associations?.find(({ SubnetId }) => SubnetId === id(at, subnet));
  return association?.RouteTableAssociationId ?? '';
}

async function detach(at: DriftContext): Promise<void> {
  const InternetGatewayId = id(at, 'internet-gateway');
  await at.ec2.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId, VpcId: id(at, 'vpc') }));
}

/** A VPC that the test made beside the network's. */
async function otherVpc(at: DriftContext): Promise<string> {
  const { Vpc } = await at.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '192.168.0.0/24' }));
  return Vpc?.VpcId ?? '';
}

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

/** The three ways in which tags of anything in EC2 drift. */
function ec2Tags(node: string): Record<string, Case> {
  const [key, value] = ['project', 'somebody-else'];
  return {
    'tags missing': {
      node,
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.DeleteTagsCommand({ Resources: [id(at, node)], Tags: [{ Key: key }] }),
        )),
    },
    'tags extra': {
      node,
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.CreateTagsCommand({ Resources: [id(at, node)], Tags: [{ Key: 'stray', Value: 'yes' }] }),
        )),
    },
    'tags changed': {
      node,
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.CreateTagsCommand({ Resources: [id(at, node)], Tags: [{ Key: key, Value: value }] }),
        )),
    },
  };
}

function modifyEndpoint(node: string, change: (at: DriftContext) => object): DriftCase {
  return {
    node,
    drift: async (at) =>
      void (await at.ec2.send(
        new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id(at, node), ...change(at) }),
      )),
  };
}

function changeRules(
  facet: string,
  change: (at: DriftContext, group: string) => Promise<unknown>,
): DriftCase {
  return {
    node: `security-group-rules/${facet}`,
    drift: async (at) => void (await change(at, id(at, `security-group/${facet}`))),
  };
}

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
});
const EVERYTHING = 'arn:aws:iam::aws:policy/AdministratorAccess';
const ROLE = 'role/flow-logs';
const LOGS = 'log-group/flow-logs';

/**
 * For each kind, how to bring about each change that its `diff` can find, and its loss. The suite fails for a
 * change without a case, and for a case without a change, save those whose name ends in a remark in brackets.
 */
export const driftCases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  Vpc: {
    ...ec2Tags('vpc'),
    deleted: {
      refused: 'DependencyViolation',
      attempt: (at) => at.ec2.send(new ec2.DeleteVpcCommand({ VpcId: id(at, 'vpc') })),
    },
  },
  VpcAttributes: {
    'dnsHostnames changed': {
      node: 'vpc-attributes',
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.ModifyVpcAttributeCommand({ VpcId: id(at, 'vpc'), EnableDnsHostnames: { Value: false } }),
        )),
    },
    'dnsSupport changed': {
      node: 'vpc-attributes',
      drift: async (at) => {
        const VpcId = id(at, 'vpc');
        await at.ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: false } }));
        await at.ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: false } }));
      },
    },
  },
  Subnet: {
    ...ec2Tags('subnet/private-a'),
    deleted: {
      node: 'subnet/data-a',
      drift: async (at) =>
        void (await at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId: id(at, 'subnet/data-a') }))),
    },
    'deleted (one that is in use)': {
      refused: 'DependencyViolation',
      attempt: (at) => at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId: id(at, 'subnet/private-a') })),
    },
  },
  InternetGateway: {
    ...ec2Tags('internet-gateway'),
    deleted: {
      node: 'internet-gateway',
      drift: async (at) => {
        await detach(at);
        const InternetGatewayId = id(at, 'internet-gateway');
        await at.ec2.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId }));
      },
    },
  },
  InternetGatewayAttachment: {
    'vpcId missing': { node: 'internet-gateway-attachment', drift: detach },
    'vpcId changed': {
      node: 'internet-gateway-attachment',
      drift: async (at) => {
        const VpcId = await otherVpc(at);
        await detach(at);
        const InternetGatewayId = id(at, 'internet-gateway');
        await at.ec2.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
        return () => at.ec2.send(new ec2.DeleteVpcCommand({ VpcId }));
      },
    },
  },
  RouteTable: {
    ...ec2Tags('route-table/private'),
    deleted: {
      node: 'route-table/data',
      drift: async (at) => {
        for (const zone of ['a', 'b']) {
          const AssociationId = await tableAssociation(at, `subnet/data-${zone}`);
          await at.ec2.send(new ec2.DisassociateRouteTableCommand({ AssociationId }));
        }
        await at.ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId: id(at, 'route-table/data') }));
      },
    },
  },
  Routes: {
    'routes[*] missing': {
      node: 'routes/public',
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.DeleteRouteCommand({
            RouteTableId: id(at, 'route-table/public'),
            DestinationCidrBlock: '0.0.0.0/0',
          }),
        )),
    },
    'routes[*] extra': {
      node: 'routes/private',
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.CreateRouteCommand({
            RouteTableId: id(at, 'route-table/private'),
            DestinationCidrBlock: '0.0.0.0/0',
            GatewayId: id(at, 'internet-gateway'),
          }),
        )),
    },
    'routes[*] extra (IPv6)': {
      node: 'routes/private',
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.CreateRouteCommand({
            RouteTableId: id(at, 'route-table/private'),
            DestinationIpv6CidrBlock: '::/0',
            GatewayId: id(at, 'internet-gateway'),
          }),
        )),
    },
    'routes[*] extra (to a prefix list)': {
      node: 'routes/private',
      drift: async (at) => {
        const { PrefixList } = await at.ec2.send(
          new ec2.CreateManagedPrefixListCommand({
            PrefixListName: 'elsewhere',
            MaxEntries: 1,
            AddressFamily: 'IPv4',
            Entries: [{ Cidr: '198.51.100.0/24' }],
          }),
        );
        const PrefixListId = PrefixList?.PrefixListId;
        await at.ec2.send(
          new ec2.CreateRouteCommand({
            RouteTableId: id(at, 'route-table/private'),
            DestinationPrefixListId: PrefixListId,
            GatewayId: id(at, 'internet-gateway'),
          }),
        );
        return () => at.ec2.send(new ec2.DeleteManagedPrefixListCommand({ PrefixListId }));
      },
    },
    'routes[*] changed': {
      node: 'routes/public',
      drift: async (at) => {
        const { NetworkInterface } = await at.ec2.send(
          new ec2.CreateNetworkInterfaceCommand({ SubnetId: id(at, 'subnet/public-a') }),
        );
        const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
        await at.ec2.send(
          new ec2.ReplaceRouteCommand({
            RouteTableId: id(at, 'route-table/public'),
            DestinationCidrBlock: '0.0.0.0/0',
            NetworkInterfaceId,
          }),
        );
        return () => at.ec2.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
      },
    },
  },
  RouteTableAssociation: {
    'routeTableId missing': {
      node: 'route-table-association/private-a',
      drift: async (at) => {
        const AssociationId = await tableAssociation(at, 'subnet/private-a');
        await at.ec2.send(new ec2.DisassociateRouteTableCommand({ AssociationId }));
      },
    },
    'routeTableId changed': {
      node: 'route-table-association/private-b',
      drift: async (at) => {
        const AssociationId = await tableAssociation(at, 'subnet/private-b');
        const RouteTableId = id(at, 'route-table/public');
        await at.ec2.send(new ec2.ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId }));
      },
    },
    "routeTableId missing (a stranger's table)": {
      node: 'route-table-association/private-b',
      drift: async (at) => {
        const { RouteTable } = await at.ec2.send(new ec2.CreateRouteTableCommand({ VpcId: id(at, 'vpc') }));
        const RouteTableId = RouteTable?.RouteTableId;
        const AssociationId = await tableAssociation(at, 'subnet/private-b');
        await at.ec2.send(new ec2.ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId }));
        return () => at.ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId }));
      },
    },
  },
  NetworkAcl: {
    ...ec2Tags('network-acl/private'),
    deleted: {
      node: 'network-acl/data',
      drift: async (at) => {
        const NetworkAclId = await defaultAcl(at);
        for (const zone of ['a', 'b']) {
          const AssociationId = await aclAssociation(at, `subnet/data-${zone}`);
          await at.ec2.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
        }
        await at.ec2.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId: id(at, 'network-acl/data') }));
      },
    },
  },
  NetworkAclEntries: {
    'entries[*] missing': {
      node: 'network-acl-entries/private',
      drift: async (at) => {
        const { RuleNumber, Egress } = await aclEntry(at, 'network-acl/private');
        const NetworkAclId = id(at, 'network-acl/private');
        await at.ec2.send(new ec2.DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber, Egress }));
      },
    },
    'entries[*] extra': {
      node: 'network-acl-entries/data',
      drift: async (at) => {
        for (const Egress of [true, false]) {
          await at.ec2.send(
            new ec2.CreateNetworkAclEntryCommand({
              NetworkAclId: id(at, 'network-acl/data'),
              RuleNumber: 7,
              Egress,
              Protocol: '-1',
              RuleAction: 'allow',
              CidrBlock: '0.0.0.0/0',
            }),
          );
        }
      },
    },
    'entries[*] changed': {
      node: 'network-acl-entries/public',
      drift: async (at) => {
        const { RuleNumber, Egress, CidrBlock } = await aclEntry(at, 'network-acl/public');
        await at.ec2.send(
          new ec2.ReplaceNetworkAclEntryCommand({
            NetworkAclId: id(at, 'network-acl/public'),
            RuleNumber,
            Egress,
            CidrBlock,
            Protocol: '6',
            RuleAction: 'deny',
            PortRange: { From: 1, To: 2 },
          }),
        );
      },
    },
  },
  NetworkAclAssociation: {
    'networkAclId missing': {
      node: 'network-acl-association/private-a',
      drift: async (at) => {
        const AssociationId = await aclAssociation(at, 'subnet/private-a');
        const NetworkAclId = await defaultAcl(at);
        await at.ec2.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
      },
    },
    'networkAclId changed': {
      node: 'network-acl-association/private-b',
      drift: async (at) => {
        const AssociationId = await aclAssociation(at, 'subnet/private-b');
        const NetworkAclId = id(at, 'network-acl/data');
        await at.ec2.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
      },
    },
  },
  SecurityGroup: {
    ...ec2Tags('security-group/ecs'),
    deleted: {
      node: 'security-group/data',
      drift: async (at) => {
        await dropRulesTowards(at, 'security-group/data');
        await at.ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId: id(at, 'security-group/data') }));
      },
    },
    'deleted (one that others name)': {
      refused: 'DependencyViolation',
      attempt: (at) =>
        at.ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId: id(at, 'security-group/ecs') })),
    },
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
  VpcEndpoint: {
    ...ec2Tags('endpoint/kms'),
    deleted: {
      node: 'endpoint/kms',
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [id(at, 'endpoint/kms')] }),
        )),
    },
    'deleted (a gateway)': {
      node: 'endpoint/s3',
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [id(at, 'endpoint/s3')] }),
        )),
    },
    'routeTableIds[*] missing': modifyEndpoint('endpoint/s3', (at) => ({
      RemoveRouteTableIds: [id(at, 'route-table/private')],
    })),
    'routeTableIds[*] extra': modifyEndpoint('endpoint/s3', (at) => ({
      AddRouteTableIds: [id(at, 'route-table/public')],
    })),
    'subnetIds[*] missing': modifyEndpoint('endpoint/ssm', (at) => ({
      RemoveSubnetIds: [id(at, 'subnet/private-b')],
    })),
    'subnetIds[*] extra': {
      node: 'endpoint/ssm',
      drift: async (at) => {
        const { Subnet } = await at.ec2.send(
          new ec2.CreateSubnetCommand({
            VpcId: id(at, 'vpc'),
            CidrBlock: '10.0.255.0/28',
            AvailabilityZone: 'us-east-1c',
          }),
        );
        const SubnetId = Subnet?.SubnetId ?? '';
        await at.ec2.send(
          new ec2.ModifyVpcEndpointCommand({
            VpcEndpointId: id(at, 'endpoint/ssm'),
            AddSubnetIds: [SubnetId],
          }),
        );
        return () => at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId }));
      },
    },
    'securityGroupIds[*] missing': modifyEndpoint('endpoint/logs', (at) => ({
      AddSecurityGroupIds: [id(at, 'security-group/ecs')],
      RemoveSecurityGroupIds: [id(at, 'security-group/endpoints')],
    })),
    'securityGroupIds[*] extra': modifyEndpoint('endpoint/logs', (at) => ({
      AddSecurityGroupIds: [id(at, 'security-group/alb')],
    })),
    'privateDns changed': modifyEndpoint('endpoint/logs', () => ({ PrivateDnsEnabled: false })),
  },
  LogGroup: {
    'tags missing': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new UntagResourceCommand({ resourceArn: logArn(at), tagKeys: ['project'] }),
        )),
    },
    'tags extra': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new TagResourceCommand({ resourceArn: logArn(at), tags: { stray: 'yes' } }),
        )),
    },
    'tags changed': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new TagResourceCommand({ resourceArn: logArn(at), tags: { project: 'somebody-else' } }),
        )),
    },
    'retentionDays changed': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new PutRetentionPolicyCommand({ logGroupName: id(at, LOGS), retentionInDays: 365 }),
        )),
    },
    'retentionDays missing': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(new DeleteRetentionPolicyCommand({ logGroupName: id(at, LOGS) }))),
    },
    deleted: {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(new DeleteLogGroupCommand({ logGroupName: id(at, LOGS) }))),
    },
  },
  Role: {
    'tags missing': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(new iam.UntagRoleCommand({ RoleName: id(at, ROLE), TagKeys: ['project'] }))),
    },
    'tags extra': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.TagRoleCommand({ RoleName: id(at, ROLE), Tags: [{ Key: 'stray', Value: 'yes' }] }),
        )),
    },
    'tags changed': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.TagRoleCommand({ RoleName: id(at, ROLE), Tags: [{ Key: 'project', Value: 'x' }] }),
        )),
    },
    'trustPolicy changed': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.UpdateAssumeRolePolicyCommand({ RoleName: id(at, ROLE), PolicyDocument: TRUST }),
        )),
    },
    'permissionsBoundaryArn changed': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.PutRolePermissionsBoundaryCommand({
            RoleName: id(at, ROLE),
            PermissionsBoundary: EVERYTHING,
          }),
        )),
    },
    deleted: {
      node: ROLE,
      drift: async (at) => {
        const RoleName = id(at, ROLE);
        await at.iam.send(new iam.DeleteRolePolicyCommand({ RoleName, PolicyName: 'flow-logs' }));
        await at.iam.send(new iam.DeleteRoleCommand({ RoleName }));
      },
    },
  },
  RolePolicies: {
    'policies[*] missing': {
      node: 'role-policies/flow-logs',
      drift: async (at) =>
        void (await at.iam.send(
          new iam.DeleteRolePolicyCommand({ RoleName: id(at, ROLE), PolicyName: 'flow-logs' }),
        )),
    },
    'policies[*] extra': {
      node: 'role-policies/flow-logs',
      drift: async (at) =>
        void (await at.iam.send(
          new iam.PutRolePolicyCommand({
            RoleName: id(at, ROLE),
            PolicyName: 'more',
            PolicyDocument: POLICY,
          }),
        )),
    },
    'policies[*] changed': {
      node: 'role-policies/flow-logs',
      drift: async (at) =>
        void (await at.iam.send(
          new iam.PutRolePolicyCommand({
            RoleName: id(at, ROLE),
            PolicyName: 'flow-logs',
            PolicyDocument: POLICY,
          }),
        )),
    },
    'attached[*] extra (a managed policy)': {
      node: 'role-policies/flow-logs',
      drift: async (at) => {
        const made = await at.iam.send(
          new iam.CreatePolicyCommand({ PolicyName: 'everything', PolicyDocument: POLICY }),
        );
        const PolicyArn = made.Policy?.Arn;
        await at.iam.send(new iam.AttachRolePolicyCommand({ RoleName: id(at, ROLE), PolicyArn }));
        return () => at.iam.send(new iam.DeletePolicyCommand({ PolicyArn }));
      },
    },
  },
  FlowLog: {
    ...ec2Tags('flow-log'),
    deleted: {
      node: 'flow-log',
      drift: async (at) =>
        void (await at.ec2.send(new ec2.DeleteFlowLogsCommand({ FlowLogIds: [id(at, 'flow-log')] }))),
    },
  },
};

function logArn(at: DriftContext): string {
  return `arn:aws:logs:us-east-1:123456789012:log-group:${id(at, LOGS)}`;
}
