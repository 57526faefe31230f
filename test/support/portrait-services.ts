import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  ListTagsForResourceCommand as ListTagsOfTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVpcEndpointConnectionNotificationsCommand,
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeCapacityProvidersCommand, type ECSClient } from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetInstanceProfileCommand, type IAMClient, ListInstanceProfilesCommand } from '@aws-sdk/client-iam';
import { unlessGone } from '../../operator/aws/errors.ts';
import type { World } from './world.ts';

/** Load balancers with all that belongs to them. */
export async function balancersOf(
  client: elb.ElasticLoadBalancingV2Client,
): Promise<Record<string, object[]>> {
  const { LoadBalancers: balancers = [] } = await client.send(new elb.DescribeLoadBalancersCommand({}));
  const { TargetGroups: groups = [] } = await client.send(new elb.DescribeTargetGroupsCommand({}));
  const listeners = await Promise.all(
    balancers.map(async ({ LoadBalancerArn }) => {
      const found = await unlessGone(client.send(new elb.DescribeListenersCommand({ LoadBalancerArn })));
      return found?.Listeners ?? [];
    }),
  );
  return {
    loadBalancers: await Promise.all(
      balancers.map(async (balancer) => {
        const { LoadBalancerArn } = balancer;
        const ask = client.send(new elb.DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
        const { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforced = 'on', ...others } = balancer;
        return {
          ...others,
          // Where it was never set AWS says nothing, and means the same.
          enforced,
          attributes: (await unlessGone(ask))?.Attributes,
          ...(await tags(LoadBalancerArn)),
        };
      }),
    ),
    targetGroups: await Promise.all(
      groups.map(async (group) => {
        const { TargetGroupArn } = group;
        const ask = client.send(new elb.DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
        return { ...group, attributes: (await unlessGone(ask))?.Attributes, ...(await tags(TargetGroupArn)) };
      }),
    ),
    listeners: await Promise.all(
      listeners.flat().map(async (listener) => ({ ...listener, ...(await tags(listener.ListenerArn)) })),
    ),
  };

  async function tags(arn = '') {
    const found = await unlessGone(client.send(new elb.DescribeTagsCommand({ ResourceArns: [arn] })));
    return { Tags: found?.TagDescriptions?.[0]?.Tags };
  }
}

/** What scales services and tables, and alarms: those that AWS itself makes among them. */
export async function scalersOf(world: World): Promise<Record<string, object[]>> {
  const client = new ApplicationAutoScalingClient(world.clientOptions());
  const cloudwatch = new CloudWatchClient(world.clientOptions());
  try {
    const scaled = await Promise.all(
      (['ecs', 'dynamodb'] as const).map(async (ServiceNamespace) => {
        const of = { ServiceNamespace };
        const { ScalableTargets: targets = [] } = await client.send(new DescribeScalableTargetsCommand(of));
        const { ScalingPolicies: policies = [] } = await client.send(new DescribeScalingPoliciesCommand(of));
        const { ScheduledActions: actions = [] } = await client.send(new DescribeScheduledActionsCommand(of));
        return { targets, policies, actions };
      }),
    );
    const { MetricAlarms: alarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    return {
      scalableTargets: await Promise.all(
        scaled
          .flatMap(({ targets }) => targets)
          .map(async ({ ScalableTargetARN: ResourceARN, ...target }) => {
            const found = await unlessGone(client.send(new ListTagsOfTargetCommand({ ResourceARN })));
            const tags = Object.entries(found?.Tags ?? {});
            return { ...target, Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
          }),
      ),
      scalingPolicies: scaled.flatMap(({ policies }) => policies),
      scheduledActions: scaled.flatMap(({ actions }) => actions),
      alarms: await Promise.all(
        alarms.map(async ({ StateValue: _, StateReason: _reason, StateReasonData: _data, ...alarm }) => {
          const ask = new ListTagsForResourceCommand({ ResourceARN: alarm.AlarmArn });
          return { ...alarm, Tags: (await unlessGone(cloudwatch.send(ask)))?.Tags };
        }),
      ),
    };
  } finally {
    client.destroy();
    cloudwatch.destroy();
  }
}

/**
 * What instances are made from and grouped by. How many there are ECS says, and which number a version has, says only
 * what has happened.
 */
export async function capacityOf(
  world: World,
  { ec2, ecs, iam }: { readonly ec2: EC2Client; readonly ecs: ECSClient; readonly iam: IAMClient },
): Promise<Record<string, object[]>> {
  const autoscaling = new AutoScalingClient(world.clientOptions());
  try {
    const { LaunchTemplates: templates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
    const { AutoScalingGroups: groups = [] } = await autoscaling.send(
      new DescribeAutoScalingGroupsCommand({}),
    );
    const { capacityProviders: providers = [] } = await ecs.send(
      new DescribeCapacityProvidersCommand({ include: ['TAGS'] }),
    );
    const { InstanceProfiles: profiles = [] } = await iam.send(new ListInstanceProfilesCommand({}));
    return {
      launchTemplates: await Promise.all(
        templates.map(async ({ LaunchTemplateId, LaunchTemplateName, Tags }) => {
          const ask = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['$Default'] });
          const [version] = (await unlessGone(ec2.send(ask)))?.LaunchTemplateVersions ?? [];
          const { VersionDescription, LaunchTemplateData: { TagSpecifications, ...data } = {} } =
            version ?? {};
          // The local AWS counts the tags of the template itself among what its first version says.
          const tagged = TagSpecifications?.filter(({ ResourceType }) => ResourceType !== 'launch-template');
          const LaunchTemplateData = { ...data, TagSpecifications: tagged };
          return { LaunchTemplateId, LaunchTemplateName, Tags, VersionDescription, LaunchTemplateData };
        }),
      ),
      autoScalingGroups: groups.map(
        ({ DesiredCapacity: _, Instances: _running, CreatedTime: _at, ...group }) => withoutVersions(group),
      ),
      // What somebody tried in vain says only what has happened.
      capacityProviders: providers
        .filter(({ status, updateStatus }) => status === 'ACTIVE' && updateStatus !== 'DELETE_IN_PROGRESS')
        .map(({ updateStatus: _, updateStatusReason: _reason, ...provider }) => provider),
      instanceProfiles: await Promise.all(
        profiles.map(async ({ InstanceProfileName }) => {
          const ask = iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
          const { Arn, Roles = [], Tags } = (await unlessGone(ask))?.InstanceProfile ?? {};
          return { Arn, Roles: Roles.map(({ RoleName }) => RoleName), Tags };
        }),
      ),
    };
  } finally {
    autoscaling.destroy();
  }
}

function withoutVersions(group: object): object {
  const text = JSON.stringify(group, (key, value: unknown) => (key === 'Version' ? 'number' : value));
  return JSON.parse(text) as object;
}

/** What is offered to other accounts, to whom, and who is connected. */
export async function providedOf(ec2: EC2Client): Promise<Record<string, object[]>> {
  const found = await ec2.send(new DescribeVpcEndpointServiceConfigurationsCommand({}));
  const { ConnectionNotificationSet: notifications } = await ec2.send(
    new DescribeVpcEndpointConnectionNotificationsCommand({}),
  );
  const { VpcEndpointConnections: connections = [] } = await ec2.send(
    new DescribeVpcEndpointConnectionsCommand({}),
  );
  return {
    endpointServices: await Promise.all(
      (found.ServiceConfigurations ?? []).map(async (service) => {
        const { ServiceId } = service;
        const ask = ec2.send(new DescribeVpcEndpointServicePermissionsCommand({ ServiceId }));
        const { AllowedPrincipals: allowed = [] } = (await unlessGone(ask)) ?? {};
        return { ...service, allowed: allowed.map(({ Principal }) => Principal) };
      }),
    ),
    notifications: (notifications ?? []).map(
      ({ ConnectionNotificationId: _, ...notification }) => notification,
    ),
    connections: connections.map(({ VpcEndpointOwner, VpcEndpointState, ServiceId }) => ({
      VpcEndpointOwner,
      VpcEndpointState,
      ServiceId,
    })),
  };
}
