import * as ec2 from '@aws-sdk/client-ec2';
import { localTransitGateway } from '../../k8s-local/aws/identity-files.ts';
import { eventually } from './eventually.ts';
import type { World } from './world.ts';

/** A network that nobody made with Landfall, with ways out. */
export interface Joined {
  readonly natMode: NatMode;
  /** Ids by the nodes that they may become. */
  readonly nodes: Readonly<Record<string, string>> & { readonly vpc: string };
  readonly dhcpOptions: string;
}

type NatMode = 'PerZone' | 'Single';

const named = (ResourceType: ec2.ResourceType, Value: string): ec2.TagSpecification[] => [
  { ResourceType, Tags: [{ Key: 'Name', Value }] },
];

/**
 * Makes a VPC of two blocks and two zones, with an attachment to a transit gateway and a NAT gateway in each zone, or one
 * for both, which stands in the second.
 */
export async function makeJoined({ ec2: client }: Pick<World, 'ec2'>, natMode: NatMode): Promise<Joined> {
  const { Vpc } = await client.send(
    new ec2.CreateVpcCommand({ CidrBlock: '172.22.0.0/16', TagSpecifications: named('vpc', 'shop-joined') }),
  );
  const VpcId = Vpc?.VpcId ?? '';
  await client.send(new ec2.AssociateVpcCidrBlockCommand({ VpcId, CidrBlock: '172.23.0.0/16' }));
  await eventually('the further block', async () => {
    const { Vpcs } = await client.send(new ec2.DescribeVpcsCommand({ VpcIds: [VpcId] }));
    return Vpcs?.[0]?.CidrBlockAssociationSet?.every(
      ({ CidrBlockState }) => CidrBlockState?.State === 'associated',
    );
  });
  const { DhcpOptions } = await client.send(
    new ec2.CreateDhcpOptionsCommand({
      DhcpConfigurations: [{ Key: 'domain-name-servers', Values: ['172.22.0.2'] }],
    }),
  );
  const DhcpOptionsId = DhcpOptions?.DhcpOptionsId ?? '';
  await client.send(new ec2.AssociateDhcpOptionsCommand({ VpcId, DhcpOptionsId }));
  const { InternetGateway } = await client.send(new ec2.CreateInternetGatewayCommand({}));
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
  await client.send(new ec2.AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  const made: Record<string, string> = { 'internet-gateway': InternetGatewayId };
  const table = async (key: string) => {
    const { RouteTable } = await client.send(new ec2.CreateRouteTableCommand({ VpcId }));
    made[`route-table/${key}`] = RouteTable?.RouteTableId ?? '';
  };
  const route = (key: string, DestinationCidrBlock: string, to: Partial<ec2.CreateRouteRequest>) =>
    client.send(
      new ec2.CreateRouteCommand({ RouteTableId: made[`route-table/${key}`], DestinationCidrBlock, ...to }),
    );
  const subnet = async (key: string, CidrBlock: string, ofTable: string) => {
    const AvailabilityZone = `us-east-1${key.slice(-1)}`;
    const { Subnet } = await client.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }));
    const SubnetId = Subnet?.SubnetId ?? '';
    const RouteTableId = made[`route-table/${ofTable}`];
    await client.send(new ec2.AssociateRouteTableCommand({ SubnetId, RouteTableId }));
    made[`subnet/${key}`] = SubnetId;
  };
  const privateTables = natMode === 'PerZone' ? ['private-a', 'private-b'] : ['private'];
  const allTables = ['public', ...privateTables];
  for (const key of allTables) await table(key);
  await route('public', '0.0.0.0/0', { GatewayId: InternetGatewayId });
  await subnet('public-a', '172.22.0.0/24', 'public');
  await subnet('public-b', '172.22.1.0/24', 'public');
  await subnet('private-a', '172.22.16.0/20', privateTables.at(0) ?? '');
  await subnet('private-b', '172.23.16.0/20', privateTables.at(-1) ?? '');
  for (const zone of natMode === 'PerZone' ? ['a', 'b'] : ['b']) {
    const { AllocationId = '' } = await client.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }));
    const { NatGateway } = await client.send(
      new ec2.CreateNatGatewayCommand({
        SubnetId: made[`subnet/public-${zone}`],
        AllocationId,
        TagSpecifications: named('natgateway', `way-out-${zone}`),
      }),
    );
    const NatGatewayId = NatGateway?.NatGatewayId ?? '';
    Object.assign(made, { [`elastic-ip/${zone}`]: AllocationId, [`nat-gateway/${zone}`]: NatGatewayId });
    await eventually('the NAT gateway', async () => {
      const answer = await client.send(new ec2.DescribeNatGatewaysCommand({ NatGatewayIds: [NatGatewayId] }));
      return answer.NatGateways?.[0]?.State === 'available';
    });
    await route(natMode === 'PerZone' ? `private-${zone}` : 'private', '0.0.0.0/0', { NatGatewayId });
  }
  const { TransitGatewayVpcAttachment } = await client.send(
    new ec2.CreateTransitGatewayVpcAttachmentCommand({
      TransitGatewayId: localTransitGateway,
      VpcId,
      SubnetIds: ['a', 'b'].map((zone) => made[`subnet/private-${zone}`] ?? ''),
      TagSpecifications: named('transit-gateway-attachment', 'shop-joined'),
    }),
  );
  const id = TransitGatewayVpcAttachment?.TransitGatewayAttachmentId ?? '';
  made['transit-gateway-attachment'] = id;
  await eventually('the attachment', async () => {
    const answer = await client.send(
      new ec2.DescribeTransitGatewayVpcAttachmentsCommand({ TransitGatewayAttachmentIds: [id] }),
    );
    return answer.TransitGatewayVpcAttachments?.[0]?.State === 'available';
  });
  const TransitGatewayId = localTransitGateway;
  for (const key of privateTables) await route(key, '10.11.0.0/16', { TransitGatewayId });
  for (const key of allTables) await route(key, '10.12.0.0/16', { TransitGatewayId });
  return { natMode, nodes: { ...made, vpc: VpcId }, dhcpOptions: DhcpOptionsId };
}

/** The spec that says of such a network what is there. */
export function specOfJoined({ natMode, nodes, dhcpOptions }: Joined): {
  adopt: { node: string; id: string }[];
} {
  const subnets = (a: string, b: string) => [
    { zone: 'a', cidr: a },
    { zone: 'b', cidr: b },
  ];
  const spec = {
    accountRef: { name: 'main' },
    region: 'us-east-1',
    cidr: '172.22.0.0/16',
    secondaryCidrs: ['172.23.0.0/16'],
    zones: { names: ['us-east-1a', 'us-east-1b'] },
    dns: { support: 'Enabled', hostnames: 'Disabled' },
    dhcpOptions: { id: dhcpOptions },
    tiers: [
      { name: 'public', networkAcl: 'None', subnets: subnets('172.22.0.0/24', '172.22.1.0/24') },
      { name: 'private', networkAcl: 'None', subnets: subnets('172.22.16.0/20', '172.23.16.0/20') },
    ],
    nat: { mode: natMode },
    transitGateway: {
      id: localTransitGateway,
      routes: [
        { destination: '10.11.0.0/16' },
        { destination: '10.12.0.0/16', tiers: ['public', 'private'] },
      ],
    },
    flowLogs: { destination: 'None' },
  };
  const adopt = Object.entries(nodes).map(([node, id]) => ({ node, id }));
  return { ...spec, adopt: adopt.sort((one, other) => (one.node < other.node ? -1 : 1)) };
}
