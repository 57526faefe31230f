import { DeleteSubnetCommand } from '@aws-sdk/client-ec2';
import { beforeEach, expect, test } from 'vitest';

import { aws, ec2, given, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';

/** Load balancers, what they listen on, and where that goes. */
export function loadBalancers(): void {
  interface Balancer {
    LoadBalancerArn: string;
    LoadBalancerName: string;
    State: { Code: string };
  }

  let empty: string;
  let network: OwnNetwork;

  const elb = <T>(action: string, params: Params) => call<T>('elasticloadbalancing', action, params);
  const create = async (params: Params = {}): Promise<Balancer> => {
    const input = {
      Name: 'web',
      Subnets: { member: network.subnets },
      SecurityGroups: { member: [network.group] },
    };
    const made = await elb<{ LoadBalancers: Balancer[] }>('CreateLoadBalancer', { ...input, ...params });
    return given(made.LoadBalancers[0]);
  };
  const active = (name: string) =>
    eventually(async () => {
      const Names = { member: [name] };
      const found = await elb<{ LoadBalancers: Balancer[] }>('DescribeLoadBalancers', { Names });
      return found.LoadBalancers[0]?.State.Code === 'active' ? found.LoadBalancers[0] : undefined;
    });
  const remove = (LoadBalancerArn: string) => elb('DeleteLoadBalancer', { LoadBalancerArn });

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    network = await ownNetwork();
  });

  test('are provisioning before they are active, and their interfaces outlive them', async () => {
    const made = await create({ Tags: { member: [{ Key: 'a', Value: 'b' }] } });
    expect(made.State.Code).toBe('provisioning');
    const enis = await network.interfaces();
    expect(enis).toHaveLength(2);
    const id = made.LoadBalancerArn.split('/').at(-1);
    expect(enis[0]).toMatchObject({
      Description: `ELB app/web/${id}`,
      RequesterId: 'amazon-elb',
      RequesterManaged: true,
      Attachment: { InstanceOwnerId: 'amazon-elb' },
      Groups: [{ GroupId: network.group }],
    });
    await active('web');
    const attributes = (value: string) =>
      elb('ModifyLoadBalancerAttributes', {
        LoadBalancerArn: made.LoadBalancerArn,
        Attributes: { member: [{ Key: 'deletion_protection.enabled', Value: value }] },
      });
    await attributes('true');
    await refused(remove(made.LoadBalancerArn), 'OperationNotPermitted', /deletion protection is enabled/);
    await attributes('false');
    await remove(made.LoadBalancerArn);
    await refused(active('web'), 'LoadBalancerNotFound');
    await refused(network.deleteGroup(), 'DependencyViolation');
    const SubnetId = network.subnets[0];
    await refused(ec2().send(new DeleteSubnetCommand({ SubnetId })), 'DependencyViolation');
    await remove(made.LoadBalancerArn);
    await network.remove();
    expect((await aws().dump()) === empty).toBe(true);
  });

  test('of the same name are the same, or refused', async () => {
    const first = await create();
    expect((await create()).LoadBalancerArn).toBe(first.LoadBalancerArn);
    await refused(create({ Scheme: 'internal' }), 'DuplicateLoadBalancerName', /with different settings/);
    const one = { member: [network.subnets[0]] };
    await refused(create({ Name: 'one', Subnets: one }), 'ValidationError', /At least two subnets/);
    await refused(create({ Name: 'two', SecurityGroups: { member: ['sg-0'] } }), 'InvalidSecurityGroup');
  });

  test('hold their target groups, and listen once on a port', async () => {
    interface Group {
      TargetGroupArn: string;
    }
    interface Listener {
      ListenerArn: string;
    }
    const before = await aws().dump();
    const { LoadBalancerArn } = await create();
    const group = async (Port = 80) => {
      const input = { Name: 't', Protocol: 'HTTP', Port, VpcId: network.vpc, TargetType: 'ip' };
      const tags = { Tags: { member: [{ Key: 'a', Value: 'b' }] } };
      const made = await elb<{ TargetGroups: Group[] }>('CreateTargetGroup', { ...input, ...tags });
      return given(made.TargetGroups[0]).TargetGroupArn;
    };
    const TargetGroupArn = await group();
    expect(await group()).toBe(TargetGroupArn);
    await refused(group(81), 'DuplicateTargetGroupName');
    const listen = async (Protocol: string) => {
      const DefaultActions = { member: [{ Type: 'forward', TargetGroupArn }] };
      const input = { LoadBalancerArn, Protocol, Port: 80, DefaultActions };
      return given((await elb<{ Listeners: Listener[] }>('CreateListener', input)).Listeners[0]).ListenerArn;
    };
    const listener = await listen('HTTP');
    expect(await listen('HTTP')).toBe(listener);
    await refused(listen('HTTPS'), 'DuplicateListener');
    await refused(elb('DeleteTargetGroup', { TargetGroupArn }), 'ResourceInUse');
    await remove(LoadBalancerArn);
    await elb('DeleteTargetGroup', { TargetGroupArn });
    expect((await aws().dump()) === before).toBe(true);
  });
}
