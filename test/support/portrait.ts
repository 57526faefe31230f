import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeAddressesCommand,
  DescribeDhcpOptionsCommand,
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetAccountAuthorizationDetailsCommand, IAMClient } from '@aws-sdk/client-iam';
import { unlessGone } from '../../operator/aws/errors.ts';
import { containersOf } from './portrait-containers.ts';
import { edgeOf } from './portrait-edge.ts';
import { balancersOf, capacityOf, providedOf, scalersOf } from './portrait-services.ts';
import { backupsOf } from './portrait-backups.ts';
import { cachesOf, databaseClustersOf, databasesOf, secretsOf, tablesOf } from './portrait-stores.ts';
import type { World } from './world.ts';

/**
 * Everything that the account holds of what networks and services consist of, ours or not, in a form that two accounts share
 * if they differ only in ids, addresses that AWS chose, and times: ids read as the node that they belong to.
 */
export async function portrait(world: World): Promise<Record<string, unknown[]>> {
  const things = await everything(world);
  const names = new Map(
    Object.values(things)
      .flat()
      .flatMap((thing) => {
        const node = nodeOf(thing);
        return node === undefined ? [] : idsIn(thing).map((id) => [id, node] as const);
      }),
  );
  return Object.fromEntries(
    Object.entries(things).map(([type, records]) => [
      type,
      sorted(records.map((record) => plain(record, names))),
    ]),
  );
}

/** How many objects of each class the emulator holds, whatever they are. */
export function census(dump: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (value !== null && typeof value === 'object') {
      const { $class } = value as { $class?: unknown };
      if (typeof $class === 'string') counts[$class] = (counts[$class] ?? 0) + 1;
      Object.values(value).forEach(visit);
    }
  };
  visit(JSON.parse(dump));
  return counts;
}

async function everything(world: World): Promise<Record<string, object[]>> {
  const { ec2 } = world;
  const logs = new CloudWatchLogsClient(world.clientOptions());
  const iam = new IAMClient(world.clientOptions());
  const ecs = new ECSClient(world.clientOptions());
  const elb = new ElasticLoadBalancingV2Client(world.clientOptions());
  try {
    const vpcs = (await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? [];
    const attributes = await Promise.all(
      vpcs.flatMap(({ VpcId, Tags }) =>
        (['enableDnsSupport', 'enableDnsHostnames'] as const).map(async (Attribute) => {
          // One that goes while it is looked at has none; it was listed, so this look is no match anyway.
          const answer = await unlessGone(ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute })));
          const value = answer?.EnableDnsSupport ?? answer?.EnableDnsHostnames;
          return { Attribute, Value: value?.Value, Name: Tags?.find((tag) => tag.Key === 'Name')?.Value };
        }),
      ),
    );
    const roles = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] }));
    return {
      vpcs,
      attributes,
      dhcpOptions: (await ec2.send(new DescribeDhcpOptionsCommand({}))).DhcpOptions ?? [],
      subnets: (await ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? [],
      gateways: (await ec2.send(new DescribeInternetGatewaysCommand({}))).InternetGateways ?? [],
      // Those that are gone stay listed, and differ in number.
      natGateways:
        (await ec2.send(new DescribeNatGatewaysCommand({}))).NatGateways?.filter(
          ({ State }) => State !== 'deleted',
        ) ?? [],
      addresses: (await ec2.send(new DescribeAddressesCommand({}))).Addresses ?? [],
      tables: (await ec2.send(new DescribeRouteTablesCommand({}))).RouteTables ?? [],
      acls: (await ec2.send(new DescribeNetworkAclsCommand({}))).NetworkAcls ?? [],
      groups: (await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? [],
      endpoints: (await ec2.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints ?? [],
      attachments:
        (
          await ec2.send(new DescribeTransitGatewayVpcAttachmentsCommand({}))
        ).TransitGatewayVpcAttachments?.filter(({ State }) => State !== 'deleted') ?? [],
      interfaces: (await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces ?? [],
      flowLogs: (await ec2.send(new DescribeFlowLogsCommand({}))).FlowLogs ?? [],
      logGroups: (await logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? [],
      roles: roles.RoleDetailList ?? [],
      ...(await containersOf(ecs)),
      ...(await balancersOf(elb)),
      ...(await providedOf(ec2)),
      ...(await scalersOf(world)),
      ...(await edgeOf(world)),
      ...(await databasesOf(world)),
      ...(await secretsOf(world)),
      ...(await backupsOf(world)),
      ...(await cachesOf(world)),
      ...(await tablesOf(world)),
      ...(await databaseClustersOf(world)),
      ...(await capacityOf(world, { ec2, ecs, iam })),
    };
  } finally {
    ecs.destroy();
    elb.destroy();
    logs.destroy();
    iam.destroy();
  }
}

function nodeOf(thing: object): string | undefined {
  const { Tags = [] } = thing as { Tags?: Tag[] };
  return Tags.find((tag) => tag.Key === 'landfall.dev/node')?.Value;
}

/** The thing's own id: the field that ends in `Id` and names the thing comes before the ids of what it uses. */
function idsIn(thing: object): string[] {
  const own = [
    'NatGatewayId',
    'AllocationId',
    'TransitGatewayAttachmentId',
    'SubnetId',
    'RouteTableId',
    'NetworkAclId',
    'GroupId',
    'VpcEndpointId',
    'InternetGatewayId',
    'FlowLogId',
    'RoleId',
    'VpcId',
    // A VPC has its set's besides its own.
    'DhcpOptionsId',
  ];
  const fields = thing as Record<string, unknown>;
  const field = own.find((name) => typeof fields[name] === 'string');
  return field === undefined ? [] : [String(fields[field])];
}

const ID = /\b[a-z]+-[0-9a-f]{17}\b/g;
/** At the end of ARNs of load balancers, and of what belongs to them. */
const HEX = /\b(?<=\/)[0-9a-f]{16}\b/g;
/** By which tasks of ECS name what they hold, and in names that AWS gives. */
const UUID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** By which AWS finds that a private name is its owner's. */
const NAME_PROOF = /\b_[0-9a-f]{13}\b|(?<=\bvpce:)[0-9a-f]{20}\b/g;

/** Of the names of caches and their nodes, and of clusters of databases. */
const STORE_DOMAIN =
  /(?<=\.)[0-9a-f]{6}(?=\.\w+\.cache\.amazonaws\.com)|(?<=\.cluster-(ro-)?)[0-9a-z]{12}(?=\.)/g;

/** Of a launch template's version: of ids, too, that AWS chooses. */
const CONTENT = /\blandfall [0-9a-f]{32}\b/g;

function plain(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (value instanceof Date) return 'time';
  if (Array.isArray(value)) return sorted(value.map((item) => plain(item, names)));
  if (value !== null && typeof value === 'object') {
    const tag = value as Tag & { key?: string };
    if ((tag.Key ?? tag.key) === 'landfall.dev/uid') return 'uid';
    if (tag.Key === 'landfall.dev/password') return 'password';
    if (/^landfall\.dev\/(claim-(since|from)|retained)$/.test(tag.Key ?? '')) return 'time';
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, item]) => item !== undefined && !VARYING.has(key))
        .map(([key, item]) => [key, plain(item, names)]),
    );
  }
  if (typeof value !== 'string') return value;
  return value
    .replaceAll(ID, (id) => names.get(id) ?? id.replace(/-.*/, ''))
    .replaceAll(UUID, 'uuid')
    .replaceAll(HEX, 'hex')
    .replaceAll(NAME_PROOF, 'proof')
    .replaceAll(STORE_DOMAIN, 'hex')
    .replaceAll(CONTENT, 'landfall content');
}

/** Chosen by AWS at random, or the time. */
const VARYING = new Set([
  'InstanceProfileId',
  'PublicIp',
  'PublicDnsName',
  'PrivateIp',
  'AssociationId',
  'MacAddress',
  'PrivateIpAddress',
  'PrivateIpAddresses',
  'PrivateDnsName',
  'RoleId',
  'creationTime',
  'storedBytes',
  'AvailableIpAddressCount',
  'DnsEntries',
  'DNSName',
  'AttachTime',
  'SecretArn',
  'DbiResourceId',
  'DbClusterResourceId',
  'ClusterCreateTime',
]);

function sorted(items: readonly unknown[]): unknown[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
