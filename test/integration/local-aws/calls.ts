import {
  CreateFlowLogsCommand,
  CreateInternetGatewayCommand,
  CreateNetworkAclCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteFlowLogsCommand,
  DeleteRouteTableCommand,
  DeleteVpcCommand,
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  paginateDescribeRouteTables,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, clientOptions, ec2, given, refused, tagged } from './harness.ts';

/** Client tokens, pages, tags and flow logs. */
export function calls(): void {
  let vpc: string;

  beforeEach(async () => {
    await aws().reset();
    vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
  });

  async function flowRole(service = 'vpc-flow-logs.amazonaws.com'): Promise<string> {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    };
    const made = await new IAMClient(clientOptions(aws())).send(
      new CreateRoleCommand({
        RoleName: service.split('.')[0],
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    );
    return given(made.Role?.Arn);
  }

  test('a dry run makes nothing, and says that it would', async () => {
    const before = await aws().dump();
    await refused(
      ec2().send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16', DryRun: true })),
      'DryRunOperation',
    );
    expect(await aws().dump()).toBe(before);
  });

  test('many at once are all answered', async () => {
    const calls = Array.from({ length: 60 }, (_, n) =>
      ec2().send(new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: `g${n}`, Description: 'g' })),
    );
    const ids = (await Promise.all(calls)).map((answer) => answer.GroupId);
    expect(new Set(ids).size).toBe(60);
  });

  describe('client tokens', () => {
    test('the same request again is answered with the first thing, even when it is gone', async () => {
      const input = { VpcId: vpc, ClientToken: 'one' };
      const first = await ec2().send(new CreateRouteTableCommand(input));
      const again = await ec2().send(new CreateRouteTableCommand(input));
      expect(again.RouteTable?.RouteTableId).toBe(first.RouteTable?.RouteTableId);
      await ec2().send(new DeleteRouteTableCommand({ RouteTableId: first.RouteTable?.RouteTableId }));
      const late = await ec2().send(new CreateRouteTableCommand(input));
      expect(late.RouteTable?.RouteTableId).toBe(first.RouteTable?.RouteTableId);
      const other = await ec2().send(new CreateRouteTableCommand({ VpcId: vpc, ClientToken: 'two' }));
      expect(other.RouteTable?.RouteTableId).not.toBe(first.RouteTable?.RouteTableId);
    });

    test('another request with a used token is refused, a failed one may try again', async () => {
      await ec2().send(new CreateNetworkAclCommand({ VpcId: vpc, ClientToken: 'one' }));
      await refused(
        ec2().send(
          new CreateNetworkAclCommand({
            VpcId: vpc,
            ClientToken: 'one',
            TagSpecifications: tagged('network-acl', 'x'),
          }),
        ),
        'IdempotentParameterMismatch',
      );
      const missing = {
        VpcId: 'vpc-0123456789abcdef0',
        ServiceName: 'com.amazonaws.us-east-1.s3',
        ClientToken: 'e',
      };
      await refused(ec2().send(new CreateVpcEndpointCommand(missing)), 'InvalidVpcID.NotFound');
      await expect(
        ec2().send(new CreateVpcEndpointCommand({ ...missing, VpcId: vpc })),
      ).resolves.toBeDefined();
    });

    test('endpoints and flow logs have them too', async () => {
      const endpoint = { VpcId: vpc, ServiceName: 'com.amazonaws.us-east-1.s3', ClientToken: 'e' };
      const ids = [];
      for (let n = 0; n < 2; n += 1) {
        ids.push((await ec2().send(new CreateVpcEndpointCommand(endpoint))).VpcEndpoint?.VpcEndpointId);
      }
      expect(ids[0]).toBe(ids[1]);
      expect((await ec2().send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints).toHaveLength(1);
    });
  });

  describe('pages', () => {
    test('follow each other without gap or repetition, also when something is deleted meanwhile', async () => {
      for (let n = 1; n <= 11; n += 1)
        await ec2().send(new CreateVpcCommand({ CidrBlock: `10.${n}.0.0/16` }));
      const all = given((await ec2().send(new DescribeVpcsCommand({}))).Vpcs).map((item) => item.VpcId);
      const sizes: number[] = [];
      const seen: (string | undefined)[] = [];
      for await (const page of paginateDescribeVpcs({ client: ec2(), pageSize: 5 }, {})) {
        sizes.push(given(page.Vpcs).length);
        seen.push(...given(page.Vpcs).map((item) => item.VpcId));
      }
      expect(sizes).toEqual([5, 5, 3]);
      expect(seen).toEqual(all);
      const first = await ec2().send(new DescribeVpcsCommand({ MaxResults: 5 }));
      await ec2().send(new DeleteVpcCommand({ VpcId: given(all[2]) }));
      const second = await ec2().send(new DescribeVpcsCommand({ MaxResults: 5, NextToken: first.NextToken }));
      expect(second.Vpcs?.map((item) => item.VpcId)).toEqual(all.slice(5, 10));
    });

    test('have the limits of each action', async () => {
      await refused(ec2().send(new DescribeVpcsCommand({ MaxResults: 4 })), 'InvalidParameterValue');
      await refused(ec2().send(new DescribeRouteTablesCommand({ MaxResults: 101 })), 'InvalidParameterValue');
      await refused(
        ec2().send(new DescribeVpcsCommand({ MaxResults: 5, VpcIds: [vpc] })),
        'InvalidParameterCombination',
      );
      await refused(ec2().send(new DescribeSubnetsCommand({ NextToken: 'nonsense' })), 'InvalidNextToken');
    });

    test('of route tables hold 100 even when none is asked for', async () => {
      for (let n = 0; n < 105; n += 1) await ec2().send(new CreateRouteTableCommand({ VpcId: vpc }));
      const sizes: number[] = [];
      for await (const page of paginateDescribeRouteTables({ client: ec2() }, {})) {
        sizes.push(given(page.RouteTables).length);
      }
      // Two main tables come with the VPCs.
      expect(sizes).toEqual([100, 7]);
    });
  });

  describe('tags', () => {
    test('come with the create, and are found by tag, tag-key and vpc-id', async () => {
      const TagSpecifications = <K extends string>(kind: K): ReturnType<typeof tagged<K>> =>
        tagged(kind, 'mine');
      const subnet = await ec2().send(
        new CreateSubnetCommand({
          VpcId: vpc,
          CidrBlock: '10.0.0.0/24',
          TagSpecifications: TagSpecifications('subnet'),
        }),
      );
      await ec2().send(
        new CreateVpcCommand({ CidrBlock: '10.1.0.0/16', TagSpecifications: TagSpecifications('vpc') }),
      );
      await ec2().send(
        new CreateInternetGatewayCommand({ TagSpecifications: TagSpecifications('internet-gateway') }),
      );
      await ec2().send(
        new CreateRouteTableCommand({ VpcId: vpc, TagSpecifications: TagSpecifications('route-table') }),
      );
      await ec2().send(
        new CreateNetworkAclCommand({ VpcId: vpc, TagSpecifications: TagSpecifications('network-acl') }),
      );
      await ec2().send(
        new CreateSecurityGroupCommand({
          VpcId: vpc,
          GroupName: 'g',
          Description: 'g',
          TagSpecifications: TagSpecifications('security-group'),
        }),
      );
      await ec2().send(
        new CreateVpcEndpointCommand({
          VpcId: vpc,
          VpcEndpointType: 'Interface',
          PrivateDnsEnabled: false,
          ServiceName: 'com.amazonaws.us-east-1.ssm',
          SubnetIds: [given(subnet.Subnet?.SubnetId)],
          TagSpecifications: TagSpecifications('vpc-endpoint'),
        }),
      );
      await ec2().send(
        new CreateFlowLogsCommand({
          ResourceIds: [vpc],
          ResourceType: 'VPC',
          TrafficType: 'ALL',
          LogGroupName: 'flow',
          DeliverLogsPermissionArn: await flowRole(),
          TagSpecifications: TagSpecifications('vpc-flow-log'),
        }),
      );
      for (const Filters of [
        [{ Name: 'tag:test', Values: ['mine', 'other'] }],
        [{ Name: 'tag-key', Values: ['te*'] }],
      ]) {
        const answers = [
          (await ec2().send(new DescribeVpcsCommand({ Filters }))).Vpcs,
          (await ec2().send(new DescribeSubnetsCommand({ Filters }))).Subnets,
          (await ec2().send(new DescribeInternetGatewaysCommand({ Filters }))).InternetGateways,
          (await ec2().send(new DescribeRouteTablesCommand({ Filters }))).RouteTables,
          (await ec2().send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls,
          (await ec2().send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups,
          (await ec2().send(new DescribeVpcEndpointsCommand({ Filters }))).VpcEndpoints,
          (await ec2().send(new DescribeFlowLogsCommand({ Filter: Filters }))).FlowLogs,
        ];
        for (const answer of answers) {
          expect(answer).toHaveLength(1);
          expect(answer?.[0]?.Tags).toEqual([{ Key: 'test', Value: 'mine' }]);
        }
      }
      const tagging = new ResourceGroupsTaggingAPIClient(clientOptions(aws()));
      const found = await tagging.send(
        new GetResourcesCommand({ TagFilters: [{ Key: 'test', Values: ['mine'] }] }),
      );
      const kinds = found.ResourceTagMappingList?.map(
        (item) => item.ResourceARN?.split(':')[5]?.split('/')[0],
      );
      expect(new Set(kinds)).toEqual(
        new Set([
          'internet-gateway',
          'network-acl',
          'route-table',
          'security-group',
          'subnet',
          'vpc',
          'vpc-endpoint',
          'vpc-flow-log',
        ]),
      );
      const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
      expect((await ec2().send(new DescribeVpcEndpointsCommand({ Filters }))).VpcEndpoints).toHaveLength(1);
      expect(
        (await ec2().send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces,
      ).toHaveLength(1);
    });

    test('for another kind of thing, or reserved ones, are refused', async () => {
      await refused(
        ec2().send(
          new CreateVpcCommand({ CidrBlock: '10.1.0.0/16', TagSpecifications: tagged('subnet', 'x') }),
        ),
        'InvalidParameterValue',
        /not a valid taggable resource type/,
      );
      const Tags = [{ Key: 'aws:x', Value: 'x' }];
      await refused(
        ec2().send(
          new CreateVpcCommand({
            CidrBlock: '10.1.0.0/16',
            TagSpecifications: [{ ResourceType: 'vpc', Tags }],
          }),
        ),
        'InvalidParameterValue',
        /reserved/,
      );
    });
  });

  describe('flow logs', () => {
    const create = (role: string, resource = vpc): CreateFlowLogsCommand =>
      new CreateFlowLogsCommand({
        ResourceIds: [resource],
        ResourceType: 'VPC',
        TrafficType: 'ALL',
        LogDestinationType: 'cloud-watch-logs',
        LogDestination: 'arn:aws:logs:us-east-1:123456789012:log-group:/landfall/flow',
        DeliverLogsPermissionArn: role,
      });

    test('want a role that the service may assume', async () => {
      const nobody = 'arn:aws:iam::123456789012:role/nobody';
      await refused(
        ec2().send(create(nobody)),
        'InvalidParameter',
        new RegExp(`^Unable to assume given IAM role: '${nobody}'$`),
      );
      const other = await flowRole('ec2.amazonaws.com');
      await refused(ec2().send(create(other)), 'InvalidParameter', /Unable to assume/);
    });

    test('report what cannot be logged, refuse a second equal one, and show whether they deliver', async () => {
      const role = await flowRole();
      const failed = await ec2().send(create(role, 'vpc-0123456789abcdef0'));
      expect(failed.FlowLogIds ?? []).toEqual([]);
      expect(failed.Unsuccessful).toMatchObject([
        { ResourceId: 'vpc-0123456789abcdef0', Error: { Code: 'InvalidVpcId.NotFound' } },
      ]);
      const logs = new CloudWatchLogsClient(clientOptions(aws()));
      await logs.send(new CreateLogGroupCommand({ logGroupName: '/landfall/flow' }));
      const made = await ec2().send(create(role));
      expect(made.FlowLogIds).toHaveLength(1);
      await refused(ec2().send(create(role)), 'FlowLogAlreadyExists');
      const listed = await ec2().send(
        new DescribeFlowLogsCommand({ Filter: [{ Name: 'resource-id', Values: [vpc] }] }),
      );
      expect(listed.FlowLogs).toMatchObject([
        { FlowLogId: made.FlowLogIds?.[0], LogGroupName: '/landfall/flow', DeliverLogsStatus: 'SUCCESS' },
      ]);
      await ec2().send(new DeleteFlowLogsCommand({ FlowLogIds: made.FlowLogIds }));
      expect((await ec2().send(new DescribeFlowLogsCommand({}))).FlowLogs).toEqual([]);
    });
  });
}
