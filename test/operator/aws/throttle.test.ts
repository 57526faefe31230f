import { describe, expect, it } from 'vitest';
import { awsRates, bucketsOf, createThrottle, type Rate } from '../../../operator/aws/throttle.ts';
import { createFakeClock, settle } from '../../support/fake-clock.ts';

/** Takes `count` tokens and notes when each was given, in seconds. */
function takeMany(count: number, rate: Rate, scale?: number, key: (index: number) => string = () => 'key') {
  const clock = createFakeClock();
  const throttle = createThrottle(clock, scale);
  const given: string[] = [];
  for (let index = 0; index < count; index += 1)
    void throttle.take(key(index), rate).then(() => given.push(`${index} at ${clock.now() / 1000}`));
  return { clock, throttle, given };
}

describe('createThrottle', () => {
  it('lets a burst but one go at once, then as many a second as the rate says, in the order of asking', async () => {
    const { clock, given } = takeMany(6, { burst: 4, perSecond: 0.5 });
    await settle();
    expect(given).toEqual(['0 at 0', '1 at 0', '2 at 0']);
    await clock.advance(1_999);
    expect(given).toHaveLength(3);
    await clock.advance(10_000);
    expect(given.slice(3)).toEqual(['3 at 2', '4 at 4', '5 at 6']);
    expect(clock.pending()).toBe(0);
  });

  it('who comes later goes later, even when a token is there for him', async () => {
    const { clock, throttle, given } = takeMany(3, { burst: 2, perSecond: 1 });
    await clock.advance(1_500);
    void throttle
      .take('key', { burst: 2, perSecond: 1 })
      .then(() => given.push(`late at ${clock.now() / 1000}`));
    await clock.advance(5_000);
    expect(given).toEqual(['0 at 0', '1 at 1', '2 at 2', 'late at 3']);
  });

  it('fills up again, but never over the burst', async () => {
    const { clock, throttle, given } = takeMany(2, { burst: 3, perSecond: 1 });
    await clock.advance(3_600_000);
    for (const name of ['a', 'b', 'c'])
      void throttle.take('key', { burst: 3, perSecond: 1 }).then(() => given.push(name));
    await settle();
    expect(given.slice(2)).toEqual(['a', 'b']);
  });

  it('has a bucket for each key', async () => {
    const { given } = takeMany(4, { burst: 2, perSecond: 1 }, 1, (index) => `key ${index % 2}`);
    await settle();
    expect(given).toEqual(['0 at 0', '1 at 0']);
  });

  it('scales both burst and rate', async () => {
    const { clock, given } = takeMany(4, { burst: 6, perSecond: 1 }, 0.5);
    await settle();
    expect(given).toHaveLength(2);
    await clock.advance(2_000);
    expect(given.at(-1)).toBe('2 at 2');
  });

  it('a small scale still lets a first call go', async () => {
    const { given } = takeMany(1, { burst: 4, perSecond: 0.3 }, 0.1);
    await settle();
    expect(given).toEqual(['0 at 0']);
  });

  it("counts on a second of AWS's refill less, and on a token less at least", async () => {
    const { given } = takeMany(200, { burst: 100, perSecond: 20 });
    await settle();
    expect(given).toHaveLength(80);
  });

  // CreateVpcEndpoint for 20 networks of 6 endpoints; a call takes up to a second more or less than another.
  it('120 calls are never more than AWS takes, and last at most 1.10 times as long as AWS lets them', async () => {
    const rate: Rate = { burst: 4, perSecond: 0.3 };
    const clock = createFakeClock();
    const throttle = createThrottle(clock);
    const arrived: number[] = [];
    for (let index = 0; index < 120; index += 1)
      void throttle.take('key', rate).then(() => arrived.push(clock.now() / 1000 + ((index * 7) % 11) / 11));
    await clock.advance(1_000_000);
    expect(arrived).toHaveLength(120);
    let tokens = rate.burst;
    let last = 0;
    for (const at of arrived.sort((a, b) => a - b)) {
      tokens = Math.min(rate.burst, tokens + (at - last) * rate.perSecond) - 1;
      last = at;
      expect(tokens, `at ${at} s`).toBeGreaterThanOrEqual(0);
    }
    const floor = (120 - rate.burst) / rate.perSecond;
    expect(last / floor).toBeLessThanOrEqual(1.1);
  });

  it("empties with AWS's, but whoever waits keeps his turn", async () => {
    const rate: Rate = { burst: 4, perSecond: 1 };
    const { clock, throttle, given } = takeMany(1, rate);
    throttle.empty('key');
    throttle.empty('a key that was never asked for');
    for (const name of ['a', 'b'])
      void throttle.take('key', rate).then(() => given.push(`${name} at ${clock.now() / 1000}`));
    await clock.advance(500);
    throttle.empty('key');
    await clock.advance(5_000);
    expect(given).toEqual(['0 at 0', 'a at 1', 'b at 2']);
  });

  it('is off at 0', async () => {
    const { clock, given } = takeMany(500, { burst: 1, perSecond: 0.001 }, 0);
    await settle();
    expect(given).toHaveLength(500);
    expect(clock.pending()).toBe(0);
  });
});

describe('awsRates, as AWS publishes them', () => {
  it.each([
    ['ec2', 'DescribeVpcs', false, 100, 20],
    ['ec2', 'CreateVpc', true, 50, 5],
    ['ec2', 'AuthorizeSecurityGroupIngress', true, 50, 5],
    ['ec2', 'RevokeSecurityGroupEgress', true, 50, 5],
    ['ec2', 'CreateTags', true, 100, 10],
    ['ec2', 'DeleteTags', true, 100, 10],
    ['ec2', 'CreateVpcEndpoint', true, 4, 0.3],
    ['ec2', 'ModifyVpcEndpoint', true, 4, 0.3],
    ['ec2', 'DeleteVpcEndpoints', true, 4, 0.3],
    ['ec2', 'CreateNatGateway', true, 10, 1],
    ['logs', 'CreateLogGroup', true, 10, 10],
    ['logs', 'DescribeLogGroups', false, 10, 10],
    ['logs', 'PutRetentionPolicy', true, 5, 5],
    ['tagging', 'GetResources', false, 15, 15],
    ['iam', 'CreateTags', true, 20, 5],
    ['wafv2', 'AssociateWebACL', true, 1, 0.5],
    ['wafv2', 'DisassociateWebACL', true, 1, 0.5],
    ['wafv2', 'GetWebACLForResource', false, 1, 1],
    ['wafv2', 'ListWebACLs', false, 5, 5],
    ['wafv2', 'UpdateWebACL', true, 1, 1],
    ['kms', 'DescribeKey', false, 2000, 2000],
    ['kms', 'GetKeyPolicy', false, 1000, 1000],
    ['kms', 'CreateKey', true, 5, 5],
    ['kms', 'ScheduleKeyDeletion', true, 15, 15],
    ['kms', 'TagResource', true, 10, 10],
    ['secretsManager', 'CreateSecret', true, 50, 50],
    ['secretsManager', 'ListSecrets', false, 100, 100],
    ['rds', 'DescribeDBInstances', false, 20, 5],
  ])('%s %s', (service, action, write, burst, perSecond) => {
    expect(awsRates(service, action, write)).toEqual([{ burst, perSecond }]);
  });

  it.each([
    ['CreateLoadBalancer', true, 'resource-intensive', 10, 0.2],
    ['SetSubnets', true, 'resource-intensive', 10, 0.2],
    ['CreateTargetGroup', true, 'mutating', 20, 3],
    ['AddTags', true, 'mutating', 20, 3],
    ['DescribeTargetHealth', false, 'non-mutating', 40, 10],
  ])('elbv2 %s, and what all of its actions share', (action, write, group, burst, perSecond) => {
    const account = { burst: 40, perSecond: 10, group: 'account' };
    expect(awsRates('elbv2', action, write)).toEqual([{ burst, perSecond, group }, account]);
  });

  it.each([
    ['DescribeClusters', 'cluster read', 50, 20],
    ['UpdateCluster', 'cluster modify', 20, 1],
    ['ListTaskDefinitions', 'task definition read', 50, 20],
    ['RegisterTaskDefinition', 'task definition modify', 20, 1],
    ['DeleteTaskDefinitions', undefined, 5, 1],
    ['DescribeServices', 'service read', 100, 20],
    ['UpdateService', 'service modify', 50, 5],
    ['ListServiceDeployments', 'service deployment', 50, 20],
    ['DescribeServiceRevisions', undefined, 50, 20],
    ['ListTasks', 'resource read', 100, 20],
    ['TagResource', 'tag modify', 20, 10],
    ['PutAccountSetting', undefined, 20, 5],
  ])('ecs %s', (action, group, burst, perSecond) => {
    expect(awsRates('ecs', action, true)).toEqual([
      { burst, perSecond, ...(group !== undefined && { group }) },
    ]);
  });

  it('a call takes from the bucket of its action, or of its group', () => {
    const keys = (service: string, action: string) =>
      bucketsOf({ accountId: '1', region: 'r', service, action, write: true }).map(([key]) => key);
    expect(keys('ec2', 'CreateVpc')).toEqual(['1/r/ec2/CreateVpc']);
    expect(keys('elbv2', 'CreateLoadBalancer')).toEqual(keys('elbv2', 'SetSubnets'));
    expect(keys('elbv2', 'CreateListener')).toEqual(['1/r/elbv2/mutating', '1/r/elbv2/account']);
  });
});
