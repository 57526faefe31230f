import {
  ApplicationAutoScalingClient,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

let world: World;
let elb: ElasticLoadBalancingV2Client;
let scaling: ApplicationAutoScalingClient;
let empty: string;
let least: LeastPrivilege;
/** One that somebody has deleted. */
let lostBalancer: string;

const network = smallNetwork('net', 'web', {
  zones: { count: 2 },
  tiers: [{ name: 'public' }, { name: 'private' }],
  securityGroups: { alb: {}, ecs: { ports: [{ name: 'http', fromPort: 8080, toPort: 8080 }] } },
});
const containers = (port = 8080, image = 'shop:1') => [{ name: 'app', image, ports: [{ port }] }];
/** It acts with no more than `landfall policy` says that these objects need. */
const main = bounded(account('main', ['web']));
/** Behind a Network load balancer, as the platform's provider. */
const api = smallService('api', 'web', 'net', {
  task: { containers: containers() },
  loadBalancer: {
    type: 'Network',
    listeners: [{ port: 8080, protocol: 'TCP' }],
    ingress: [{ name: 'office', cidr: '10.11.0.0/16' }],
    healthCheck: { protocol: 'HTTP', path: '/health' },
  },
});
/** Behind an Application load balancer that everybody reaches, as the portal. */
const shop = smallService('shop', 'web', 'net', {
  task: { containers: containers() },
  loadBalancer: {
    type: 'Application',
    scheme: 'InternetFacing',
    targetGroupName: 'storefront',
    listeners: [{ port: 80, protocol: 'HTTP' }],
    healthCheck: { path: '/health' },
    deregistrationDelaySeconds: 10,
  },
});
/** Scaled by the requests that the load balancer sends to each of its tasks. */
const byRequests = { minCount: 1, maxCount: 3, requestsPerTarget: 600 };
/** Longer than a pass takes that is woken by the listing of load balancers. */
const SLOW_LISTENERS_MS = 1500;

beforeAll(async () => {
  world = await World.start();
  elb = new ElasticLoadBalancingV2Client(world.clientOptions());
  scaling = new ApplicationAutoScalingClient(world.clientOptions());
  await world.claim();
  const scaled = { ...shop, spec: { ...(shop.spec as object), service: { autoscaling: byRequests } } };
  least = await leastPrivilege(world, [main, network, api, scaled]);
  empty = await world.aws.dump();
  world.operator();
  await world.apply([namespace('web'), main, network]);
  await world.ready(network);
});
afterAll(async () => {
  least?.close();
  elb?.destroy();
  scaling?.destroy();
  await world?.stop();
});

const statusOf = async (object: Manifest) => {
  const { status } = await world.ready(object);
  return status as unknown as EcsService['status'];
};
/** Names of the writes to AWS since a mark, how often each. */
const deeds = async (mark: number) => {
  const counts: Record<string, number> = {};
  for (const { action } of await world.writes(mark))
    counts[action ?? 'unknown'] = (counts[action ?? 'unknown'] ?? 0) + 1;
  return counts;
};
const listed = ['DescribeServices', 'DescribeLoadBalancers', 'DescribeTargetGroups', 'DescribeListeners'];
const idOf = async (object: Manifest, node: string) => idsOf((await world.read(object)) ?? object)[node];

describe('services behind load balancers', () => {
  it('come with all that their specs say, each thing made once, and are Ready when their targets are healthy', async () => {
    const mark = await world.mark();
    await world.apply([api, shop]);
    expect(await statusOf(api)).toMatchObject({
      loadBalancerArn: expect.stringContaining(':loadbalancer/net/api-dev-load-balancer/'),
      loadBalancerDnsName: expect.stringMatching(
        /^api-dev-load-balancer-.*\.elb\.us-east-1\.amazonaws\.com$/,
      ),
      targetGroupArn: expect.stringContaining(':targetgroup/api-dev-target-group/'),
      healthyTargets: 1,
      unhealthyTargets: 0,
      runningCount: 1,
    });
    expect(await statusOf(shop)).toMatchObject({
      loadBalancerArn: expect.stringContaining(':loadbalancer/app/shop-dev-load-balancer/'),
      targetGroupArn: expect.stringContaining(':targetgroup/storefront/'),
      healthyTargets: 1,
    });
    expect(Object.keys(idsOf((await world.read(api)) ?? api))).toEqual(
      expect.arrayContaining([
        'load-balancer',
        'listener/8080',
        'target-group',
        'security-group/load-balancer',
      ]),
    );
    expect(await deeds(mark)).toEqual({
      AuthorizeSecurityGroupEgress: 2,
      // To the tasks of both, and to the load balancer of one.
      AuthorizeSecurityGroupIngress: 3,
      CreateCluster: 2,
      CreateListener: 2,
      CreateLoadBalancer: 2,
      CreateLogGroup: 2,
      CreateRole: 4,
      CreateSecurityGroup: 4,
      CreateService: 2,
      CreateTargetGroup: 2,
      ModifyLoadBalancerAttributes: 2,
      ModifyTargetGroupAttributes: 1,
      PutRetentionPolicy: 2,
      PutRolePolicy: 2,
      RegisterTaskDefinition: 2,
      RevokeSecurityGroupEgress: 4,
    });
  });

  it('stay as they are: a second pass and two refreshes make no write', async () => {
    await world.refreshes(2, listed);
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=web', 'ecss/api', 'ecss/shop', 'look=again');
    await world.refreshes(2, listed);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('are put right where somebody changed them', async () => {
    const mark = await world.mark();
    const TargetGroupArn = await idOf(api, 'target-group');
    await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthyThresholdCount: 9 }));
    await elb.send(new DeleteListenerCommand({ ListenerArn: await idOf(shop, 'listener/80') }));
    await eventually('both put right', async () => {
      const { CreateListener = 0, ModifyTargetGroup = 0 } = await deeds(mark);
      return CreateListener === 1 && ModifyTargetGroup === 2;
    });
    // Without a listener nobody is served: a target that nothing sends to is not healthy.
    await world.ready(shop);
    await world.ready(api);
    expect(await deeds(mark)).toEqual({ CreateListener: 1, DeleteListener: 1, ModifyTargetGroup: 2 });
  });

  it('are not Ready while their targets are not healthy, and say why in AWS’s words', async () => {
    const mark = await world.mark();
    await world.edit(api, { loadBalancer: { healthCheck: { path: '/does-not-exist' } } });
    await world.condition(api, 'Reconciling', {
      reason: 'WaitingForAws',
      message:
        /0 of 1 targets of target group api-dev-target-group are healthy: 1 unhealthy: Target.ResponseCodeMismatch, Health checks failed with these codes: \[404\]/,
    });
    const status = (await world.read(api))?.status as unknown as EcsService['status'];
    expect([status.healthyTargets, status.unhealthyTargets]).toEqual([0, 1]);
    await world.edit(api, { loadBalancer: { healthCheck: { path: '/health' } } });
    expect(await statusOf(api)).toMatchObject({ healthyTargets: 1, unhealthyTargets: 0 });
    expect(await deeds(mark)).toEqual({ ModifyTargetGroup: 2 });
  });

  it('move to another port without another target group, also where its name is pinned', async () => {
    const mark = await world.mark();
    const before = await idOf(shop, 'target-group');
    await world.edit(shop, { task: { containers: containers(9090) } });
    expect(await statusOf(shop)).toMatchObject({ targetGroupArn: before, healthyTargets: 1 });
    expect(await deeds(mark)).toEqual({
      AuthorizeSecurityGroupEgress: 1,
      AuthorizeSecurityGroupIngress: 1,
      RegisterTaskDefinition: 1,
      RevokeSecurityGroupEgress: 1,
      RevokeSecurityGroupIngress: 1,
      UpdateService: 1,
    });
  });

  it('without tasks are Ready without healthy targets, and wait for them when there are some again', async () => {
    await world.kubectl('scale', '--namespace=web', 'ecss/api', '--replicas=0');
    const none = await statusOf(api);
    expect([none.desiredCount, none.healthyTargets]).toEqual([0, undefined]);
    await world.kubectl('scale', '--namespace=web', 'ecss/api', '--replicas=2');
    expect(await statusOf(api)).toMatchObject({ runningCount: 2, healthyTargets: 2 });
  });

  it('scale by the requests of their load balancer, which their policy names, and is put right and taken away', async () => {
    const target = {
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: 'service/shop-dev-cluster/shop-dev-service',
    } as const;
    const policies = async () => {
      const found = await scaling.send(new DescribeScalingPoliciesCommand(target));
      return (found.ScalingPolicies ?? []).map((policy) => {
        const { TargetValue, PredefinedMetricSpecification: metric } =
          policy.TargetTrackingScalingPolicyConfiguration ?? {};
        return [policy.PolicyName, metric?.PredefinedMetricType, metric?.ResourceLabel, TargetValue];
      });
    };
    const wanted = async (value: number) => {
      const [balancer, group] = [await idOf(shop, 'load-balancer'), await idOf(shop, 'target-group')];
      const label = `${balancer?.split(':loadbalancer/')[1]}/${group?.split(':').at(-1)}`;
      return [['requests', 'ALBRequestCountPerTarget', label, value]];
    };
    const scaledListed = [...listed, 'DescribeScalableTargets', 'DescribeScalingPolicies'];

    const mark = await world.mark();
    await world.edit(shop, { service: { autoscaling: byRequests } });
    await world.ready(shop);
    expect(await policies()).toEqual(await wanted(600));
    await world.edit(shop, { service: { autoscaling: { requestsPerTarget: 900 } } });
    await world.ready(shop);
    expect(await policies()).toEqual(await wanted(900));
    await world.refreshes(2, scaledListed);
    expect(await deeds(mark)).toEqual({ RegisterScalableTarget: 1, PutScalingPolicy: 2 });

    // Somebody has it count less, as one may who changes it by hand.
    const again = await world.mark();
    const [[, metric, label] = []] = await policies();
    await scaling.send(
      new PutScalingPolicyCommand({
        ...target,
        PolicyName: 'requests',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 13,
          PredefinedMetricSpecification: {
            PredefinedMetricType: metric as 'ALBRequestCountPerTarget',
            ResourceLabel: label as string,
          },
        },
      }),
    );
    await eventually('the policy is put right', async () => (await policies())[0]?.[3] === 900);
    await world.ready(shop);
    expect(await policies()).toEqual(await wanted(900));
    expect(await deeds(again)).toEqual({ PutScalingPolicy: 2 });

    // Another load balancer has another label, which AWS takes once that one sends to the tasks.
    const lost = await world.mark();
    const refused = async () =>
      (await world.writes(lost)).filter(({ action, error }) => action === 'PutScalingPolicy' && error);
    lostBalancer = (await idOf(shop, 'load-balancer')) ?? '';
    // Its loss is seen before that of its listener.
    const faults = [
      { action: 'DescribeListeners', effect: 'slow' as const, latencyMs: SLOW_LISTENERS_MS, times: 0 },
    ];
    await world.aws.setDifficulty({ faults });
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: lostBalancer }));
    await eventually('a policy of the new one', async () => {
      const [[, , now] = []] = await policies();
      return now !== label && JSON.stringify(await policies()) === JSON.stringify(await wanted(900));
    });
    await world.ready(shop);
    await world.aws.setDifficulty({ faults: [] });
    expect(await refused()).toEqual([]);
    const { loadBalancer } = shop.spec as { readonly loadBalancer: object };
    await world.edit(shop, {
      loadBalancer: null,
      service: { autoscaling: { requestsPerTarget: null, cpuPercent: 60 } },
    });
    await world.ready(shop);
    expect(await policies()).toEqual([['cpu', 'ECSServiceAverageCPUUtilization', undefined, 60]]);
    await world.edit(shop, {
      loadBalancer,
      service: { autoscaling: { requestsPerTarget: 300, cpuPercent: null } },
    });
    await world.ready(shop);
    expect(await policies()).toEqual(await wanted(300));
    expect(await refused()).toEqual([]);

    await world.edit(shop, { service: { autoscaling: null } });
    await world.ready(shop);
    expect(await policies()).toEqual([]);
  });

  it('lose their load balancer and get one again, while the tasks stay a service', async () => {
    const before = await statusOf(shop);
    const mark = await world.mark();
    await world.edit(shop, { loadBalancer: null });
    const without = await statusOf(shop);
    expect(without.serviceArn).toBe(before.serviceArn);
    expect([without.loadBalancerArn, without.targetGroupArn]).toEqual([undefined, undefined]);
    expect(await deeds(mark)).toMatchObject({
      UpdateService: 1,
      DeleteListener: 1,
      DeleteLoadBalancer: 1,
      DeleteTargetGroup: 1,
      RevokeSecurityGroupIngress: 1,
    });
    await world.apply([shop]);
    expect(await statusOf(shop)).toMatchObject({ serviceArn: before.serviceArn, healthyTargets: 1 });
  });

  it('go without a trace, when what AWS leaves behind for a while is gone', async () => {
    await world.delete(api);
    await world.delete(shop);
    await world.gone(api);
    await world.gone(shop);
    await world.remove(network);
    expect(await world.aws.dump()).toBe(empty);
    // What somebody has deleted carries no tags by which anything could be allowed.
    const ofOthers = (await least.refusals()).filter(
      ({ params }) => !JSON.stringify(params).includes(lostBalancer),
    );
    expect(ofOthers).toEqual([]);
  });
});
