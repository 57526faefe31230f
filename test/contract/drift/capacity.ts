import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import { eventually } from '../../support/eventually.ts';
import { type Cases, type DriftCase, type DriftContext, id, one, refused } from './case.ts';
import { drift, launchCases, tags, TEMPLATE } from './launch.ts';

/** How AWS says in an answer, and by no error, that it keeps something. */
class Kept extends Error {
  override readonly name = 'ResourceInUse';
}

const GROUP = 'auto-scaling-group';
const PROVIDER = 'capacity-provider';

/** A group of no instances that nobody asked for, started from our template; what takes it away. */
export async function strayGroup(
  at: DriftContext,
  AutoScalingGroupName: string,
  pairs: readonly { Key: string; Value: string }[] = [],
): Promise<{ arn: string; remove: () => Promise<unknown> }> {
  const of = { ResourceId: AutoScalingGroupName, ResourceType: 'auto-scaling-group' };
  const Tags = pairs.map((pair) => ({ ...pair, ...of, PropagateAtLaunch: false }));
  const LaunchTemplate = { LaunchTemplateId: id(at, TEMPLATE), Version: '$Default' };
  const { VPCZoneIdentifier } = await groupOf(at);
  const size = { MinSize: 0, MaxSize: 0, VPCZoneIdentifier };
  await at.autoscaling.send(
    new autoscaling.CreateAutoScalingGroupCommand({ AutoScalingGroupName, LaunchTemplate, ...size, Tags }),
  );
  const made = await at.autoscaling.send(
    new autoscaling.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
  );
  return {
    arn: one(made.AutoScalingGroups, 'group').AutoScalingGroupARN ?? '',
    remove: () =>
      at.autoscaling.send(new autoscaling.DeleteAutoScalingGroupCommand({ AutoScalingGroupName })),
  };
}

/** The cluster has one more that looks as if another had taken its place. */
const formerProvider: DriftCase = {
  node: 'cluster-capacity-providers',
  async drift(at) {
    const { arn: autoScalingGroupArn, remove } = await strayGroup(at, 'stray');
    const own = one(id(at, PROVIDER).split('/').slice(-1), 'name');
    const name = `${own}-0123abcd`;
    await at.ecs.send(
      new ecs.CreateCapacityProviderCommand({ name, autoScalingGroupProvider: { autoScalingGroupArn } }),
    );
    await at.ecs.send(
      new ecs.PutClusterCapacityProvidersCommand({
        cluster: id(at, 'cluster'),
        capacityProviders: [own, name],
        defaultCapacityProviderStrategy: [],
      }),
    );
    return async () => {
      await at.ecs.send(new ecs.DeleteCapacityProviderCommand({ capacityProvider: name }));
      // A capacity provider takes a while to go, and its group stays as long.
      await eventually('the group deleted', () =>
        remove()
          .then(() => true)
          .catch(() => false),
      );
    };
  },
};

const named = (at: DriftContext) => ({ AutoScalingGroupName: id(at, GROUP) });

async function groupOf(at: DriftContext): Promise<autoscaling.AutoScalingGroup> {
  const AutoScalingGroupNames = [id(at, GROUP)];
  const found = await at.autoscaling.send(
    new autoscaling.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames }),
  );
  return one(found.AutoScalingGroups, 'group');
}

const group = (input: Partial<autoscaling.UpdateAutoScalingGroupCommandInput>): DriftCase =>
  drift(GROUP, (at) =>
    at.autoscaling.send(new autoscaling.UpdateAutoScalingGroupCommand({ ...named(at), ...input })),
  );

/** Another mix of instances. */
const mix = (
  change: (now: autoscaling.MixedInstancesPolicy) => autoscaling.MixedInstancesPolicy,
): DriftCase =>
  drift(GROUP, async (at) => {
    const { MixedInstancesPolicy: now = {} } = await groupOf(at);
    // AWS tells id and name of the template, and takes only one of them.
    delete now.LaunchTemplate?.LaunchTemplateSpecification?.LaunchTemplateName;
    await at.autoscaling.send(
      new autoscaling.UpdateAutoScalingGroupCommand({ ...named(at), MixedInstancesPolicy: change(now) }),
    );
  });

const startedFrom = (
  now: autoscaling.MixedInstancesPolicy,
  what: autoscaling.LaunchTemplateSpecification,
): autoscaling.MixedInstancesPolicy => ({
  ...now,
  LaunchTemplate: {
    ...now.LaunchTemplate,
    LaunchTemplateSpecification: { ...now.LaunchTemplate?.LaunchTemplateSpecification, ...what },
  },
});

const scaling = (input: ecs.AutoScalingGroupProviderUpdate): DriftCase =>
  drift(PROVIDER, (at) =>
    at.ecs.send(
      new ecs.UpdateCapacityProviderCommand({
        name: one(id(at, PROVIDER).split('/').slice(-1), 'name'),
        autoScalingGroupProvider: input,
      }),
    ),
  );

const groupTag = (at: DriftContext, Key: string, Value?: string): autoscaling.Tag => ({
  Key,
  ...(Value !== undefined && { Value }),
  ResourceId: id(at, GROUP),
  ResourceType: 'auto-scaling-group',
  PropagateAtLaunch: true,
});

/** For the kinds of capacity, as `driftCases` has them for a network's. */
export const capacityCases: Cases = {
  ...launchCases,
  AutoScalingGroup: {
    ...tags(
      GROUP,
      (at, { Key, Value }) =>
        at.autoscaling.send(new autoscaling.CreateOrUpdateTagsCommand({ Tags: [groupTag(at, Key, Value)] })),
      (at, key) => at.autoscaling.send(new autoscaling.DeleteTagsCommand({ Tags: [groupTag(at, key)] })),
    ),
    'ecsManaged changed': drift(GROUP, (at) =>
      at.autoscaling.send(new autoscaling.DeleteTagsCommand({ Tags: [groupTag(at, 'AmazonECSManaged')] })),
    ),
    'launchTemplateId changed': {
      node: GROUP,
      async drift(at) {
        const made = await at.ec2.send(
          new ec2.CreateLaunchTemplateCommand({
            LaunchTemplateName: 'stray',
            LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' },
          }),
        );
        const LaunchTemplateId = made.LaunchTemplate?.LaunchTemplateId;
        await mix((now) => startedFrom(now, { LaunchTemplateId, Version: '$Default' })).drift(at);
        return () => at.ec2.send(new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateId }));
      },
    },
    'launchTemplateVersion changed': mix((now) => startedFrom(now, { Version: '$Latest' })),
    'subnetIds changed': drift(GROUP, async (at) => {
      const [first] = (await groupOf(at)).VPCZoneIdentifier?.split(',') ?? [];
      await at.autoscaling.send(
        new autoscaling.UpdateAutoScalingGroupCommand({ ...named(at), VPCZoneIdentifier: first }),
      );
    }),
    deleted: refused('ResourceInUseFault', (at) =>
      at.autoscaling.send(new autoscaling.DeleteAutoScalingGroupCommand(named(at))),
    ),
    'minSize changed': group({ MinSize: 0 }),
    'maxSize changed': group({ MaxSize: 9 }),
    'protectedFromScaleIn changed': group({ NewInstancesProtectedFromScaleIn: false }),
    'spotPercent changed': mix((now) => ({
      ...now,
      InstancesDistribution: { ...now.InstancesDistribution, OnDemandPercentageAboveBaseCapacity: 50 },
    })),
    'instanceTypes changed': mix((now) => ({
      ...now,
      LaunchTemplate: { ...now.LaunchTemplate, Overrides: [{ InstanceType: 'm5.large' }] },
    })),
  },
  CapacityProvider: {
    ...tags(
      PROVIDER,
      (at, { Key: key, Value: value }) =>
        at.ecs.send(new ecs.TagResourceCommand({ resourceArn: id(at, PROVIDER), tags: [{ key, value }] })),
      (at, key) =>
        at.ecs.send(new ecs.UntagResourceCommand({ resourceArn: id(at, PROVIDER), tagKeys: [key] })),
    ),
    'targetCapacityPercent changed': scaling({ managedScaling: { targetCapacity: 50 } }),
    // With protection AWS wants it: ECS API reference, AutoScalingGroupProvider.
    'managedScaling changed': scaling({
      managedScaling: { status: 'DISABLED' },
      managedTerminationProtection: 'DISABLED',
    }),
    'terminationProtection changed': scaling({ managedTerminationProtection: 'DISABLED' }),
    'draining changed': scaling({ managedDraining: 'DISABLED' }),
    deleted: refused('ResourceInUse', async (at) => {
      const answer = await at.ecs.send(
        new ecs.DeleteCapacityProviderCommand({ capacityProvider: id(at, PROVIDER) }),
      );
      // AWS keeps one that a cluster has, and answers with success.
      if (answer.capacityProvider?.updateStatus === 'DELETE_FAILED') throw new Kept();
    }),
  },
  ClusterCapacityProviders: {
    'providers[*] missing': refused('ResourceInUseException', (at) =>
      at.ecs.send(
        new ecs.PutClusterCapacityProvidersCommand({
          cluster: id(at, 'cluster'),
          capacityProviders: [],
          defaultCapacityProviderStrategy: [],
        }),
      ),
    ),
    'providers[*] extra': formerProvider,
  },
};

/** By kind, what AWS says of every thing of it, so that it cannot be missing. */
export const capacityAlwaysSaid: Readonly<Record<string, readonly string[]>> = {
  // A group in which instances are mixed always has a template.
  AutoScalingGroup: ['launchTemplateId', 'launchTemplateVersion', 'maxSize', 'minSize'],
  CapacityProvider: ['draining', 'managedScaling', 'targetCapacityPercent', 'terminationProtection'],
};
