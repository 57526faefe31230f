import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeNetworkInterfacesCommand,
  DetachInternetGatewayCommand,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';

import { ec2, given } from './harness.ts';
import { eventually } from './held-clock.ts';

/** A VPC with an internet gateway, a subnet in each of two zones, and a security group. */
export interface OwnNetwork {
  vpc: string;
  subnets: [string, string];
  group: string;
  interfaces: () => Promise<NetworkInterface[]>;
  deleteGroup: () => Promise<unknown>;
  /** Deletes all of it, waiting for interfaces that linger. */
  remove: () => Promise<void>;
}

export async function ownNetwork(): Promise<OwnNetwork> {
  const vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
  const gateway = given(
    (await ec2().send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId,
  );
  await ec2().send(new AttachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc }));
  const subnet = async (CidrBlock: string, AvailabilityZone: string) =>
    given(
      (await ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone }))).Subnet
        ?.SubnetId,
    );
  const subnets: [string, string] = [
    await subnet('10.0.0.0/24', 'us-east-1a'),
    await subnet('10.0.1.0/24', 'us-east-1b'),
  ];
  const made = await ec2().send(
    new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: 'g', Description: 'g' }),
  );
  const group = given(made.GroupId);
  const interfaces = async () => {
    const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
    return given((await ec2().send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces);
  };
  const deleteGroup = () => ec2().send(new DeleteSecurityGroupCommand({ GroupId: group }));
  const remove = async () => {
    await eventually(async () => ((await interfaces()).length === 0 ? true : undefined));
    await deleteGroup();
    for (const SubnetId of subnets) await ec2().send(new DeleteSubnetCommand({ SubnetId }));
    await ec2().send(new DetachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc }));
    await ec2().send(new DeleteInternetGatewayCommand({ InternetGatewayId: gateway }));
    await ec2().send(new DeleteVpcCommand({ VpcId: vpc }));
  };
  return { vpc, subnets, group, interfaces, deleteGroup, remove };
}
