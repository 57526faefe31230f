import { describe, expect, it } from 'vitest';
import type { AwsCall } from '../../operator/aws/guard.ts';
import type { Rate } from '../../operator/aws/throttle.ts';
import { createCallGuard } from '../../operator/call-guard.ts';
import { createMetrics } from '../../operator/metrics.ts';

const READ: AwsCall = {
  accountId: '111111111111',
  region: 'eu-central-1',
  service: 'ec2',
  action: 'DescribeVpcs',
  write: false,
  as: 'profile here',
};
const WRITE: AwsCall = { ...READ, action: 'CreateVpcEndpoint', write: true };

function scene() {
  const metrics = createMetrics();
  const steps: string[] = [];
  const state = { leading: true };
  const callGuard = createCallGuard({
    throttle: {
      async take(key: string, { burst, perSecond }: Rate) {
        steps.push(`${key} ${burst}/${perSecond}`);
      },
      empty(key: string) {
        steps.push(`empty ${key}`);
      },
    },
    metrics,
    assertLeading() {
      steps.push('lease');
      if (!state.leading) throw new Error('somebody else leads');
    },
  });
  return { metrics, steps, state, callGuard };
}

describe('createCallGuard', () => {
  it('every call waits for the bucket of its account, region and action; a write for the lease, after that', async () => {
    const { steps, callGuard } = scene();
    await callGuard.before(READ);
    await callGuard.before(WRITE);
    expect(steps).toEqual([
      '111111111111/eu-central-1/ec2/DescribeVpcs 100/20',
      '111111111111/eu-central-1/ec2/CreateVpcEndpoint 4/0.3',
      'lease',
    ]);
  });

  it('a call of Elastic Load Balancing waits for two buckets, which others share', async () => {
    const { steps, callGuard } = scene();
    const create = { ...WRITE, service: 'elbv2', action: 'CreateLoadBalancer' };
    await callGuard.before(create);
    callGuard.after(create, 'ThrottlingException', 30);
    const own = '111111111111/eu-central-1/elbv2/resource-intensive';
    const all = '111111111111/eu-central-1/elbv2/account';
    expect(steps).toEqual([`${own} 10/0.2`, `${all} 40/10`, 'lease', `empty ${own}`, `empty ${all}`]);
  });

  it('without the lease a write is refused, a read is not', async () => {
    const { state, callGuard } = scene();
    state.leading = false;
    await expect(callGuard.before(WRITE)).rejects.toThrow('somebody else leads');
    await expect(callGuard.before(READ)).resolves.toBeUndefined();
  });

  it('counts calls by result, and throttled ones', async () => {
    const { metrics, callGuard, steps } = scene();
    callGuard.after(READ, 'ok', 120);
    callGuard.after(READ, 'RequestLimitExceeded', 30);
    callGuard.after(WRITE, 'VpcEndpointLimitExceeded', 30);
    expect(steps, 'AWS has no token left where it refuses').toEqual([
      'empty 111111111111/eu-central-1/ec2/DescribeVpcs',
    ]);
    const text = await metrics.registry.metrics();
    expect(text.split('\n').filter((line) => /^landfall_aws_(calls|throttles)_total\{/.test(line))).toEqual([
      'landfall_aws_calls_total{service="ec2",action="DescribeVpcs",result="ok"} 1',
      'landfall_aws_calls_total{service="ec2",action="DescribeVpcs",result="RequestLimitExceeded"} 1',
      'landfall_aws_calls_total{service="ec2",action="CreateVpcEndpoint",result="VpcEndpointLimitExceeded"} 1',
      'landfall_aws_throttles_total{service="ec2",action="DescribeVpcs"} 1',
    ]);
    expect(text).toContain('landfall_aws_call_seconds_sum{service="ec2"} 0.18');
  });
});
