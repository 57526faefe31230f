import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, DeleteLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import {
  CreateCapacityProviderCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteCapacityProviderCommand,
  DeleteClusterCommand,
  DescribeCapacityProvidersCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { beforeEach, expect, test } from 'vitest';

import { aws, clientOptions, ec2, given, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';

/** Auto Scaling and capacity providers, in what ecsservice-capacity.test.ts does not come across. */
export function capacity(): void {
  let network: OwnNetwork;
  let scaling: AutoScalingClient;
  let ecs: ECSClient;
  let empty: string;

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    network = await ownNetwork();
    const options = { ...clientOptions(aws()), maxAttempts: 1 };
    scaling = new AutoScalingClient(options);
    ecs = new ECSClient(options);
    return () => {
      scaling.destroy();
      ecs.destroy();
    };
  });

  const group = async () =>
    (await scaling.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups?.[0];
  const provider = (name: string, autoScalingGroupArn: string) =>
    ecs.send(
      new CreateCapacityProviderCommand({
        name,
        autoScalingGroupProvider: {
          autoScalingGroupArn,
          managedScaling: { status: 'ENABLED' },
          managedTerminationProtection: 'ENABLED',
        },
      }),
    );
  const offer = (...capacityProviders: string[]) =>
    ecs.send(
      new PutClusterCapacityProvidersCommand({
        cluster: 'main',
        capacityProviders,
        defaultCapacityProviderStrategy: [],
      }),
    );

  test('groups keep to their bounds, and capacity providers to what AWS allows', async () => {
    const { LaunchTemplate: template } = await ec2().send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'main',
        LaunchTemplateData: { ImageId: 'ami-1', SecurityGroupIds: [network.group] },
      }),
    );
    const LaunchTemplateId = given(template?.LaunchTemplateId);
    const named = { AutoScalingGroupName: 'main' };
    const make = (MinSize: number, MaxSize: number) =>
      scaling.send(
        new CreateAutoScalingGroupCommand({
          ...named,
          MinSize,
          MaxSize,
          VPCZoneIdentifier: network.subnets.join(','),
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' },
              Overrides: [{ InstanceType: 't3.micro' }],
            },
          },
        }),
      );
    await refused(make(3, 2), 'ValidationError', /must be greater than or equal to min bound/);
    await make(1, 2);
    await refused(make(1, 2), 'AlreadyExists');
    await refused(
      scaling.send(new SetDesiredCapacityCommand({ ...named, DesiredCapacity: 3 })),
      'ValidationError',
      /above max value 2/,
    );
    expect((await group())?.Instances).toMatchObject([{ LifecycleState: 'Pending' }]);
    await aws().letPass(1);
    expect((await group())?.Instances).toMatchObject([{ LifecycleState: 'InService' }]);

    const arn = given((await group())?.AutoScalingGroupARN);
    await refused(provider('aws-main', arn), 'ClientException', /cannot be prefixed/);
    await refused(provider('main', `${arn}x`), 'ClientException', /group ARN is invalid/);
    await refused(provider('main', arn), 'ClientException', /must have instance protection from scale in/);
    await scaling.send(
      new UpdateAutoScalingGroupCommand({ ...named, NewInstancesProtectedFromScaleIn: true }),
    );
    await provider('main', arn);
    await refused(provider('main', arn), 'ClientException', /already exists/);
    await refused(provider('other', arn), 'ClientException', /already being used by another/);
    expect((await group())?.Tags).toMatchObject([{ Key: 'AmazonECSManaged', PropagateAtLaunch: true }]);
    await ecs.send(new CreateClusterCommand({ clusterName: 'main' }));
    await refused(offer('none'), 'InvalidParameterException', /was not found/);
    await offer('main');
    await refused(offer(), 'UpdateInProgressException');
    await aws().letPass(1);
    const kept = await ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: 'main' }));
    expect(kept.capacityProvider).toMatchObject({ status: 'ACTIVE', updateStatus: 'DELETE_FAILED' });

    await refused(scaling.send(new DeleteAutoScalingGroupCommand(named)), 'ResourceInUse');
    await scaling.send(new DeleteAutoScalingGroupCommand({ ...named, ForceDelete: true }));
    expect((await group())?.Status).toBe('Delete in progress');
    await aws().letPass(1);
    expect(await group()).toBeUndefined();
    await ecs.send(new DeleteClusterCommand({ cluster: 'main' }));
    await ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: 'main' }));
    await ec2().send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
    await network.remove();
    expect((await aws().dump()) === empty).toBe(true);
  });

  test('ten capacity providers are described at a time', async () => {
    const LaunchTemplateData = { ImageId: 'ami-1', SecurityGroupIds: [network.group] };
    const template = await ec2().send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: 'main', LaunchTemplateData }),
    );
    const LaunchTemplateId = given(template.LaunchTemplate?.LaunchTemplateId);
    for (let index = 0; index < 11; index += 1) {
      const AutoScalingGroupName = `group-${index}`;
      await scaling.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName,
          MinSize: 0,
          MaxSize: 1,
          VPCZoneIdentifier: network.subnets.join(','),
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' },
              Overrides: [{ InstanceType: 't3.micro' }],
            },
          },
          NewInstancesProtectedFromScaleIn: true,
        }),
      );
      const made = await scaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
      );
      await provider(`provider-${index}`, given(made.AutoScalingGroups?.[0]?.AutoScalingGroupARN));
    }
    const names = Array.from({ length: 11 }, (_, index) => `provider-${index}`);
    const described = (nextToken?: string) =>
      ecs.send(new DescribeCapacityProvidersCommand({ capacityProviders: names, nextToken }));
    const first = await described();
    expect(first.capacityProviders?.map(({ name }) => name)).toEqual(names.slice(0, 10));
    const second = await described(given(first.nextToken));
    expect(second.capacityProviders?.map(({ name }) => name)).toEqual(names.slice(10));
    expect(second.nextToken).toBeUndefined();
    const tooMany = ecs.send(new DescribeCapacityProvidersCommand({ maxResults: 11 }));
    await refused(tooMany, 'InvalidParameterException', /between 1 and 10/);
  });

  // aws/containers-roadmap#838, pipe-cd/pipecd#6385
  test('a service moves to other capacity only by a deployment, and from a strategy to its launch type', async () => {
    await ecs.send(new CreateClusterCommand({ clusterName: 'main' }));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'app', image: 'app:1' }],
      }),
    );
    const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
    const create = () =>
      ecs.send(
        new CreateServiceCommand({
          cluster: 'main',
          serviceName: 'web',
          taskDefinition: 'web',
          desiredCount: 1,
          capacityProviderStrategy: spot,
          networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets } },
        }),
      );
    await refused(create(), 'InvalidParameterException', /not associated with the cluster/);
    await offer('FARGATE', 'FARGATE_SPOT');
    expect((await create()).service?.launchType).toBeUndefined();
    const move = async (capacityProviderStrategy: typeof spot, forceNewDeployment: boolean) => {
      const to = { capacityProviderStrategy, forceNewDeployment };
      const answer = await ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', ...to }));
      return answer.service;
    };
    await refused(move([], false), 'InvalidParameterException', /you must force a new deployment/);
    await refused(offer('FARGATE'), 'ResourceInUseException');
    expect(await move([], true)).toMatchObject({ launchType: 'FARGATE', capacityProviderStrategy: [] });
    await refused(move(spot, false), 'InvalidParameterException', /you must force a new deployment/);
    const other = [{ capacityProvider: 'other', weight: 1 }];
    await refused(move(other, true), 'InvalidParameterException', /not associated with the cluster/);
    const moved = await move(spot, true);
    expect(moved).toMatchObject({ capacityProviderStrategy: spot });
    expect(moved?.launchType).toBeUndefined();
  });

  test('Fargate pulls from registries only what its network leads to', async () => {
    await ecs.send(new CreateClusterCommand({ clusterName: 'main' }));
    const stopped = async (family: string, image: string) => {
      await ecs.send(
        new RegisterTaskDefinitionCommand({
          family,
          networkMode: 'awsvpc',
          requiresCompatibilities: ['FARGATE'],
          cpu: '256',
          memory: '512',
          containerDefinitions: [{ name: 'app', image }],
        }),
      );
      await ecs.send(
        new CreateServiceCommand({
          cluster: 'main',
          serviceName: family,
          taskDefinition: family,
          desiredCount: 1,
          launchType: 'FARGATE',
          networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets } },
        }),
      );
      return eventually(async () => {
        const list = new ListTasksCommand({ cluster: 'main', serviceName: family, desiredStatus: 'STOPPED' });
        const { taskArns: tasks = [] } = await ecs.send(list);
        if (tasks.length > 0) {
          const found = await ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks }));
          return found.tasks?.[0]?.stoppedReason;
        }
        const { services } = await ecs.send(
          new DescribeServicesCommand({ cluster: 'main', services: [family] }),
        );
        return services?.[0]?.runningCount === 1 ? 'runs' : undefined;
      });
    };
    expect(await stopped('ecr', '111111111111.dkr.ecr.us-east-1.amazonaws.com/app:1')).toMatch(
      /^ResourceInitializationError: unable to pull secrets or registry auth/,
    );
    expect(await stopped('hub', 'quay.io/team/app:1')).toMatch(/^CannotPullContainerError: .* i\/o timeout/);
    expect(await stopped('here', 'app:1')).toBe('runs');
  });
}
