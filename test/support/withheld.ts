import {
  CreateLogGroupCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import { CreateRoleCommand, TagRoleCommand, UntagRoleCommand } from '@aws-sdk/client-iam';
import { CLAIM_READS, CLAIM_WRITES } from '../../operator/aws/iam/claim.ts';
import { readPermissions } from '../../operator/aws/least-privilege.ts';
import { secureVpcKind } from '../../operator/controllers/secure-vpc.ts';
import { type DriftContext, id, one } from '../contract/drift/case.ts';
import { eventuallyTaken } from './eventually.ts';
import { portal } from './manifests.ts';
import { act, anew, another, drift, orphanTags, type Provocation } from './provocation.ts';

const INSTALLATION = 'landfall.dev/installation';
const orphaned = orphanTags(portal.network);
const Tags = Object.entries(orphaned).map(([Key, Value]) => ({ Key, Value }));
const tagged = (ResourceType: ec2.ResourceType) => ({ TagSpecifications: [{ ResourceType, Tags }] });

const orphanSubnet = async (at: DriftContext, tags: object): Promise<string> => {
  const answer = await at.ec2.send(
    new ec2.CreateSubnetCommand({ VpcId: id(at, 'vpc'), CidrBlock: '10.0.250.0/24', ...tags }),
  );
  return answer.Subnet?.SubnetId ?? '';
};

/** A subnet that is to go, in which somebody's network interface stands. */
const usedSubnet: Provocation = {
  how: 'act',
  async act(at) {
    const SubnetId = await orphanSubnet(at, tagged('subnet'));
    const made = await at.ec2.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId }));
    const { NetworkInterfaceId } = one(made.NetworkInterface && [made.NetworkInterface], 'interface');
    return () => at.ec2.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
  },
};
/** A table that is to go, which somebody gave a subnet of his own. */
const usedTable: Provocation = {
  how: 'act',
  async act(at) {
    const SubnetId = await orphanSubnet(at, {});
    const made = await at.ec2.send(
      new ec2.CreateRouteTableCommand({ VpcId: id(at, 'vpc'), ...tagged('route-table') }),
    );
    const { RouteTableId } = one(made.RouteTable && [made.RouteTable], 'table');
    await at.ec2.send(new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    return async () => {
      await gone(at, RouteTableId ?? '');
      await at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId }));
    };
  },
};
async function gone(at: DriftContext, table: string): Promise<void> {
  const Filters = [{ Name: 'route-table-id', Values: [table] }];
  for (let tries = 0; tries < 100; tries += 1) {
    const { RouteTables } = await at.ec2.send(new ec2.DescribeRouteTablesCommand({ Filters }));
    if (RouteTables?.length === 0) return;
    await new Promise((wait) => setTimeout(wait, 100));
  }
  throw new Error(`${table} is still there`);
}

/** An internet gateway that is to go, which somebody attached to a VPC of his own. */
const attachedGateway: Provocation = {
  how: 'act',
  async act(at) {
    const { Vpc } = await at.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '192.168.0.0/24' }));
    const VpcId = Vpc?.VpcId;
    const made = await at.ec2.send(new ec2.CreateInternetGatewayCommand(tagged('internet-gateway')));
    const InternetGatewayId = made.InternetGateway?.InternetGatewayId;
    await at.ec2.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    return () => eventuallyTaken('the VPC deleted', () => at.ec2.send(new ec2.DeleteVpcCommand({ VpcId })));
  },
};
/** An attachment that is to go, to a transit gateway that somebody made. */
const orphanAttachment: Provocation = {
  how: 'act',
  async act(at) {
    const made = await at.ec2.send(new ec2.CreateTransitGatewayCommand({}));
    const TransitGatewayId = made.TransitGateway?.TransitGatewayId;
    await at.ec2.send(
      new ec2.CreateTransitGatewayVpcAttachmentCommand({
        TransitGatewayId,
        VpcId: id(at, 'vpc'),
        SubnetIds: [id(at, 'subnet/data-a')],
        ...tagged('transit-gateway-attachment'),
      }),
    );
    return () =>
      eventuallyTaken('the transit gateway deleted', () =>
        at.ec2.send(new ec2.DeleteTransitGatewayCommand({ TransitGatewayId })),
      );
  },
};
/** A role that lost the tag of its installation: it is looked up by its name. */
const untaggedRole: Provocation = {
  how: 'act',
  async act(at) {
    const RoleName = id(at, 'role/flow-logs');
    await at.iam.send(new UntagRoleCommand({ RoleName, TagKeys: [INSTALLATION] }));
    return () => at.iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: INSTALLATION, Value: 'local' }] }));
  },
};
const untaggedLogGroup: Provocation = {
  how: 'act',
  async act(at) {
    const resourceArn = `arn:aws:logs:us-east-1:123456789012:log-group:${id(at, 'log-group/flow-logs')}`;
    await at.logs.send(new UntagResourceCommand({ resourceArn, tagKeys: [INSTALLATION] }));
    return () => at.logs.send(new TagResourceCommand({ resourceArn, tags: { [INSTALLATION]: 'local' } }));
  },
};

/** What the Account needs and not the network: its claim stands before, and tests of claims make and move others. */
export const OF_CLAIMS: ReadonlySet<string> = new Set(
  [...CLAIM_READS, ...CLAIM_WRITES].map(({ action }) => action),
);

/** For each action of the portal's policy, what makes the operator need it; the suite fails for one without. */
export const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'ec2:AllocateAddress': another,
  'ec2:AssociateDhcpOptions': drift('DhcpOptionsAssociation', 'dhcpOptionsId changed'),
  'ec2:AssociateRouteTable': drift('RouteTableAssociation', 'routeTableId missing'),
  'ec2:AssociateVpcCidrBlock': drift('VpcCidrs', 'cidrs[*] missing'),
  // Where a NAT gateway's address needs it, nobody takes an internet gateway away.
  'ec2:AttachInternetGateway': another,
  'ec2:AuthorizeSecurityGroupEgress': drift('SecurityGroupRules', 'egress[*] missing'),
  'ec2:AuthorizeSecurityGroupIngress': drift('SecurityGroupRules', 'ingress[*] missing'),
  'ec2:CreateDhcpOptions': drift('DhcpOptions', 'deleted'),
  'ec2:CreateFlowLogs': drift('FlowLog', 'deleted'),
  'ec2:CreateInternetGateway': another,
  'ec2:CreateNatGateway': another,
  'ec2:CreateNetworkAcl': drift('NetworkAcl', 'deleted'),
  'ec2:CreateNetworkAclEntry': drift('NetworkAclEntries', 'entries[*] missing'),
  'ec2:CreateRoute': drift('Routes', 'routes[*] missing'),
  'ec2:CreateRouteTable': drift('RouteTable', 'deleted'),
  'ec2:CreateSecurityGroup': drift('SecurityGroup', 'deleted'),
  'ec2:CreateSubnet': drift('Subnet', 'deleted'),
  'ec2:CreateTags': drift('Vpc', 'tags missing'),
  'ec2:CreateTransitGatewayVpcAttachment': drift('TransitGatewayAttachment', 'deleted'),
  'ec2:CreateVpc': another,
  'ec2:CreateVpcEndpoint': drift('VpcEndpoint', 'deleted'),
  'ec2:DeleteDhcpOptions': act((at) =>
    at.ec2.send(
      new ec2.CreateDhcpOptionsCommand({
        DhcpConfigurations: [{ Key: 'domain-name', Values: ['orphan.example'] }],
        ...tagged('dhcp-options'),
      }),
    ),
  ),
  'ec2:DeleteFlowLogs': act((at) =>
    at.ec2.send(
      new ec2.CreateFlowLogsCommand({
        ResourceIds: [id(at, 'vpc')],
        ResourceType: 'VPC',
        TrafficType: 'REJECT',
        LogGroupName: id(at, 'log-group/flow-logs'),
        DeliverLogsPermissionArn: `arn:aws:iam::123456789012:role/landfall/portal/${id(at, 'role/flow-logs')}`,
        ...tagged('vpc-flow-log'),
      }),
    ),
  ),
  'ec2:DeleteInternetGateway': act((at) =>
    at.ec2.send(new ec2.CreateInternetGatewayCommand(tagged('internet-gateway'))),
  ),
  'ec2:DeleteNatGateway': act((at) =>
    at.ec2.send(
      new ec2.CreateNatGatewayCommand({
        SubnetId: id(at, 'subnet/public-a'),
        ConnectivityType: 'private',
        ...tagged('natgateway'),
      }),
    ),
  ),
  'ec2:DeleteNetworkAcl': act((at) =>
    at.ec2.send(new ec2.CreateNetworkAclCommand({ VpcId: id(at, 'vpc'), ...tagged('network-acl') })),
  ),
  'ec2:DeleteNetworkAclEntry': drift('NetworkAclEntries', 'entries[*] extra'),
  'ec2:DeleteRoute': drift('Routes', 'routes[*] extra (IPv6)'),
  'ec2:DeleteRouteTable': act((at) =>
    at.ec2.send(new ec2.CreateRouteTableCommand({ VpcId: id(at, 'vpc'), ...tagged('route-table') })),
  ),
  'ec2:DeleteSecurityGroup': act((at) =>
    at.ec2.send(
      new ec2.CreateSecurityGroupCommand({
        VpcId: id(at, 'vpc'),
        GroupName: 'orphan',
        Description: 'orphan',
        ...tagged('security-group'),
      }),
    ),
  ),
  'ec2:DeleteSubnet': act((at) => orphanSubnet(at, tagged('subnet'))),
  'ec2:DeleteTags': drift('Vpc', 'tags extra'),
  'ec2:DeleteTransitGatewayVpcAttachment': orphanAttachment,
  'ec2:DeleteVpc': act((at) =>
    at.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.9.0.0/16', ...tagged('vpc') })),
  ),
  'ec2:DeleteVpcEndpoints': act((at) =>
    at.ec2.send(
      new ec2.CreateVpcEndpointCommand({
        VpcId: id(at, 'vpc'),
        ServiceName: 'com.amazonaws.us-east-1.dynamodb',
        ...tagged('vpc-endpoint'),
      }),
    ),
  ),
  'ec2:DescribeNetworkInterfaces': usedSubnet,
  'ec2:DetachInternetGateway': attachedGateway,
  'ec2:DisassociateRouteTable': usedTable,
  'ec2:DisassociateVpcCidrBlock': drift('VpcCidrs', 'cidrs[*] extra'),
  'ec2:ModifyTransitGatewayVpcAttachment': drift('TransitGatewayAttachment', 'dnsSupport changed'),
  'ec2:ModifyVpcAttribute': drift('VpcAttributes', 'dnsHostnames changed'),
  'ec2:ModifyVpcEndpoint': drift('VpcEndpoint', 'policy changed'),
  'ec2:ReleaseAddress': act((at) =>
    at.ec2.send(new ec2.AllocateAddressCommand({ Domain: 'vpc', ...tagged('elastic-ip') })),
  ),
  'ec2:ReplaceNetworkAclAssociation': drift('NetworkAclAssociation', 'networkAclId changed'),
  'ec2:ReplaceNetworkAclEntry': drift('NetworkAclEntries', 'entries[*] changed'),
  'ec2:ReplaceRoute': drift('Routes', 'routes[*] changed'),
  'ec2:ReplaceRouteTableAssociation': drift('RouteTableAssociation', 'routeTableId changed'),
  'ec2:RevokeSecurityGroupEgress': drift('SecurityGroupRules', 'egress[*] extra'),
  'ec2:RevokeSecurityGroupIngress': drift('SecurityGroupRules', 'ingress[*] extra'),
  'ec2:UpdateSecurityGroupRuleDescriptionsEgress': drift(
    'SecurityGroupRules',
    'egress[*].description changed',
  ),
  'ec2:UpdateSecurityGroupRuleDescriptionsIngress': drift(
    'SecurityGroupRules',
    'ingress[*].description changed',
  ),
  'iam:CreateRole': drift('Role', 'deleted'),
  'iam:DeleteRole': act((at) =>
    at.iam.send(
      new CreateRoleCommand({
        RoleName: 'orphan',
        Path: '/landfall/portal/',
        AssumeRolePolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
        Tags,
      }),
    ),
  ),
  'iam:DeleteRolePolicy': drift('RolePolicies', 'policies[*] extra'),
  'iam:DetachRolePolicy': drift('RolePolicies', 'attached[*] extra (a managed policy)'),
  'iam:GetRole': untaggedRole,
  'iam:GetRolePolicy': untaggedRole,
  'iam:ListAttachedRolePolicies': untaggedRole,
  'iam:ListRolePolicies': untaggedRole,
  'iam:PassRole': drift('FlowLog', 'deleted'),
  'iam:PutRolePermissionsBoundary': drift('Role', 'permissionsBoundaryArn changed'),
  'iam:PutRolePolicy': drift('RolePolicies', 'policies[*] missing'),
  'iam:TagRole': drift('Role', 'tags missing'),
  'iam:UntagRole': drift('Role', 'tags extra'),
  'iam:UpdateAssumeRolePolicy': drift('Role', 'trustPolicy changed'),
  'logs:CreateLogGroup': drift('LogGroup', 'deleted'),
  'logs:DeleteLogGroup': act((at) =>
    at.logs.send(new CreateLogGroupCommand({ logGroupName: '/landfall/portal/orphan', tags: orphaned })),
  ),
  'logs:ListTagsForResource': untaggedLogGroup,
  'logs:PutRetentionPolicy': drift('LogGroup', 'retentionDays changed'),
  'logs:TagResource': drift('LogGroup', 'tags missing'),
  'logs:UntagResource': drift('LogGroup', 'tags extra'),
  'route53:AssociateVPCWithHostedZone': drift('VpcEndpoint', 'deleted'),
  // What is listed for everybody, and what AWS fixes for a region.
  ...Object.fromEntries(
    readPermissions(secureVpcKind.on.aws.nodeKinds)
      .filter(({ action }) => !OF_CLAIMS.has(action))
      .map(({ action }) => [action, anew]),
  ),
};
