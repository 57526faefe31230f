import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateFlowLogsCommand,
  CreateInternetGatewayCommand,
  CreateNetworkAclCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteInternetGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DetachInternetGatewayCommand,
  ModifyVpcAttributeCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';

import { eventually } from '../../support/eventually.ts';
import { aws, clientOptions, ec2, given, refused, tagged } from './harness.ts';

const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'vpc-flow-logs.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
});

interface Network {
  vpc: string;
  subnet: string;
  gateway: string;
  table: string;
  acl: string;
  group: string;
  endpoints: string[];
}

async function makeVpc(): Promise<Pick<Network, 'vpc' | 'subnet' | 'gateway' | 'table'>> {
  const made = await ec2().send(
    new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications: tagged('vpc', 'n') }),
  );
  const vpc = given(made.Vpc?.VpcId);
  await ec2().send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
  const subnet = given(
    (await ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.0.0/24' }))).Subnet?.SubnetId,
  );
  const gateway = given(
    (await ec2().send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId,
  );
  await ec2().send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
  const table = given(
    (await ec2().send(new CreateRouteTableCommand({ VpcId: vpc }))).RouteTable?.RouteTableId,
  );
  await ec2().send(
    new CreateRouteCommand({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway }),
  );
  await ec2().send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: subnet }));
  return { vpc, subnet, gateway, table };
}

async function makeNetwork(): Promise<Network> {
  const base = await makeVpc();
  const { vpc, subnet, table } = base;
  const acl = given((await ec2().send(new CreateNetworkAclCommand({ VpcId: vpc }))).NetworkAcl?.NetworkAclId);
  const Filters = [{ Name: 'association.subnet-id', Values: [subnet] }];
  const [standard] = given((await ec2().send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls);
  const AssociationId = given(standard?.Associations?.[0]?.NetworkAclAssociationId);
  await ec2().send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId: acl }));
  const group = given(
    (await ec2().send(new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: 'g', Description: 'g' })))
      .GroupId,
  );
  const UserIdGroupPairs = [{ GroupId: group }];
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs }];
  const TagSpecifications = tagged('security-group-rule', 'n');
  await ec2().send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions, TagSpecifications }),
  );
  const s3 = { VpcId: vpc, ServiceName: 'com.amazonaws.us-east-1.s3', RouteTableIds: [table] };
  const ssm = {
    VpcId: vpc,
    ServiceName: 'com.amazonaws.us-east-1.ssm',
    VpcEndpointType: 'Interface',
  } as const;
  const made = [
    await ec2().send(new CreateVpcEndpointCommand(s3)),
    await ec2().send(
      new CreateVpcEndpointCommand({ ...ssm, SubnetIds: [subnet], SecurityGroupIds: [group] }),
    ),
  ];
  return { ...base, acl, group, endpoints: made.map((answer) => given(answer.VpcEndpoint?.VpcEndpointId)) };
}

async function makeFlowLog(vpc: string): Promise<void> {
  const iam = new IAMClient(clientOptions(aws()));
  const role = await iam.send(new CreateRoleCommand({ RoleName: 'flow', AssumeRolePolicyDocument: trust }));
  await iam.send(new PutRolePolicyCommand({ RoleName: 'flow', PolicyName: 'p', PolicyDocument: policy }));
  await new CloudWatchLogsClient(clientOptions(aws())).send(
    new CreateLogGroupCommand({ logGroupName: 'flow', tags: { test: 'n' } }),
  );
  await ec2().send(
    new CreateFlowLogsCommand({
      ResourceIds: [vpc],
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogGroupName: 'flow',
      DeliverLogsPermissionArn: role.Role?.Arn,
      TagSpecifications: tagged('vpc-flow-log', 'n'),
    }),
  );
}

async function removeNetwork(network: Network): Promise<void> {
  const { vpc, subnet, gateway, table, acl, group, endpoints } = network;
  await ec2().send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: endpoints }));
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  await eventually('no network interface', async () => {
    const left = await ec2().send(new DescribeNetworkInterfacesCommand({ Filters }));
    return left.NetworkInterfaces?.length === 0;
  });
  await ec2().send(new DeleteSubnetCommand({ SubnetId: subnet }));
  await ec2().send(new DeleteRouteTableCommand({ RouteTableId: table }));
  await ec2().send(new DeleteNetworkAclCommand({ NetworkAclId: acl }));
  await ec2().send(new DeleteSecurityGroupCommand({ GroupId: group }));
  await ec2().send(new DetachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
  await ec2().send(new DeleteInternetGatewayCommand({ InternetGatewayId: gateway }));
  await ec2().send(new DeleteVpcCommand({ VpcId: vpc }));
}

/** A whole network comes and goes. */
export function life(): void {
  test('what is made and deleted leaves the dump as it was, byte for byte', async () => {
    await aws().reset();
    const before = await aws().dump();
    const network = await makeNetwork();
    await makeFlowLog(network.vpc);
    const during = await aws().dump();
    for (const id of [network.vpc, network.subnet, network.acl, network.group, ...network.endpoints]) {
      expect(during).toContain(id);
    }
    await removeNetwork(network);
    // The flow log goes with its VPC; role and log group are their owner's to delete.
    const iam = new IAMClient(clientOptions(aws()));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'flow', PolicyName: 'p' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'flow' }));
    expect(await aws().dump()).not.toBe(before);
    await new CloudWatchLogsClient(clientOptions(aws())).send(
      new DeleteLogGroupCommand({ logGroupName: 'flow' }),
    );
    expect(await aws().dump()).toBe(before);
  });

  test('a tag for something that does not exist is refused', async () => {
    await aws().reset();
    const Tags = [{ Key: 'a', Value: 'b' }];
    for (const [id, code] of [
      ['vpc-0123456789abcdef0', 'InvalidVpcID.NotFound'],
      ['acl-0123456789abcdef0', 'InvalidNetworkAclID.NotFound'],
      ['vpce-0123456789abcdef0', 'InvalidVpcEndpointId.NotFound'],
      ['sgr-0123456789abcdef0', 'InvalidSecurityGroupRuleId.NotFound'],
    ] as const) {
      await refused(ec2().send(new CreateTagsCommand({ Resources: [id], Tags })), code);
    }
  });
}
