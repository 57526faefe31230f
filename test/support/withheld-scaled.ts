import * as scaling from '@aws-sdk/client-application-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import { TAG } from '../../operator/graph/ownership.ts';
import { type DriftContext, id } from '../contract/drift/case.ts';
import { strayGroup } from '../contract/drift/capacity.ts';
import { targetArn } from '../contract/drift/scaling.ts';
import { scaledService } from './manifests.ts';
import { act, another, drift, orphanTags, type Provocation, undone } from './provocation.ts';
import { LISTED } from './withheld-services.ts';

const tags = orphanTags(scaledService);
const pairs = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const orphanGroup = act((at) => strayGroup(at, 'orphan', pairs));
const orphanTemplate = act((at) =>
  at.ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'orphan',
      LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' },
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: pairs }],
    }),
  ),
);
const orphanProvider = act(async (at) => {
  const { arn: autoScalingGroupArn } = await strayGroup(at, 'orphan', pairs);
  await at.ecs.send(
    new ecs.CreateCapacityProviderCommand({
      name: 'orphan',
      autoScalingGroupProvider: { autoScalingGroupArn },
      tags: pairs.map(({ Key: key, Value: value }) => ({ key, value })),
    }),
  );
});
/** A target that is to go, of a service of somebody's in our cluster. */
const orphanTarget = undone(async (at) => {
  const [cluster, service] = [id(at, 'cluster'), 'theirs'];
  const definition = { taskDefinition: id(at, 'task-definition'), launchType: 'EC2' } as const;
  await at.ecs.send(
    new ecs.CreateServiceCommand({ cluster, serviceName: service, desiredCount: 0, ...definition }),
  );
  await at.applicationAutoscaling.send(
    new scaling.RegisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: `service/${cluster.split('/').at(-1)}/${service}`,
      MinCapacity: 0,
      MaxCapacity: 0,
      Tags: tags,
    }),
  );
  return () => at.ecs.send(new ecs.DeleteServiceCommand({ cluster, service, force: true }));
});
/** A target that lost the tag of its installation: it is looked up by its id. */
const untaggedTarget = undone(async (at: DriftContext) => {
  const client = at.applicationAutoscaling;
  const ResourceARN = await targetArn(at);
  await client.send(new scaling.UntagResourceCommand({ ResourceARN, TagKeys: [TAG.installation] }));
  return () =>
    client.send(new scaling.TagResourceCommand({ ResourceARN, Tags: { [TAG.installation]: 'local' } }));
});

/** For each action that a scaled service on instances needs besides, what makes the operator need it. */
export const SCALED_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  ...LISTED,
  'application-autoscaling:DeleteScalingPolicy': drift('ScalingPolicies', 'policies[*] extra (of somebody)'),
  'application-autoscaling:DeleteScheduledAction': drift(
    'ScheduledActions',
    'actions[*] extra (of somebody)',
  ),
  'application-autoscaling:DeregisterScalableTarget': orphanTarget,
  'application-autoscaling:ListTagsForResource': untaggedTarget,
  'application-autoscaling:PutScalingPolicy': drift('ScalingPolicies', 'policies[*] changed'),
  'application-autoscaling:PutScheduledAction': drift('ScheduledActions', 'actions[*] changed'),
  'application-autoscaling:RegisterScalableTarget': drift('ScalableTarget', 'maxCapacity changed'),
  'application-autoscaling:TagResource': drift('ScalableTarget', 'tags missing'),
  'application-autoscaling:UntagResource': drift('ScalableTarget', 'tags extra'),
  'autoscaling:CreateAutoScalingGroup': another,
  'autoscaling:CreateOrUpdateTags': drift('AutoScalingGroup', 'tags missing'),
  'autoscaling:DeleteAutoScalingGroup': orphanGroup,
  'autoscaling:DeleteTags': drift('AutoScalingGroup', 'tags extra'),
  'autoscaling:UpdateAutoScalingGroup': drift('AutoScalingGroup', 'maxSize changed'),
  'ec2:CreateLaunchTemplate': another,
  'ec2:CreateLaunchTemplateVersion': drift('LaunchTemplate', 'image changed'),
  'ec2:DeleteLaunchTemplate': orphanTemplate,
  'ec2:ModifyLaunchTemplate': drift('LaunchTemplate', 'image changed'),
  'ec2:RunInstances': drift('AutoScalingGroup', 'launchTemplateVersion changed'),
  'ecs:CreateCapacityProvider': another,
  'ecs:DeleteCapacityProvider': orphanProvider,
  'ecs:PutClusterCapacityProviders': drift('ClusterCapacityProviders', 'providers[*] extra'),
  'ecs:UpdateCapacityProvider': drift('CapacityProvider', 'targetCapacityPercent changed'),
  'iam:AddRoleToInstanceProfile': drift('InstanceProfile', 'roleName missing'),
  'iam:RemoveRoleFromInstanceProfile': drift('InstanceProfile', 'roleName changed'),
  'iam:UntagInstanceProfile': drift('InstanceProfile', 'tags extra'),
  'ssm:GetParameters': drift('AutoScalingGroup', 'launchTemplateVersion changed'),
};
