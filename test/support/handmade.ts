import * as ec2 from '@aws-sdk/client-ec2';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { eventually, eventuallyTaken } from './eventually.ts';
import type { World } from './world.ts';

const LOG_GROUP = '/shop/flow';
const ROLE = 'shop-flow-writer';
/** Tags that a team gives its things, and one that a cluster's load balancers find subnets by. */
const TEAM = [{ Key: 'team', Value: 'shop' }];

/** The ids of a network that nobody made with Landfall, by what they are to the people who made it. */
export type Handmade = Readonly<Record<HandmadeName, string>>;
type HandmadeName =
  | 'vpc'
  | 'gateway'
  | 'front'
  | 'back'
  | 'front-a'
  | 'front-b'
  | 'back-a'
  | 'back-b'
  | 'web'
  | 'app'
  | 'db'
  | 'vpce'
  | 's3'
  | 'logs'
  | 'logGroup'
  | 'role'
  | 'flowLog';

const named = (ResourceType: ec2.ResourceType, Name: string): ec2.TagSpecification[] => [
  { ResourceType, Tags: [{ Key: 'Name', Value: Name }, ...TEAM] },
];

/** Makes a network as a person would: blocks, names and rules of their own. */
export async function makeByHand(world: World): Promise<Handmade> {
  const { ec2: client } = world;
  const { Vpc } = await client.send(
    new ec2.CreateVpcCommand({ CidrBlock: '172.20.0.0/16', TagSpecifications: named('vpc', 'shop-prod') }),
  );
  const VpcId = Vpc?.VpcId ?? '';
  await client.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const { InternetGateway } = await client.send(
    new ec2.CreateInternetGatewayCommand({ TagSpecifications: named('internet-gateway', 'shop-door') }),
  );
  const gateway = InternetGateway?.InternetGatewayId ?? '';
  await client.send(new ec2.AttachInternetGatewayCommand({ VpcId, InternetGatewayId: gateway }));
  const table = async (name: string) => {
    const made = await client.send(
      new ec2.CreateRouteTableCommand({ VpcId, TagSpecifications: named('route-table', name) }),
    );
    return made.RouteTable?.RouteTableId ?? '';
  };
  const [front, back] = [await table('front'), await table('back')];
  await client.send(
    new ec2.CreateRouteCommand({
      RouteTableId: front,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: gateway,
    }),
  );
  const subnet = async (name: string, CidrBlock: string, zone: string, RouteTableId: string) => {
    const { Subnet } = await client.send(
      new ec2.CreateSubnetCommand({
        VpcId,
        CidrBlock,
        AvailabilityZone: `us-east-1${zone}`,
        TagSpecifications: named('subnet', name),
      }),
    );
    const SubnetId = Subnet?.SubnetId ?? '';
    await client.send(new ec2.AssociateRouteTableCommand({ SubnetId, RouteTableId }));
    return SubnetId;
  };
  const group = async (GroupName: string, IpPermissions: ec2.IpPermission[], egress: ec2.IpPermission[]) => {
    const { GroupId = '' } = await client.send(
      new ec2.CreateSecurityGroupCommand({
        VpcId,
        GroupName,
        Description: 'made by hand',
        TagSpecifications: named('security-group', GroupName),
      }),
    );
    if (IpPermissions.length > 0)
      await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    const everything = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    await client.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: everything }));
    if (egress.length > 0)
      await client.send(new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress }));
    return GroupId;
  };
  const tcp = (port: number, peer: Partial<ec2.IpPermission>): ec2.IpPermission => ({
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    ...peer,
  });
  const from = (GroupId: string): Partial<ec2.IpPermission> => ({ UserIdGroupPairs: [{ GroupId }] });
  const anyone: Partial<ec2.IpPermission> = { IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'world' }] };

  const { PrefixLists } = await client.send(new ec2.DescribePrefixListsCommand({}));
  const s3List = PrefixLists?.find(({ PrefixListName }) => PrefixListName?.endsWith('.s3'))?.PrefixListId;
  const web = await group('shop-web', [tcp(443, anyone)], []);
  const app = await group('shop-app', [tcp(8080, from(web))], []);
  const db = await group('shop-db', [tcp(5432, from(app))], []);
  const vpce = await group('shop-vpce', [tcp(443, from(app))], []);
  const out = (GroupId: string, IpPermissions: ec2.IpPermission[]) =>
    client.send(new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
  await out(web, [tcp(8080, from(app))]);
  await out(app, [
    tcp(5432, from(db)),
    tcp(443, from(vpce)),
    tcp(443, { PrefixListIds: [{ PrefixListId: s3List }] }),
  ]);

  const frontA = await subnet('front-a', '172.20.200.0/26', 'a', front);
  const frontB = await subnet('front-b', '172.20.200.64/26', 'b', front);
  const backA = await subnet('back-a', '172.20.16.0/20', 'a', back);
  const backB = await subnet('back-b', '172.20.32.0/20', 'b', back);
  const s3 = await client.send(
    new ec2.CreateVpcEndpointCommand({
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.s3',
      VpcEndpointType: 'Gateway',
      RouteTableIds: [back],
      TagSpecifications: named('vpc-endpoint', 'shop-s3'),
    }),
  );
  const logs = await client.send(
    new ec2.CreateVpcEndpointCommand({
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.logs',
      VpcEndpointType: 'Interface',
      SubnetIds: [backA, backB],
      SecurityGroupIds: [vpce],
      PrivateDnsEnabled: true,
    }),
  );

  const iam = new IAMClient(world.clientOptions());
  const cloudWatch = new CloudWatchLogsClient(world.clientOptions());
  await cloudWatch.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP, tags: { team: 'shop' } }));
  await cloudWatch.send(new PutRetentionPolicyCommand({ logGroupName: LOG_GROUP, retentionInDays: 30 }));
  const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const role = await iam.send(
    new CreateRoleCommand({
      RoleName: ROLE,
      AssumeRolePolicyDocument: policy({
        Effect: 'Allow',
        Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: ROLE,
      PolicyName: 'write',
      PolicyDocument: policy({ Effect: 'Allow', Action: 'logs:*', Resource: '*' }),
    }),
  );
  const flow = await client.send(
    new ec2.CreateFlowLogsCommand({
      ResourceIds: [VpcId],
      ResourceType: 'VPC',
      TrafficType: 'REJECT',
      LogDestinationType: 'cloud-watch-logs',
      LogGroupName: LOG_GROUP,
      DeliverLogsPermissionArn: role.Role?.Arn,
      MaxAggregationInterval: 60,
    }),
  );
  iam.destroy();
  cloudWatch.destroy();
  return {
    vpc: VpcId,
    gateway,
    front,
    back,
    'front-a': frontA,
    'front-b': frontB,
    'back-a': backA,
    'back-b': backB,
    web,
    app,
    db,
    vpce,
    s3: s3.VpcEndpoint?.VpcEndpointId ?? '',
    logs: logs.VpcEndpoint?.VpcEndpointId ?? '',
    logGroup: LOG_GROUP,
    role: ROLE,
    flowLog: flow.FlowLogIds?.[0] ?? '',
  };
}

/**
 * Adds rules to a group, the way out among them that AWS gives each, and what no SecureVpc has: a second subnet of a tier
 * in a zone, a group of its own kind, an ACL, a route, and no DHCP options.
 */
export async function complicate(world: World, made: Handmade) {
  const { ec2: client } = world;
  const VpcId = made.vpc;
  const { Subnet } = await client.send(
    new ec2.CreateSubnetCommand({
      VpcId,
      CidrBlock: '172.20.64.0/24',
      AvailabilityZone: 'us-east-1a',
      TagSpecifications: named('subnet', 'spare'),
    }),
  );
  const { GroupId } = await client.send(
    new ec2.CreateSecurityGroupCommand({ VpcId, GroupName: 'shop-office', Description: 'made by hand' }),
  );
  const IpPermissions = [
    { IpProtocol: 'udp', FromPort: 1194, ToPort: 1194, IpRanges: [{ CidrIp: '203.0.113.0/24' }] },
  ];
  await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId: made.app,
      IpPermissions: [
        { IpProtocol: 'udp', FromPort: 8125, ToPort: 8125, IpRanges: [{ CidrIp: '10.12.0.0/16' }] },
      ],
    }),
  );
  await client.send(
    new ec2.AuthorizeSecurityGroupEgressCommand({
      GroupId: made.app,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  );
  const { NetworkAcl } = await client.send(new ec2.CreateNetworkAclCommand({ VpcId }));
  await client.send(
    new ec2.CreateRouteCommand({
      RouteTableId: made.front,
      DestinationCidrBlock: '192.0.2.0/24',
      GatewayId: made.gateway,
    }),
  );
  await client.send(new ec2.AssociateDhcpOptionsCommand({ VpcId, DhcpOptionsId: 'default' }));
  return {
    subnet: Subnet?.SubnetId ?? '',
    group: GroupId ?? '',
    acl: NetworkAcl?.NetworkAclId ?? '',
    route: '192.0.2.0/24',
    dhcpOptions: 'no DHCP options at all',
  };
}

/** Takes such a network down, with whatever else stands in its VPC. */
export async function demolish(world: World, made: Pick<Handmade, 'vpc'>): Promise<void> {
  await demolishVpc(world, made.vpc);
  const iam = new IAMClient(world.clientOptions());
  const cloudWatch = new CloudWatchLogsClient(world.clientOptions());
  await cloudWatch.send(new DeleteLogGroupCommand({ logGroupName: LOG_GROUP }));
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName: ROLE }));
  for (const PolicyName of PolicyNames ?? [])
    await iam.send(new DeleteRolePolicyCommand({ RoleName: ROLE, PolicyName }));
  await iam.send(new DeleteRoleCommand({ RoleName: ROLE }));
  iam.destroy();
  cloudWatch.destroy();
}

/** Takes a VPC down with everything that stands in it. */
export async function demolishVpc({ ec2: client }: Pick<World, 'ec2'>, VpcId: string): Promise<void> {
  const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
  const { NatGateways } = await client.send(new ec2.DescribeNatGatewaysCommand({ Filter: Filters }));
  for (const { NatGatewayId } of NatGateways ?? [])
    await client.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId }));
  const attachments = await client.send(new ec2.DescribeTransitGatewayVpcAttachmentsCommand({ Filters }));
  for (const { TransitGatewayAttachmentId } of attachments.TransitGatewayVpcAttachments ?? [])
    await client.send(new ec2.DeleteTransitGatewayVpcAttachmentCommand({ TransitGatewayAttachmentId }));
  for (const { AllocationId } of (NatGateways ?? []).flatMap((nat) => nat.NatGatewayAddresses ?? []))
    await eventuallyTaken('the address released', () =>
      client.send(new ec2.ReleaseAddressCommand({ AllocationId })),
    );
  const flowLogs = await client.send(
    new ec2.DescribeFlowLogsCommand({ Filter: [{ Name: 'resource-id', Values: [VpcId] }] }),
  );
  const FlowLogIds = (flowLogs.FlowLogs ?? []).flatMap(({ FlowLogId }) => FlowLogId ?? []);
  if (FlowLogIds.length > 0) await client.send(new ec2.DeleteFlowLogsCommand({ FlowLogIds }));
  const endpoints = await client.send(new ec2.DescribeVpcEndpointsCommand({ Filters }));
  const VpcEndpointIds = (endpoints.VpcEndpoints ?? []).flatMap(({ VpcEndpointId }) => VpcEndpointId ?? []);
  if (VpcEndpointIds.length > 0) await client.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds }));
  await eventually('no network interface', async () => {
    const { NetworkInterfaces } = await client.send(new ec2.DescribeNetworkInterfacesCommand({ Filters }));
    return NetworkInterfaces?.length === 0;
  });
  const { Subnets } = await client.send(new ec2.DescribeSubnetsCommand({ Filters }));
  for (const { SubnetId } of Subnets ?? []) await client.send(new ec2.DeleteSubnetCommand({ SubnetId }));
  const { RouteTables } = await client.send(new ec2.DescribeRouteTablesCommand({ Filters }));
  for (const { RouteTableId, Associations } of RouteTables ?? [])
    if (!Associations?.some(({ Main }) => Main))
      await client.send(new ec2.DeleteRouteTableCommand({ RouteTableId }));
  const { NetworkAcls } = await client.send(new ec2.DescribeNetworkAclsCommand({ Filters }));
  for (const { NetworkAclId, IsDefault } of NetworkAcls ?? [])
    if (!IsDefault) await client.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId }));
  const gateways = await client.send(
    new ec2.DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [VpcId] }] }),
  );
  for (const { InternetGatewayId } of gateways.InternetGateways ?? []) {
    await client.send(new ec2.DetachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    await client.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId }));
  }
  const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({ Filters }));
  const own = (SecurityGroups ?? []).filter(({ GroupName }) => GroupName !== 'default');
  for (const { GroupId, IpPermissions, IpPermissionsEgress } of own) {
    if (IpPermissions?.length)
      await client.send(new ec2.RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    if (IpPermissionsEgress?.length)
      await client.send(
        new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }),
      );
  }
  for (const { GroupId } of own) await client.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
  await client.send(new ec2.DeleteVpcCommand({ VpcId }));
}

/** The spec that says of such a network what is there. */
export function specOf(made: Handmade): object {
  const subnets = (a: string, b: string) => [
    { zone: 'a', cidr: a },
    { zone: 'b', cidr: b },
  ];
  return {
    accountRef: { name: 'main' },
    region: 'us-east-1',
    cidr: '172.20.0.0/16',
    zones: { names: ['us-east-1a', 'us-east-1b'] },
    tiers: [
      { name: 'public', networkAcl: 'None', subnets: subnets('172.20.200.0/26', '172.20.200.64/26') },
      { name: 'private', networkAcl: 'None', subnets: subnets('172.20.16.0/20', '172.20.32.0/20') },
    ],
    securityGroups: {
      alb: { ingress: { cidrs: ['0.0.0.0/0'], ports: [{ name: 'https', port: 443 }] } },
      ecs: { ports: [{ name: 'tcp-8080', fromPort: 8080, toPort: 8080 }] },
      data: { ports: [{ name: 'postgres', port: 5432 }] },
      endpoints: {},
    },
    endpoints: [{ service: 's3' }, { service: 'logs' }],
    flowLogs: { retentionDays: 30, trafficType: 'REJECT', maxAggregationIntervalSeconds: 60 },
    adopt: [
      ['vpc', 'vpc'],
      ['internet-gateway', 'gateway'],
      ['route-table/public', 'front'],
      ['route-table/private', 'back'],
      ['subnet/public-a', 'front-a'],
      ['subnet/public-b', 'front-b'],
      ['subnet/private-a', 'back-a'],
      ['subnet/private-b', 'back-b'],
      ['security-group/alb', 'web'],
      ['security-group/ecs', 'app'],
      ['security-group/data', 'db'],
      ['security-group/endpoints', 'vpce'],
      ['endpoint/s3', 's3'],
      ['endpoint/logs', 'logs'],
      ['log-group/flow-logs', 'logGroup'],
      ['role/flow-logs', 'role'],
      ['flow-log', 'flowLog'],
    ].map(([node, name]) => ({ node, id: made[name as HandmadeName] })),
  };
}
