import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import {
  DeleteInstanceProfileCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { type Case, type Cases, type DriftCase, type DriftContext, id, one, refused } from './case.ts';

/** What a case of capacity gets besides. */
export interface CapacityContext extends DriftContext {
  readonly autoscaling: autoscaling.AutoScalingClient;
}

const TEMPLATE = 'launch-template';
const PROFILE = 'instance-profile';
const GROUP = 'auto-scaling-group';
const PROVIDER = 'capacity-provider';

const drift = (node: string, act: (at: CapacityContext) => Promise<unknown>): DriftCase => ({
  node,
  drift: async (at) => void (await act(at as CapacityContext)),
});

/** The three ways in which tags drift, by how a service sets one and takes one away. */
function tags(
  node: string,
  set: (at: CapacityContext, tag: { Key: string; Value: string }) => Promise<unknown>,
  unset: (at: CapacityContext, key: string) => Promise<unknown>,
): Record<string, Case> {
  return {
    'tags missing': drift(node, (at) => unset(at, 'project')),
    'tags extra': drift(node, (at) => set(at, { Key: 'stray', Value: 'yes' })),
    'tags changed': drift(node, (at) => set(at, { Key: 'project', Value: 'somebody-else' })),
  };
}

/** Instances are started from somebody's version. */
const othersVersion = drift(TEMPLATE, async (at) => {
  const LaunchTemplateId = id(at, TEMPLATE);
  const made = await at.ec2.send(
    new ec2.CreateLaunchTemplateVersionCommand({
      LaunchTemplateId,
      LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' },
    }),
  );
  const DefaultVersion = String(made.LaunchTemplateVersion?.VersionNumber);
  await at.ec2.send(new ec2.ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion }));
});

const named = (at: DriftContext) => ({ AutoScalingGroupName: id(at, GROUP) });

const group = (input: Partial<autoscaling.UpdateAutoScalingGroupCommandInput>): DriftCase =>
  drift(GROUP, (at) =>
    at.autoscaling.send(new autoscaling.UpdateAutoScalingGroupCommand({ ...named(at), ...input })),
  );

/** Another mix of instances. */
const mix = (
  change: (now: autoscaling.MixedInstancesPolicy) => autoscaling.MixedInstancesPolicy,
): DriftCase =>
  drift(GROUP, async (at) => {
    const found = await at.autoscaling.send(
      new autoscaling.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [id(at, GROUP)] }),
    );
    const { MixedInstancesPolicy: now = {} } = one(found.AutoScalingGroups, 'group');
    // AWS tells id and name of the template, and takes only one of them.
    delete now.LaunchTemplate?.LaunchTemplateSpecification?.LaunchTemplateName;
    await at.autoscaling.send(
      new autoscaling.UpdateAutoScalingGroupCommand({ ...named(at), MixedInstancesPolicy: change(now) }),
    );
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
  LaunchTemplate: {
    ...tags(
      TEMPLATE,
      (at, tag) => at.ec2.send(new ec2.CreateTagsCommand({ Resources: [id(at, TEMPLATE)], Tags: [tag] })),
      (at, Key) => at.ec2.send(new ec2.DeleteTagsCommand({ Resources: [id(at, TEMPLATE)], Tags: [{ Key }] })),
    ),
    'image changed': othersVersion,
    deleted: drift(TEMPLATE, (at) =>
      at.ec2.send(new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateId: id(at, TEMPLATE) })),
    ),
  },
  InstanceProfile: {
    ...tags(
      PROFILE,
      (at, tag) =>
        at.iam.send(new TagInstanceProfileCommand({ InstanceProfileName: id(at, PROFILE), Tags: [tag] })),
      (at, key) =>
        at.iam.send(
          new UntagInstanceProfileCommand({ InstanceProfileName: id(at, PROFILE), TagKeys: [key] }),
        ),
    ),
    'roleName missing': drift(PROFILE, (at) =>
      at.iam.send(
        new RemoveRoleFromInstanceProfileCommand({
          InstanceProfileName: id(at, PROFILE),
          RoleName: id(at, 'role/instance'),
        }),
      ),
    ),
    deleted: refused('DeleteConflict', (at) =>
      at.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: id(at, PROFILE) })),
    ),
  },
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
    'terminationProtection changed': scaling({ managedTerminationProtection: 'DISABLED' }),
    'draining changed': scaling({ managedDraining: 'DISABLED' }),
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
  },
};
