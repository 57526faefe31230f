import {
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeSecurityGroupsCommand,
  type DescribeSecurityGroupsCommandInput,
  DescribeVpcsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { beforeEach, expect, test } from 'vitest';

import { aws, clientOptions, ec2, given, refused } from './harness.ts';

/** AWS's token buckets. */
export function throttling(): void {
  beforeEach(async () => aws().reset());

  /** Sends `calls` at once; expects what a full bucket of that size and refill does not hold to be refused with `code`. */
  async function burst(
    calls: number,
    [size, perSecond]: [number, number],
    send: () => Promise<unknown>,
    code = 'RequestLimitExceeded',
  ): Promise<void> {
    const from = Date.now();
    const ends = await Promise.all(
      Array.from({ length: calls }, () =>
        send().then(
          () => 'answered',
          (error: unknown) => (error as Error).name,
        ),
      ),
    );
    const refilled = Math.ceil(((Date.now() - from) / 1000) * perSecond);
    const answered = ends.filter((end) => end === 'answered').length;
    expect(answered).toBeGreaterThanOrEqual(Math.min(calls, Math.floor(size)));
    expect(answered).toBeLessThanOrEqual(size + refilled);
    expect(ends.filter((end) => end === code)).toHaveLength(calls - answered);
  }

  const describeVpcs = () => ec2().send(new DescribeVpcsCommand({}));
  // Deleting what is not there is answered with a list of what was not done, so it needs nothing made.
  const deleteEndpoints = () =>
    ec2().send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: ['vpce-0123456789abcdef0'] }));

  test('is off unless it is set', async () => {
    await burst(60, [60, 0], deleteEndpoints);
  });

  test('has the published size of each action, and refuses in the words of EC2', async () => {
    await aws().setDifficulty({ throttling: { scale: 1 } });
    await burst(20, [4, 0.3], deleteEndpoints);
    await refused(deleteEndpoints(), 'RequestLimitExceeded', /^Request limit exceeded\.$/);
    expect((await aws().ledger()).at(-1)).toMatchObject({ status: 503, error: 'RequestLimitExceeded' });
  });

  test('reads have more than writes, bare ones less; accounts, regions and actions have their own', async () => {
    await aws().setDifficulty({ throttling: { scale: 0.1 } });
    const vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
    const list = (input: DescribeSecurityGroupsCommandInput) => () =>
      ec2().send(new DescribeSecurityGroupsCommand(input));
    const tag = () =>
      ec2().send(new CreateTagsCommand({ Resources: [vpc], Tags: [{ Key: 'a', Value: 'b' }] }));
    const modify = () =>
      ec2().send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsSupport: { Value: true } }));
    await burst(30, [10, 2], describeVpcs);
    await burst(30, [10, 1], tag);
    await burst(30, [5, 0.5], modify);
    await burst(30, [5, 1], list({}));
    // A new setting begins with full buckets.
    await aws().setDifficulty({ throttling: { scale: 0.1 } });
    await burst(30, [10, 2], list({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }));
    const elsewhere = new EC2Client({ ...clientOptions(aws()), region: 'eu-west-1', maxAttempts: 1 });
    const other = new EC2Client({ ...clientOptions(aws(), 'provider-account'), maxAttempts: 1 });
    for (const client of [ec2(), elsewhere, other]) {
      await burst(30, [10, 2], () => client.send(new DescribeVpcsCommand({})));
    }
  });

  test('fills again with time', async () => {
    await aws().setDifficulty({ throttling: { scale: 0.1 } });
    await burst(40, [10, 2], describeVpcs);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await describeVpcs();
  });

  test('other services refuse in words of their own', async () => {
    await aws().setDifficulty({ throttling: { scale: 0.1 } });
    const from = given((await aws().ledger()).at(-1)).seq;
    const options = { ...clientOptions(aws()), maxAttempts: 1 };
    const iam = new IAMClient(options);
    const logs = new CloudWatchLogsClient(options);
    const tagging = new ResourceGroupsTaggingAPIClient(options);
    await burst(8, [2, 0.5], () => iam.send(new ListRolesCommand({})), 'Throttling');
    await burst(8, [1, 1], () => logs.send(new DescribeLogGroupsCommand({})), 'ThrottlingException');
    await burst(8, [1.5, 1.5], () => tagging.send(new GetResourcesCommand({})), 'ThrottledException');
    const refusals = (await aws().ledger(from)).filter((entry) => entry.error !== null);
    expect(new Set(refusals.map((entry) => entry.status))).toEqual(new Set([400]));
  });
}
