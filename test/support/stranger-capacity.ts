import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, DeleteLaunchTemplateCommand, type Tag } from '@aws-sdk/client-ec2';
import { CreateCapacityProviderCommand, DeleteCapacityProviderCommand } from '@aws-sdk/client-ecs';
import { CreateInstanceProfileCommand, DeleteInstanceProfileCommand } from '@aws-sdk/client-iam';
import type { AwsSession } from '../../operator/aws/session.ts';
import { eventuallyTaken } from './eventually.ts';

const NAME = 'stranger';
const IMAGE = 'resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id';

/** A group of no instances with what it starts them from, and the capacity provider that scales it; ids by kind. */
export async function capacity(
  session: AwsSession,
  { SubnetId, Tags }: { readonly SubnetId: string; readonly Tags: readonly Tag[] },
): Promise<Record<string, string>> {
  const pairs = Tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));
  const { LaunchTemplate: template } = await session.ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: NAME,
      LaunchTemplateData: { ImageId: IMAGE, InstanceType: 't3.micro' },
      ...(pairs.length > 0 && { TagSpecifications: [{ ResourceType: 'launch-template', Tags: pairs }] }),
    }),
  );
  const LaunchTemplateId = template?.LaunchTemplateId ?? '';
  const ofGroup = { ResourceId: NAME, ResourceType: 'auto-scaling-group', PropagateAtLaunch: false };
  await session.autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: NAME,
      MinSize: 0,
      MaxSize: 0,
      VPCZoneIdentifier: SubnetId,
      LaunchTemplate: { LaunchTemplateId, Version: '$Default' },
      Tags: pairs.map((pair) => ({ ...pair, ...ofGroup })),
    }),
  );
  const { AutoScalingGroups: [group] = [] } = await session.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [NAME] }),
  );
  const { capacityProvider: provider } = await session.ecs.send(
    new CreateCapacityProviderCommand({
      name: NAME,
      autoScalingGroupProvider: { autoScalingGroupArn: group?.AutoScalingGroupARN ?? '' },
      tags: pairs.map(({ Key: key, Value: value }) => ({ key, value })),
    }),
  );
  await session.iam.send(
    new CreateInstanceProfileCommand({ InstanceProfileName: NAME, Path: '/landfall/portal/', Tags: pairs }),
  );
  return {
    LaunchTemplate: LaunchTemplateId,
    AutoScalingGroup: NAME,
    CapacityProvider: provider?.capacityProviderArn ?? '',
    InstanceProfile: NAME,
  };
}

export async function withoutCapacity(session: AwsSession, ids: Readonly<Record<string, string>>) {
  await session.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: ids['CapacityProvider'] }));
  // A capacity provider takes a while to go, and its group stays as long.
  await eventuallyTaken('the Auto Scaling group deleted', () =>
    session.autoscaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: NAME })),
  );
  const { LaunchTemplate: LaunchTemplateId } = ids;
  await session.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
  await session.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: NAME }));
}
