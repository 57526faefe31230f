import type { AutoScalingGroupInputs } from '../../../../operator/aws/autoscaling/group-settings.ts';
import {
  contentOf,
  descriptionOf,
  type LaunchTemplateInputs,
} from '../../../../operator/aws/ec2/launch-template-content.ts';
import type { Case } from '../case.ts';
import { CLUSTER } from '../ecs/cases.ts';

const ACCOUNT = '111111111111';
export const PROFILE = `arn:aws:iam::${ACCOUNT}:instance-profile/landfall/team/web-instance`;
export const GROUP = `arn:aws:autoscaling:eu-central-1:${ACCOUNT}:autoScalingGroup:1-2:autoScalingGroupName/web`;
const PROVIDER = `arn:aws:ecs:eu-central-1:${ACCOUNT}:capacity-provider/web-capacity`;

/** As the portal's. */
export const template: LaunchTemplateInputs = {
  name: 'landfall-team-web',
  image: 'resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
  instanceProfileArn: PROFILE,
  securityGroupIds: ['sg-1', 'sg-2'],
  volume: { device: '/dev/xvda', sizeGiB: 30 },
  userData: '#!/bin/bash\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\n',
  tags: { 'landfall.dev/installation': 'test' },
};

export const listedTemplate = {
  LaunchTemplateId: 'lt-1',
  LaunchTemplateName: 'landfall-team-web',
  DefaultVersionNumber: 3,
  LatestVersionNumber: 3,
  version: {
    LaunchTemplateId: 'lt-1',
    VersionNumber: 3,
    VersionDescription: descriptionOf(template),
    LaunchTemplateData: contentOf(template),
  },
};

export const group: AutoScalingGroupInputs = {
  name: 'web',
  launchTemplateId: 'lt-1',
  launchTemplateVersion: '3',
  instanceTypes: ['t3.micro', 't3a.micro'],
  spotPercent: 30,
  minSize: 1,
  maxSize: 4,
  subnetIds: ['subnet-1', 'subnet-2'],
};

export const listedGroup = {
  AutoScalingGroupName: 'web',
  AutoScalingGroupARN: GROUP,
  MinSize: 1,
  MaxSize: 4,
  DesiredCapacity: 2,
  NewInstancesProtectedFromScaleIn: true,
  VPCZoneIdentifier: 'subnet-2,subnet-1',
  MixedInstancesPolicy: {
    LaunchTemplate: {
      LaunchTemplateSpecification: {
        LaunchTemplateId: 'lt-1',
        LaunchTemplateName: 'landfall-team-web',
        Version: '3',
      },
      Overrides: [{ InstanceType: 't3a.micro' }, { InstanceType: 't3.micro' }],
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'lowest-price',
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 70,
      SpotAllocationStrategy: 'price-capacity-optimized',
    },
  },
  Instances: [
    { InstanceId: 'i-1', LifecycleState: 'InService' },
    { InstanceId: 'i-2', LifecycleState: 'Pending' },
  ],
  Tags: [{ Key: 'AmazonECSManaged', Value: 'true' }],
};

export const provider = { name: 'web-capacity', autoScalingGroupArn: GROUP, targetCapacityPercent: 100 };

export const listedProvider = {
  capacityProviderArn: PROVIDER,
  name: 'web-capacity',
  status: 'ACTIVE' as const,
  autoScalingGroupProvider: {
    autoScalingGroupArn: GROUP,
    managedScaling: {
      status: 'ENABLED' as const,
      targetCapacity: 100,
      minimumScalingStepSize: 1,
      maximumScalingStepSize: 10_000,
      instanceWarmupPeriod: 300,
    },
    managedTerminationProtection: 'ENABLED' as const,
    managedDraining: 'ENABLED' as const,
  },
};

/** For the contract of all kinds (`kinds.test.ts`). */
export const CAPACITY_CASES: Readonly<Record<string, Case>> = {
  LaunchTemplate: {
    inputs: template,
    record: listedTemplate,
    needs: ['web-instance', 'sg-1', 'sg-2'],
    changes: [
      [{ name: 'other' }, 'name: landfall-team-web -> other (replace)'],
      [{ image: 'ami-1' }, `image: ${template.image} -> ami-1`],
      [{ instanceProfileArn: 'arn:p' }, `instanceProfileArn: {"Arn":"${PROFILE}"} -> {"Arn":"arn:p"}`],
      [{ securityGroupIds: ['sg-1', 'sg-3'] }, 'securityGroupIds: ["sg-1","sg-2"] -> ["sg-1","sg-3"]'],
      [
        { volume: { device: '/dev/xvda', sizeGiB: 50 } },
        'volume: [{"DeviceName":"/dev/xvda","Ebs":{"VolumeSize":30,"VolumeType":"gp3","Encrypted":true,"DeleteOnTermination":true}}] -> [{"DeviceName":"/dev/xvda","Ebs":{"VolumeSize":50,"VolumeType":"gp3","Encrypted":true,"DeleteOnTermination":true}}]',
      ],
      [
        { userData: 'x' },
        `userData: ${Buffer.from(template.userData).toString('base64')} -> ${Buffer.from('x').toString('base64')}`,
      ],
    ],
  },
  InstanceProfile: {
    inputs: { name: 'web-instance', path: '/landfall/team/', roleName: 'web-role' },
    record: {
      InstanceProfileName: 'web-instance',
      Arn: PROFILE,
      Path: '/landfall/team/',
      Roles: [{ RoleName: 'web-role' }],
    },
    needs: ['web-role'],
    changes: [
      [{ name: 'other' }, 'name: web-instance -> other (replace)'],
      [{ roleName: 'other' }, 'roleName: web-role -> other'],
    ],
  },
  AutoScalingGroup: {
    inputs: group,
    record: listedGroup,
    needs: ['lt-1', 'subnet-2', 'subnet-1'],
    changes: [
      [{ name: 'api' }, 'name: web -> api (replace)'],
      [{ launchTemplateId: 'lt-2' }, 'launchTemplateId: lt-1 -> lt-2'],
      [{ launchTemplateVersion: '4' }, 'launchTemplateVersion: 3 -> 4'],
      [{ instanceTypes: ['t3.small'] }, 'instanceTypes: ["t3.micro","t3a.micro"] -> ["t3.small"]'],
      [{ spotPercent: 0 }, 'spotPercent: 30 -> 0'],
      [{ minSize: 2 }, 'minSize: 1 -> 2'],
      [{ maxSize: 5 }, 'maxSize: 4 -> 5'],
      [{ subnetIds: ['subnet-1'] }, 'subnetIds: ["subnet-1","subnet-2"] -> ["subnet-1"]'],
    ],
  },
  CapacityProvider: {
    inputs: provider,
    record: listedProvider,
    needs: [],
    changes: [
      [{ name: 'other' }, 'name: web-capacity -> other (replace)'],
      [{ autoScalingGroupArn: 'arn:g' }, `autoScalingGroupArn: ${GROUP} -> arn:g (replace)`],
      [{ targetCapacityPercent: 80 }, 'targetCapacityPercent: 100 -> 80'],
    ],
  },
  ClusterCapacityProviders: {
    inputs: { cluster: CLUSTER, providers: ['web-capacity'], own: 'web-capacity' },
    // What others have put there stays.
    record: { clusterArn: CLUSTER, clusterName: 'web', capacityProviders: ['web-capacity', 'theirs'] },
    needs: [],
    changes: [
      [{ providers: ['web-capacity', 'FARGATE_SPOT'] }, 'providers[FARGATE_SPOT]: (nothing) -> FARGATE_SPOT'],
    ],
  },
};
