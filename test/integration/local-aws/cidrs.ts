import {
  AssociateVpcCidrBlockCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateInternetGatewayCommand,
  AttachInternetGatewayCommand,
  DeleteSubnetCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  DisassociateVpcCidrBlockCommand,
} from '@aws-sdk/client-ec2';
import { beforeEach, expect, test } from 'vitest';
import { aws, ec2, given, refused } from './harness.ts';
import { eventually } from './held-clock.ts';

/** Further blocks of a VPC. */
export function cidrBlocks(): void {
  let vpc: string;
  const associate = (CidrBlock: string, VpcId = vpc) =>
    ec2().send(new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock }));
  const subnet = (CidrBlock: string) => ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock }));
  const state = async (block: string) => {
    const { Vpcs } = await ec2().send(new DescribeVpcsCommand({ VpcIds: [vpc] }));
    const found = Vpcs?.[0]?.CidrBlockAssociationSet?.find(({ CidrBlock }) => CidrBlock === block);
    return found?.CidrBlockState?.State;
  };
  const becomes = (block: string, wanted: string | undefined) =>
    eventually(async () => ((await state(block)) === wanted ? true : undefined));

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.2.0.0/16' }))).Vpc?.VpcId);
  });

  test('are associating, associated, disassociating, disassociated, and then no longer listed', async () => {
    const { CidrBlockAssociation } = await associate('100.64.0.0/16');
    expect(CidrBlockAssociation?.CidrBlockState?.State).toBe('associating');
    expect(await state('100.64.0.0/16')).toBe('associating');
    await refused(subnet('100.64.0.0/20'), 'InvalidSubnet.Range');
    await becomes('100.64.0.0/16', 'associated');
    const { Subnet } = await subnet('100.64.0.0/20');
    const destinations = async () =>
      (
        await ec2().send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }))
      ).RouteTables?.[0]?.Routes?.map(({ DestinationCidrBlock }) => DestinationCidrBlock);
    expect(await destinations()).toEqual(['10.2.0.0/16', '100.64.0.0/16']);
    const AssociationId = CidrBlockAssociation?.AssociationId;
    const disassociate = () => ec2().send(new DisassociateVpcCidrBlockCommand({ AssociationId }));
    await refused(disassociate(), 'InvalidCidrBlock.InUse', /currently has a subnet within CIDR block/);
    await ec2().send(new DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId }));
    await disassociate();
    expect(await state('100.64.0.0/16')).toBe('disassociating');
    await becomes('100.64.0.0/16', 'disassociated');
    expect(await destinations()).toEqual(['10.2.0.0/16']);
    await refused(disassociate(), 'InvalidVpcCidrBlockAssociationID.NotFound');
    await becomes('100.64.0.0/16', undefined);
  });

  test.each([
    ['100.64.0.0/10', /invalid/],
    ['192.168.0.0/16', /restricted/],
    ['172.31.0.0/20', /restricted/],
    ['198.19.0.0/20', /restricted/],
    ['10.2.128.0/20', /conflicts with another CIDR/],
  ])('%s is refused', async (block, words) => {
    await refused(associate(block), 'InvalidVpc.Range', words);
  });

  test('of 10.0.0.0/16 are refused beside 10.0.0.0/15, and taken beside others', async () => {
    const { Vpc } = await ec2().send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
    await refused(associate('10.0.0.0/16', Vpc?.VpcId), 'InvalidVpc.Range', /restricted/);
    await associate('10.0.0.0/16');
  });

  test('that a route leads elsewhere are refused', async () => {
    const { InternetGateway } = await ec2().send(new CreateInternetGatewayCommand({}));
    const GatewayId = InternetGateway?.InternetGatewayId;
    await ec2().send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId: vpc }));
    const { RouteTable } = await ec2().send(new CreateRouteTableCommand({ VpcId: vpc }));
    const { RouteTableId } = given(RouteTable);
    await ec2().send(
      new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '10.3.0.0/24', GatewayId }),
    );
    await refused(associate('10.3.0.0/16'), 'InvalidVpc.Range', /conflicts with a route/);
    await associate('10.3.0.0/25');
  });

  test('are five at most', async () => {
    for (const second of [64, 65, 66, 67]) await associate(`100.${second}.0.0/16`);
    await refused(associate('100.68.0.0/16'), 'CidrLimitExceeded');
  });
}
