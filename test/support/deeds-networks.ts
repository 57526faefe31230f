import { canonicalPolicy, isEverything } from '../../operator/aws/policy-document.ts';
import { textOf } from '../../operator/graph/kind.ts';
import {
  creation,
  type Deed,
  deleted,
  deletion,
  fields,
  gone,
  type Parameters,
  type Reading,
  set,
  tagDeeds,
  type Tags,
  tagsOf,
} from './deed-words.ts';

/** A create of EC2: which parameter is which input. */
function ec2Creation(
  type: string,
  inputs: Readonly<Record<string, string>>,
  constants: Readonly<Record<string, string>> = {},
): Reading {
  return (params, after) => {
    params.take('ClientToken');
    for (const [name, value] of Object.entries(constants)) params.constant(name, value);
    const [specification] = (params.take('TagSpecifications') ?? []) as { Tags: Tags }[];
    const values = Object.entries(inputs).map(([name, path]) => [path, params.take(name)] as const);
    return creation(type, after, tagsOf(specification?.Tags), Object.fromEntries(values));
  };
}

/** Rules of a security group, as EC2 has them. */
export interface Permission {
  readonly IpProtocol: string;
  readonly FromPort?: number | string;
  readonly ToPort?: number | string;
  readonly IpRanges?: readonly { CidrIp: string; Description?: string }[];
  readonly Ipv6Ranges?: readonly { CidrIpv6: string; Description?: string }[];
  readonly UserIdGroupPairs?: readonly { GroupId: string; Description?: string }[];
  readonly PrefixListIds?: readonly { PrefixListId: string; Description?: string }[];
}

/** Type and code of ICMP as plans name them: -1 is every one. */
function icmp(type: unknown, code: unknown): string {
  const [of, and] = [String(type), String(code)];
  return (of === '-1' ? '' : ` type ${of}`) + (and === '-1' ? '' : ` code ${and}`);
}

/** Each rule of permissions as plans name it, with its description. */
export function rulesIn(permissions: readonly Permission[]): { rule: string; description: string }[] {
  return permissions.flatMap(({ IpProtocol, FromPort, ToPort, ...peers }) => {
    const ports = String(FromPort) === String(ToPort) ? ` ${FromPort}` : ` ${FromPort}-${ToPort}`;
    const sort = IpProtocol === 'icmp' ? icmp(FromPort, ToPort) : ports;
    const what = IpProtocol === '-1' ? 'all' : `${IpProtocol}${sort}`;
    return Object.values(peers).flatMap((list) =>
      (list as readonly Readonly<Record<string, string>>[]).map(({ Description = '', ...peer }) => ({
        rule: `${what} ${peer['CidrIp'] ?? peer['CidrIpv6'] ?? peer['GroupId'] ?? peer['PrefixListId']}`,
        description: Description,
      })),
    );
  });
}

const rules =
  (direction: string, tell: (group: string, path: string, description: string) => Deed): Reading =>
  (params) => {
    const group = params.text('GroupId');
    return rulesIn((params.take('IpPermissions') ?? []) as Permission[]).map(({ rule, description }) =>
      tell(group, `${direction}[${rule}]`, description),
    );
  };
const described = (group: string, path: string, to: string) => set(group, `${path}.description`, to);

const TARGETS = ['GatewayId', 'NatGatewayId', 'TransitGatewayId'];
const route: Reading = (params) => {
  const table = params.text('RouteTableId');
  const path = `routes[${params.text('DestinationCidrBlock')}]`;
  const target = TARGETS.map((name) => params.take(name)).find((value) => value !== undefined);
  return [target === undefined ? gone(table, path) : set(table, path, target)];
};

const PROTOCOLS: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '-1': 'all' };
const entry: Reading = (params) => {
  const acl = params.text('NetworkAclId');
  const direction = String(params.take('Egress')) === 'true' ? 'egress' : 'ingress';
  const path = `entries[${direction} ${params.text('RuleNumber')}]`;
  const action = params.take('RuleAction');
  if (action === undefined) return [gone(acl, path)];
  const protocol = PROTOCOLS[params.text('Protocol')];
  const range = params.take('PortRange') as { From: number | string; To: number | string } | undefined;
  const ports = range ? ` ${range.From}-${range.To}` : '';
  const types = params.take('IcmpTypeCode') as { Type: number | string; Code: number | string } | undefined;
  const sort = types ? icmp(types.Type, types.Code) : ports;
  return [set(acl, path, `${textOf(action)} ${protocol}${sort} ${params.text('CidrBlock')}`)];
};

const switched = (on: unknown) => (on === undefined ? undefined : on === 'enable');
/** The settings of an attachment that a call names. */
function attachmentOptions(params: Parameters): Record<string, boolean | undefined> {
  const options = (params.take('Options') ?? {}) as Readonly<Record<string, string>>;
  const { DnsSupport, ApplianceModeSupport, ...others } = options;
  if (Object.keys(others).length > 0) throw new Error(`options of an attachment: ${JSON.stringify(others)}`);
  return { dnsSupport: switched(DnsSupport), applianceMode: switched(ApplianceModeSupport) };
}
/** Members that a call adds to lists of a thing, and takes from them. */
function members(params: Parameters, id: string, names: Readonly<Record<string, string>>): Deed[] {
  return Object.entries(names).flatMap(([name, path]) => [
    ...params.list(`Add${name}`).map((item) => set(id, `${path}[${item}]`, item)),
    ...params.list(`Remove${name}`).map((item) => gone(id, `${path}[${item}]`)),
  ]);
}

const ec2Tags =
  (tell: (id: string, tags: Tags) => Deed[]): Reading =>
  (params) => {
    const tags = (params.take('Tags') ?? []) as Tags;
    return params.list('Resources').flatMap((id) => tell(id, tags));
  };
const untagged = (id: string, keys: readonly string[]) => keys.map((key) => gone(id, `tags.${key}`));

const logGroupOf = (arn: string) => arn.split(':').slice(6).join(':').replace(/:\*$/, '');
/** As plans print policies; nothing for the one that lets everything through. */
const policyOf = (document: string) =>
  document === '' || isEverything(document) ? '' : canonicalPolicy(document);

/** What each call that Landfall makes for networks, their logs and their roles says. */
export const NETWORK_READINGS: Readonly<Record<string, Reading>> = {
  CreateVpc: ec2Creation('Vpc', { CidrBlock: 'cidr' }),
  DeleteVpc: deletion('VpcId'),
  CreateDhcpOptions(params, after) {
    const given = (params.take('DhcpConfigurations') ?? []) as { Key: string; Values: string[] }[];
    const deeds = ec2Creation('DhcpOptions', {})(params, after);
    const options = Object.fromEntries(given.map(({ Key, Values }) => [Key, Values]));
    return [...deeds, set(deeds[0]?.split(' ')[0] ?? '', 'options', options)];
  },
  DeleteDhcpOptions: deletion('DhcpOptionsId'),
  AssociateDhcpOptions: (params) => [
    set(params.text('VpcId'), 'dhcpOptionsId', params.take('DhcpOptionsId')),
  ],
  ModifyVpcAttribute(params) {
    const vpc = params.text('VpcId');
    const names = { EnableDnsSupport: 'dnsSupport', EnableDnsHostnames: 'dnsHostnames' };
    return Object.entries(names).flatMap(([name, path]) => {
      const value = params.take(name) as { Value: unknown } | undefined;
      return value === undefined ? [] : [set(vpc, path, String(value.Value) === 'true')];
    });
  },
  AssociateVpcCidrBlock(params) {
    const cidr = params.text('CidrBlock');
    return [set(params.text('VpcId'), `cidrs[${cidr}]`, cidr)];
  },
  DisassociateVpcCidrBlock: (params, after) => [`${after.associated(params.text('AssociationId'))} gone`],
  CreateSubnet: ec2Creation('Subnet', { VpcId: 'vpcId', CidrBlock: 'cidr', AvailabilityZone: 'zone' }),
  DeleteSubnet: deletion('SubnetId'),
  CreateInternetGateway: ec2Creation('InternetGateway', {}),
  AttachInternetGateway: (params) => [set(params.text('InternetGatewayId'), 'vpcId', params.take('VpcId'))],
  DetachInternetGateway(params) {
    params.take('VpcId');
    return [gone(params.text('InternetGatewayId'), 'vpcId')];
  },
  DeleteInternetGateway: deletion('InternetGatewayId'),
  CreateRouteTable: ec2Creation('RouteTable', { VpcId: 'vpcId' }),
  DeleteRouteTable: deletion('RouteTableId'),
  CreateRoute: route,
  ReplaceRoute: route,
  DeleteRoute: route,
  AssociateRouteTable: (params) => [
    set(params.text('SubnetId'), 'routeTableId', params.take('RouteTableId')),
  ],
  ReplaceRouteTableAssociation: (params, after) => [
    `${after.associated(params.text('AssociationId'))} = ${JSON.stringify(params.take('RouteTableId'))}`,
  ],
  AllocateAddress: ec2Creation('ElasticIp', {}, { Domain: 'vpc' }),
  ReleaseAddress: deletion('AllocationId'),
  CreateNatGateway: ec2Creation(
    'NatGateway',
    { SubnetId: 'subnetId', AllocationId: 'allocationId' },
    { ConnectivityType: 'public' },
  ),
  DeleteNatGateway: deletion('NatGatewayId'),
  CreateTransitGatewayVpcAttachment(params, after) {
    const options = attachmentOptions(params);
    const names = { TransitGatewayId: 'transitGatewayId', VpcId: 'vpcId', SubnetIds: 'subnetIds' };
    const deeds = ec2Creation('TransitGatewayAttachment', names)(params, after);
    return [...deeds, ...fields(deeds[0]?.split(' ')[0] ?? '', options)];
  },
  ModifyTransitGatewayVpcAttachment(params) {
    const id = params.text('TransitGatewayAttachmentId');
    return [...members(params, id, { SubnetIds: 'subnetIds' }), ...fields(id, attachmentOptions(params))];
  },
  DeleteTransitGatewayVpcAttachment: deletion('TransitGatewayAttachmentId'),
  CreateNetworkAcl: ec2Creation('NetworkAcl', { VpcId: 'vpcId' }),
  DeleteNetworkAcl: deletion('NetworkAclId'),
  CreateNetworkAclEntry: entry,
  ReplaceNetworkAclEntry: entry,
  DeleteNetworkAclEntry: entry,
  // Which subnet it is about says only the id of its association with the default ACL, which no plan knows.
  ReplaceNetworkAclAssociation(params) {
    params.take('AssociationId');
    return [set('a subnet', 'networkAclId', params.take('NetworkAclId'))];
  },
  CreateSecurityGroup: ec2Creation('SecurityGroup', {
    VpcId: 'vpcId',
    GroupName: 'name',
    GroupDescription: 'description',
    Description: 'description',
  }),
  DeleteSecurityGroup: deletion('GroupId'),
  AuthorizeSecurityGroupIngress: rules('ingress', set),
  AuthorizeSecurityGroupEgress: rules('egress', set),
  RevokeSecurityGroupIngress: rules('ingress', gone),
  RevokeSecurityGroupEgress: rules('egress', gone),
  UpdateSecurityGroupRuleDescriptionsIngress: rules('ingress', described),
  UpdateSecurityGroupRuleDescriptionsEgress: rules('egress', described),
  CreateVpcEndpoint: ec2Creation('VpcEndpoint', {
    VpcId: 'vpcId',
    ServiceName: 'serviceName',
    VpcEndpointType: 'type',
    RouteTableIds: 'routeTableIds',
    SubnetIds: 'subnetIds',
    SecurityGroupIds: 'securityGroupIds',
    PrivateDnsEnabled: 'privateDns',
    PolicyDocument: 'policy',
  }),
  ModifyVpcEndpoint(params) {
    const id = params.text('VpcEndpointId');
    const lists = members(params, id, {
      RouteTableIds: 'routeTableIds',
      SubnetIds: 'subnetIds',
      SecurityGroupIds: 'securityGroupIds',
    });
    const privateDns = params.take('PrivateDnsEnabled');
    const policy = params.take('ResetPolicy') === undefined ? params.take('PolicyDocument') : '';
    return [
      ...lists,
      ...(privateDns === undefined ? [] : [set(id, 'privateDns', privateDns)]),
      ...(policy === undefined ? [] : [set(id, 'policy', policyOf(textOf(policy)))]),
    ];
  },
  DeleteVpcEndpoints: (params) => params.list('VpcEndpointIds').map(deleted),
  CreateFlowLogs(params, after) {
    const reading = ec2Creation(
      'FlowLog',
      {
        LogGroupName: 'logGroupName',
        DeliverLogsPermissionArn: 'roleArn',
        TrafficType: 'trafficType',
        MaxAggregationInterval: 'maxAggregationIntervalSeconds',
      },
      { LogDestinationType: 'cloud-watch-logs', ResourceType: 'VPC' },
    );
    const [vpc] = params.list('ResourceIds');
    const deeds = reading(params, after);
    return [...deeds, set(deeds[0]?.split(' ')[0] ?? '', 'vpcId', vpc)];
  },
  DeleteFlowLogs: (params) => params.list('FlowLogIds').map(deleted),
  CreateTags: ec2Tags((id, tags) => tagDeeds(id, tagsOf(tags))),
  DeleteTags: ec2Tags((id, tags) =>
    untagged(
      id,
      tags.map(({ Key }) => Key),
    ),
  ),
  CreateLogGroup: (params, after) =>
    creation('LogGroup', after, params.take('tags') as Record<string, string>, {
      name: params.take('logGroupName'),
    }),
  PutRetentionPolicy: (params) => [
    set(params.text('logGroupName'), 'retentionDays', params.take('retentionInDays')),
  ],
  DeleteLogGroup: deletion('logGroupName'),
  TagResource: (params) =>
    tagDeeds(logGroupOf(params.text('resourceArn')), params.take('tags') as Record<string, string>),
  UntagResource: (params) => untagged(logGroupOf(params.text('resourceArn')), params.list('tagKeys')),
  CreateRole: (params, after) =>
    creation('Role', after, tagsOf(params.take('Tags')), {
      name: params.take('RoleName'),
      path: params.take('Path'),
      trustPolicy: params.take('AssumeRolePolicyDocument'),
      permissionsBoundaryArn: params.take('PermissionsBoundary'),
    }),
  DeleteRole: deletion('RoleName'),
  PutRolePolicy: (params) => [
    set(
      params.text('RoleName'),
      `policies[${params.text('PolicyName')}]`,
      canonicalPolicy(params.text('PolicyDocument')),
    ),
  ],
  DeleteRolePolicy: (params) => [gone(params.text('RoleName'), `policies[${params.text('PolicyName')}]`)],
  TagRole: (params) => tagDeeds(params.text('RoleName'), tagsOf(params.take('Tags'))),
  UntagRole: (params) => untagged(params.text('RoleName'), params.list('TagKeys')),
};
