import {
  ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand as ListAlarmTagsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { beforeEach, describe, expect, test } from 'vitest';
import { aws, clientOptions, given, refused } from './harness.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';

/** Application Auto Scaling of services, and alarms. */
export function scaling(): void {
  const options = () => ({ ...clientOptions(aws()), maxAttempts: 1 });
  const client = () => new ApplicationAutoScalingClient(options());
  const cloudwatch = () => new CloudWatchClient(options());
  const ecs = () => new ECSClient(options());
  const of = (ResourceId: string) =>
    ({ ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount', ResourceId }) as const;
  const WEB = of('service/web/web');
  const tracking = (
    PredefinedMetricType: 'ALBRequestCountPerTarget' | 'ECSServiceAverageCPUUtilization',
    ResourceLabel?: string,
  ) => ({
    ...WEB,
    PolicyName: 'p',
    PolicyType: 'TargetTrackingScaling' as const,
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType, ResourceLabel },
    },
  });
  const night = {
    ...WEB,
    ScheduledActionName: 'night',
    Schedule: 'cron(0 20 * * ? *)',
    ScalableTargetAction: { MinCapacity: 1 },
  };

  beforeEach(async () => aws().reset());

  describe('of a service', () => {
    let network: OwnNetwork;
    const count = async () => {
      const found = await ecs().send(new DescribeServicesCommand({ cluster: 'web', services: ['web'] }));
      return found.services?.[0]?.desiredCount;
    };
    const alarms = async () =>
      given((await cloudwatch().send(new DescribeAlarmsCommand({}))).MetricAlarms).length;

    beforeEach(async () => {
      network = await ownNetwork();
      await ecs().send(new CreateClusterCommand({ clusterName: 'web' }));
      await ecs().send(
        new RegisterTaskDefinitionCommand({
          family: 'web',
          networkMode: 'awsvpc',
          requiresCompatibilities: ['FARGATE'],
          cpu: '256',
          memory: '512',
          containerDefinitions: [{ name: 'web', image: 'web:1', portMappings: [{ containerPort: 80 }] }],
        }),
      );
      await ecs().send(
        new CreateServiceCommand({
          cluster: 'web',
          serviceName: 'web',
          taskDefinition: 'web',
          desiredCount: 1,
          launchType: 'FARGATE',
          networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets } },
        }),
      );
    });

    test('a target wants its service, pulls it into its bounds, and is tagged once', async () => {
      const bounds = { MinCapacity: 2, MaxCapacity: 4 };
      await refused(
        client().send(new RegisterScalableTargetCommand({ ...of('service/web/other'), ...bounds })),
        'ValidationException',
        /ECS service doesn't exist: service\/web\/other/,
      );
      await refused(
        client().send(new RegisterScalableTargetCommand({ ...WEB, MinCapacity: 5, MaxCapacity: 4 })),
        'ValidationException',
      );
      const Tags = { owner: 'me' };
      const made = await client().send(new RegisterScalableTargetCommand({ ...WEB, ...bounds, Tags }));
      const ResourceARN = given(made.ScalableTargetARN);
      expect(await count()).toBe(2);
      await refused(
        client().send(new RegisterScalableTargetCommand({ ...WEB, ...bounds, Tags })),
        'ValidationException',
        /already exists/,
      );
      await client().send(new RegisterScalableTargetCommand({ ...WEB, MaxCapacity: 9 }));
      const [found] = given(
        (await client().send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' })))
          .ScalableTargets,
      );
      expect(found).toMatchObject({ MinCapacity: 2, MaxCapacity: 9, ScalableTargetARN: ResourceARN });
      await client().send(new TagResourceCommand({ ResourceARN, Tags: { more: 'yes' } }));
      const tags = await client().send(new ListTagsForResourceCommand({ ResourceARN }));
      expect(tags.Tags).toEqual({ owner: 'me', more: 'yes' });
      const tagging = new ResourceGroupsTaggingAPIClient(options());
      const listed = await tagging.send(
        new GetResourcesCommand({ ResourceTypeFilters: ['application-autoscaling:scalable-target'] }),
      );
      expect(listed.ResourceTagMappingList?.map((one) => one.ResourceARN)).toEqual([ResourceARN]);
    });

    test('policies and scheduled actions want a target, and go with it, or with its service', async () => {
      await refused(
        client().send(new PutScalingPolicyCommand(tracking('ECSServiceAverageCPUUtilization'))),
        'ObjectNotFoundException',
      );
      await refused(client().send(new PutScheduledActionCommand(night)), 'ObjectNotFoundException');
      const before = await aws().dump();
      for (const end of [
        () => client().send(new DeregisterScalableTargetCommand(WEB)),
        () => ecs().send(new DeleteServiceCommand({ cluster: 'web', service: 'web', force: true })),
      ]) {
        await client().send(new RegisterScalableTargetCommand({ ...WEB, MinCapacity: 1, MaxCapacity: 4 }));
        await refused(
          client().send(new PutScalingPolicyCommand(tracking('ALBRequestCountPerTarget'))),
          'ValidationException',
          /ResourceLabel/,
        );
        await refused(
          client().send(new PutScheduledActionCommand({ ...night, Schedule: 'cron(0 20 * * * *)' })),
          'ValidationException',
        );
        await refused(
          client().send(new PutScheduledActionCommand({ ...night, Timezone: 'Mars/Base' })),
          'ValidationException',
        );
        await client().send(new PutScalingPolicyCommand(tracking('ECSServiceAverageCPUUtilization')));
        await client().send(new PutScalingPolicyCommand(tracking('ECSServiceAverageCPUUtilization')));
        await client().send(new PutScheduledActionCommand(night));
        expect(await alarms()).toBe(2);
        await end();
        expect(await alarms()).toBe(0);
        const left = await client().send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }));
        expect(left.ScalingPolicies).toEqual([]);
        const actions = await client().send(new DescribeScheduledActionsCommand({ ServiceNamespace: 'ecs' }));
        expect(actions.ScheduledActions).toEqual([]);
        await refused(client().send(new DeregisterScalableTargetCommand(WEB)), 'ObjectNotFoundException');
        await refused(client().send(new DeleteScheduledActionCommand(night)), 'ObjectNotFoundException');
        const service = await ecs().send(new DescribeServicesCommand({ cluster: 'web', services: ['web'] }));
        if (service.services?.[0]?.status === 'ACTIVE') expect(await aws().dump()).toBe(before);
      }
    });

    // PredefinedMetricSpecification, API reference, ResourceLabel.
    test('a policy by requests names the load balancer and target group that its service is registered with', async () => {
      const elb = new ElasticLoadBalancingV2Client(options());
      await client().send(new RegisterScalableTargetCommand({ ...WEB, MinCapacity: 1, MaxCapacity: 4 }));
      const balanced = async (Name: string) => {
        const { LoadBalancers } = await elb.send(
          new CreateLoadBalancerCommand({ Name, Type: 'application', Subnets: network.subnets }),
        );
        const LoadBalancerArn = given(LoadBalancers?.[0]?.LoadBalancerArn);
        const { TargetGroups } = await elb.send(
          new CreateTargetGroupCommand({
            Name,
            Protocol: 'HTTP',
            Port: 80,
            VpcId: network.vpc,
            TargetType: 'ip',
          }),
        );
        const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
        const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
        await elb.send(
          new CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions }),
        );
        return {
          TargetGroupArn,
          balancer: given(LoadBalancerArn.split(':loadbalancer/')[1]),
          group: given(TargetGroupArn.split(':').at(-1)),
        };
      };
      const [own, other] = [await balanced('own'), await balanced('other')];
      const put = (label: string) =>
        client().send(new PutScalingPolicyCommand(tracking('ALBRequestCountPerTarget', label)));
      const label = `${own.balancer}/${own.group}`;
      await refused(put(label), 'ValidationException', /target group is not attached to service\/web\/web/);
      await ecs().send(
        new UpdateServiceCommand({
          cluster: 'web',
          service: 'web',
          loadBalancers: [{ targetGroupArn: own.TargetGroupArn, containerName: 'web', containerPort: 80 }],
        }),
      );
      for (const [wrong, why] of [
        [`loadbalancer/${label}`, /Invalid ResourceLabel/],
        [own.group, /Invalid ResourceLabel/],
        [`app/own/0123456789abcdef/${own.group}`, /there is no load balancer app\/own\/0123456789abcdef/],
        [`${own.balancer}/targetgroup/own/0123456789abcdef`, /there is no target group/],
        [`${other.balancer}/${own.group}`, /the load balancer sends nothing to the target group/],
        [`${other.balancer}/${other.group}`, /target group is not attached/],
      ] as const)
        await refused(put(wrong), 'ValidationException', why);
      await put(label);
      elb.destroy();
    });
  });

  test('an alarm begins without data, and keeps state and tags when it is written again', async () => {
    const before = await aws().dump();
    const alarm = {
      AlarmName: 'cpu',
      Namespace: 'AWS/ECS',
      MetricName: 'CPUUtilization',
      Statistic: 'Average' as const,
      Period: 300,
      EvaluationPeriods: 2,
      Threshold: 80,
      ComparisonOperator: 'GreaterThanThreshold' as const,
    };
    const put = (more: object) => cloudwatch().send(new PutMetricAlarmCommand({ ...alarm, ...more }));
    const found = async () =>
      given((await cloudwatch().send(new DescribeAlarmsCommand({ AlarmNames: ['cpu'] }))).MetricAlarms?.[0]);
    await refused(put({ Period: 90 }), 'ValidationError');
    await put({ Tags: [{ Key: 'owner', Value: 'me' }] });
    expect((await found()).StateValue).toBe('INSUFFICIENT_DATA');
    const state = { AlarmName: 'cpu', StateValue: 'ALARM' as const, StateReason: 'hot' };
    await cloudwatch().send(new SetAlarmStateCommand(state));
    await put({ Threshold: 90, Tags: [{ Key: 'owner', Value: 'you' }] });
    expect(await found()).toMatchObject({ StateValue: 'ALARM', Threshold: 90 });
    const ResourceARN = given((await found()).AlarmArn);
    const tags = await cloudwatch().send(new ListAlarmTagsCommand({ ResourceARN }));
    expect(tags.Tags).toEqual([{ Key: 'owner', Value: 'me' }]);
    await cloudwatch().send(new DeleteAlarmsCommand({ AlarmNames: ['cpu'] }));
    expect(await aws().dump()).toBe(before);
  });
}
