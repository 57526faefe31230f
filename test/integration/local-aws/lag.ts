import {
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { beforeEach, describe, expect, test } from 'vitest';

import { eventually } from '../../support/eventually.ts';
import { aws, clientOptions, ec2, given, refused, tagged } from './harness.ts';

/** Reads that lag behind writes. */
export function lag(): void {
  beforeEach(async () => aws().reset());

  async function make(value = 'x'): Promise<string> {
    const made = await ec2().send(
      new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications: tagged('vpc', value) }),
    );
    return given(made.Vpc?.VpcId);
  }

  async function tagsFound(value: string): Promise<number> {
    const Filters = [{ Name: 'tag:test', Values: [value] }];
    return given((await ec2().send(new DescribeVpcsCommand({ Filters }))).Vpcs).length;
  }

  const byId = (VpcId: string) => ec2().send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
  /** More than any test takes. */
  const LONG = { lag: { minSeconds: 600 } };
  const OFF = { lag: {} };

  describe('a describe', () => {
    test('does not know what was just made, by id or by filter; the dump does', async () => {
      await aws().setDifficulty(LONG);
      const vpc = await make();
      await refused(byId(vpc), 'InvalidVpcID.NotFound');
      expect(await tagsFound('x')).toBe(0);
      expect(await aws().dump()).toContain(vpc);
      const tagging = new ResourceGroupsTaggingAPIClient(clientOptions(aws()));
      const find = async () =>
        (await tagging.send(new GetResourcesCommand({ TagFilters: [{ Key: 'test' }] })))
          .ResourceTagMappingList;
      expect(await find()).toEqual([]);
      await aws().setDifficulty(OFF);
      await byId(vpc);
      expect(await find()).toHaveLength(1);
    });

    test('still knows what was just deleted, and how it was before a change', async () => {
      const vpc = await make();
      await aws().setDifficulty(LONG);
      await ec2().send(
        new CreateTagsCommand({ Resources: [vpc], Tags: [{ Key: 'test', Value: 'changed' }] }),
      );
      await ec2().send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
      expect([await tagsFound('x'), await tagsFound('changed')]).toEqual([1, 0]);
      const attribute = await ec2().send(
        new DescribeVpcAttributeCommand({ VpcId: vpc, Attribute: 'enableDnsHostnames' }),
      );
      expect(attribute.EnableDnsHostnames?.Value).toBe(false);
      await ec2().send(new DeleteVpcCommand({ VpcId: vpc }));
      expect((await byId(vpc)).Vpcs).toHaveLength(1);
      // Writes see the truth.
      await refused(ec2().send(new DeleteVpcCommand({ VpcId: vpc })), 'InvalidVpcID.NotFound');
      await aws().setDifficulty(OFF);
      await refused(byId(vpc), 'InvalidVpcID.NotFound');
    });

    test('catches up after the time that was set', async () => {
      await aws().setDifficulty({ lag: { minSeconds: 0.6 } });
      const from = Date.now();
      const vpc = await make();
      await eventually('the VPC is seen', () =>
        byId(vpc).then(
          () => true,
          () => undefined,
        ),
      );
      expect(Date.now() - from).toBeGreaterThanOrEqual(600);
      expect(await tagsFound('x')).toBe(1);
    });

    test.each([
      { seed: 2241, first: 'DescribeSubnets' },
      { seed: 2027, first: 'DescribeVpcs' },
    ])('of one kind may be ahead of another: with seed $seed, $first is', async ({ seed, first }) => {
      // Of the 10 s that are the longest, each seed gives one of the two less than one, and the other more than nine.
      await aws().setDifficulty({ lag: { minSeconds: 0, maxSeconds: 10, seed } });
      const vpc = await make();
      await ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.0.0/24' }));
      const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
      const subnets = async () =>
        given((await ec2().send(new DescribeSubnetsCommand({ Filters }))).Subnets).length;
      const seen = { DescribeVpcs: () => tagsFound('x'), DescribeSubnets: subnets };
      const [ahead, behind] =
        first === 'DescribeVpcs' ? [seen.DescribeVpcs, subnets] : [subnets, seen.DescribeVpcs];
      await expect.poll(ahead, { timeout: 5000, interval: 50 }).toBe(1);
      expect(await behind()).toBe(0);
    });

    test('lags in IAM and CloudWatch Logs too', async () => {
      await aws().setDifficulty(LONG);
      const iam = new IAMClient({ ...clientOptions(aws()), maxAttempts: 1 });
      const logs = new CloudWatchLogsClient(clientOptions(aws()));
      const Statement = [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }];
      const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await iam.send(new CreateRoleCommand({ RoleName: 'new', AssumeRolePolicyDocument }));
      await refused(iam.send(new GetRoleCommand({ RoleName: 'new' })), 'NoSuchEntityException');
      await logs.send(new CreateLogGroupCommand({ logGroupName: '/new' }));
      expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
      await aws().setDifficulty(OFF);
      await iam.send(new GetRoleCommand({ RoleName: 'new' }));
      expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toHaveLength(1);
    });
  });

  test('a write may not know what was just made, for a time of its own', async () => {
    await aws().setDifficulty({ lag: { writeSeconds: 2 } });
    const vpc = await make();
    const subnet = () => ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.0.0/24' }));
    await refused(subnet(), 'InvalidVpcID.NotFound', new RegExp(`'${vpc}' does not exist`));
    await byId(vpc);
    await eventually('the VPC is known to writes', () =>
      subnet().then(
        () => true,
        () => undefined,
      ),
    );
  });

  test('a time that ends before it begins is refused', async () => {
    await expect(aws().setDifficulty({ lag: { minSeconds: 2, maxSeconds: 1 } })).rejects.toThrow(
      'maxSeconds is not less than minSeconds',
    );
  });
}
