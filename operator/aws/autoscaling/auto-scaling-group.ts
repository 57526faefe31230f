import {
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
  type Tag,
} from '@aws-sdk/client-auto-scaling';
import { Waiting } from '../../errors.ts';
import { READY, type ActionContext, type Change, type Permission, type State } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { tagWrites } from '../../graph/tags.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { PASSES_TO_INSTANCES } from '../iam/role.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagsOf } from '../tags.ts';
import { settingChanges, settingsFor, type AutoScalingGroupInputs } from './group-settings.ts';

/** The largest page of DescribeAutoScalingGroups. */
const PAGE = 100;
/**
 * The tag by which ECS knows the groups that it scales, and which it would put on itself:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html
 */
const ECS_MANAGED = 'AmazonECSManaged';
/** Names hold nothing that tags do not bound better. */
const GROUPS = 'autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/*';
/** How a group says that its deletion is under way. */
const DELETING = 'Delete in progress';

/**
 * What AWS asks of whoever gives a launch template to a group, as if he started the instances himself:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 */
const LAUNCHES: readonly Permission[] = [
  { action: 'ec2:RunInstances', on: 'new' },
  { action: 'ec2:CreateTags', on: 'new', when: { 'ec2:CreateAction': ['RunInstances'] } },
  // The template, its security groups and the subnets.
  { action: 'ec2:RunInstances', on: 'own' },
  { action: 'ec2:RunInstances', on: 'anything', resource: 'ec2:{region}::image/*' },
  PASSES_TO_INSTANCES,
  // Images of ECS are named by a parameter of AWS's own.
  { action: 'ssm:GetParameters', on: 'anything', resource: 'ssm:{region}::parameter/aws/service/ecs/*' },
];

/** Auto Scaling groups with their instances. */
export const autoScalingGroups: AwsCollection<AutoScalingGroup> = {
  name: 'autoscaling/groups',
  lane: 'fast',
  scope: 'region',
  iam: reads('autoscaling:DescribeAutoScalingGroups'),
  list: (session, installation) =>
    pages<AutoScalingGroup>(async (token) => {
      const answer = await session.autoscaling.send(
        new DescribeAutoScalingGroupsCommand({
          Filters: [{ Name: `tag:${TAG.installation}`, Values: [installation] }],
          MaxRecords: PAGE,
          ...(token !== undefined && { NextToken: token }),
        }),
      );
      return { items: answer.AutoScalingGroups, next: answer.NextToken };
    }),
  async get(session, names) {
    const found: AutoScalingGroup[] = [];
    for (let start = 0; start < names.length; start += PAGE) {
      const AutoScalingGroupNames = names.slice(start, start + PAGE);
      const answer = await session.autoscaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames, MaxRecords: PAGE }),
      );
      found.push(...(answer.AutoScalingGroups ?? []));
    }
    return found;
  },
  id: nameOf,
  tags(group) {
    const { [ECS_MANAGED]: _, ...tags } = tagsOf(group);
    return tags;
  },
};

/**
 * Instances that come and go. How many of them are wanted ECS says, between the smallest and the largest number; whoever
 * sets it as well fights with it, so it is given to a new group alone.
 */
export const autoScalingGroupKind: AwsKind<AutoScalingGroupInputs, AutoScalingGroup> = {
  type: 'AutoScalingGroup',
  collection: autoScalingGroups,
  idempotency: 'name',
  iam: [
    { action: 'autoscaling:CreateAutoScalingGroup', on: 'new', resource: GROUPS },
    { action: 'autoscaling:CreateOrUpdateTags', on: 'new', resource: GROUPS },
    ...onOwn(
      'autoscaling:CreateOrUpdateTags',
      'autoscaling:DeleteAutoScalingGroup',
      'autoscaling:DeleteTags',
      'autoscaling:UpdateAutoScalingGroup',
    ).map((permission): Permission => ({ ...permission, resource: GROUPS })),
    // The first group of an account makes the role by which Auto Scaling works, the first Spot instance that of Spot.
    ...['autoscaling', 'spot'].map((service): Permission => ({
      action: 'iam:CreateServiceLinkedRole',
      on: 'anything',
      resource: `iam::{account}:role/aws-service-role/${service}.amazonaws.com/*`,
      when: { 'iam:AWSServiceName': [`${service}.amazonaws.com`] },
    })),
    ...LAUNCHES,
  ],
  after: ['EcsService'],

  diff(inputs, group) {
    if (!group) return [];
    const name = nameOf(group);
    if (name !== inputs.name) return [{ path: 'name', from: name, to: inputs.name, replace: true }];
    const changes = settingChanges(inputs, group);
    const isMarked = ECS_MANAGED in tagsOf(group);
    return isMarked ? changes : [...changes, { path: 'ecsManaged', from: false, to: true }];
  },
  state: stateOf,
  outputs: (group) => ({
    id: nameOf(group),
    name: nameOf(group),
    arn: must(group.AutoScalingGroupARN, 'AutoScalingGroupARN'),
    desiredInstances: String(group.DesiredCapacity ?? 0),
    runningInstances: String(inService(group)),
  }),
  gone: () => false,
  needs: (group) => [
    ...[group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification?.LaunchTemplateId].flatMap(
      (id) => id ?? [],
    ),
    ...(group.VPCZoneIdentifier ?? '').split(',').filter((id) => id !== ''),
  ],

  // The answer to a create is empty.
  async create({ session, tags }, inputs) {
    await session.autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: inputs.name,
        ...settingsFor(inputs),
        ...(inputs.initialSize !== undefined && { DesiredCapacity: inputs.initialSize }),
        Tags: tagList(inputs.name, { ...tags, [ECS_MANAGED]: 'true' }),
      }),
    );
    const [made] = await autoScalingGroups.get(session, [inputs.name]);
    if (!made)
      throw new Waiting('NotYetVisible', `Auto Scaling group ${inputs.name} is made, and not listed yet`);
    return made;
  },
  async conflicting(session, { name }) {
    const [group] = await autoScalingGroups.get(session, [name]);
    return group;
  },
  async update(context, inputs, group, changes) {
    const { session, wrote } = context;
    const name = nameOf(group);
    const isMissing = changes.some(({ path }) => path === 'ecsManaged');
    await updateTags(context, name, [
      ...changes,
      ...(isMissing ? [{ path: `tags.${ECS_MANAGED}`, to: 'true' }] : []),
    ]);
    const changed = changes.filter(({ path }) => path !== 'ecsManaged' && !path.startsWith('tags.'));
    if (changed.length === 0) return;
    const settings = settingsFor(inputs, changed);
    await session.autoscaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, ...settings }),
    );
    wrote(autoScalingGroups, name, (record) => record && { ...record, ...settings });
  },
  // With force it need not be emptied first, protected instances included; it is listed until the last has ended.
  async delete({ session }, group) {
    const AutoScalingGroupName = nameOf(group);
    const answer = await unlessGone(
      session.autoscaling.send(
        new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }),
      ),
    );
    return answer && { ...group, Status: DELETING };
  },
};

function stateOf(group: AutoScalingGroup): State {
  const { MinSize: least = 0, DesiredCapacity: desired = 0, Status: status } = group;
  const running = inService(group);
  if (status === DELETING)
    return {
      phase: 'deleting',
      reason: 'WaitingForAws',
      message: `Auto Scaling group ${nameOf(group)} is being deleted, ${group.Instances?.length ?? 0} of its instances are still there`,
    };
  // More than the least come and go as ECS wants them.
  if (running >= Math.min(least, desired)) return READY;
  return {
    phase: 'pending',
    reason: 'WaitingForAws',
    message: `Auto Scaling group ${nameOf(group)}: ${running} of ${desired} instances are in service`,
  };
}

function inService({ Instances = [] }: AutoScalingGroup): number {
  return Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length;
}

function nameOf(group: AutoScalingGroup): string {
  return must(group.AutoScalingGroupName, 'AutoScalingGroupName');
}

/** Tags of a group, which its instances get as well. */
function tagList(name: string, tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({
    Key,
    Value,
    PropagateAtLaunch: true,
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
  }));
}

async function updateTags(
  context: ActionContext<AwsSession>,
  name: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(name, writes.set);
  const gone = tagList(name, Object.fromEntries(writes.unset.map((key) => [key, ''])));
  const { autoscaling } = context.session;
  if (Tags.length > 0) await autoscaling.send(new CreateOrUpdateTagsCommand({ Tags }));
  if (gone.length > 0) await autoscaling.send(new DeleteTagsCommand({ Tags: gone }));
  if (Tags.length + gone.length === 0) return;
  context.wrote(autoScalingGroups, name, (record) => record && retagged(record, writes));
}
