import type { Cluster, Service, TaskDefinition } from '@aws-sdk/client-ecs';
import type { EcsClusterInputs } from '../../../operator/aws/ecs/cluster.ts';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import { startedFor } from '../../../operator/aws/ecs/restarts.ts';
import { MARK, writable } from '../../../operator/aws/ecs/shared.ts';
import { contentHash, contentOf } from '../../../operator/aws/ecs/task-definition-changes.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import type { TaskDefinitionRevision } from '../../../operator/aws/ecs/task-definitions.ts';
import type { At, Make } from './settled.ts';

const STEM = 'arn:aws:ecs:us-east-1:123456789012';
const tagged = (tags: Readonly<Record<string, string>>, marks: Readonly<Record<string, string>> = {}) =>
  Object.entries({ ...tags, ...marks }).map(([key, value]) => ({ key, value }));

/** A revision as AWS describes it, with some of the defaults that it fills in. */
export function describedAs(inputs: TaskDefinitionInputs, number: number): TaskDefinition {
  const { containerDefinitions, ...task } = writable(contentOf(inputs));
  return {
    ...task,
    taskDefinitionArn: `${STEM}:task-definition/${inputs.family}:${number}`,
    revision: number,
    status: 'ACTIVE',
    volumes: [],
    containerDefinitions: containerDefinitions.map((container) => ({
      cpu: 0,
      mountPoints: [],
      ...container,
      portMappings: (container.portMappings ?? []).map((port) => ({ hostPort: port.containerPort, ...port })),
    })),
  };
}

/** What a service runs, as its listing reads it. */
export type RunningService = Service & { definition?: TaskDefinition | undefined };

/** How AWS lists what services are made of; see `settled.ts`. */
export const CONTAINER_MAKERS: Readonly<Record<string, Make>> = {
  EcsCluster: ({ inputs, tags }: At<EcsClusterInputs>): Cluster => ({
    clusterArn: `${STEM}:cluster/${inputs.name}`,
    clusterName: inputs.name,
    status: 'ACTIVE',
    settings: [{ name: 'containerInsights', value: inputs.containerInsights }],
    tags: tagged(tags),
  }),
  TaskDefinition({ inputs, tags }: At<TaskDefinitionInputs>): TaskDefinitionRevision {
    const described = describedAs(inputs, 1);
    const marks = { [MARK.content]: contentHash(inputs) };
    return { arn: described.taskDefinitionArn ?? '', status: 'ACTIVE', tags: tagged(tags, marks), described };
  },
  EcsService({ inputs, tags }: At<EcsServiceInputs>, all): RunningService {
    const { network, deployment } = inputs;
    const restart = startedFor(inputs);
    const revision = all.get('ecs/task-definitions')?.get(inputs.taskDefinition);
    return {
      serviceArn: `${STEM}:service/${inputs.cluster.split('/')[1]}/${inputs.name}`,
      serviceName: inputs.name,
      clusterArn: inputs.cluster,
      status: 'ACTIVE',
      taskDefinition: inputs.taskDefinition,
      definition: (revision as TaskDefinitionRevision | undefined)?.described,
      desiredCount: inputs.desiredCount,
      runningCount: inputs.desiredCount,
      launchType: inputs.launchType,
      platformVersion: inputs.platformVersion,
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...(network?.subnetIds ?? [])],
          securityGroups: [...(network?.securityGroupIds ?? [])],
          assignPublicIp: network?.assignPublicIp === true ? 'ENABLED' : 'DISABLED',
        },
      },
      deploymentConfiguration: {
        minimumHealthyPercent: deployment.minimumHealthyPercent,
        maximumPercent: deployment.maximumPercent,
        deploymentCircuitBreaker: { enable: deployment.circuitBreaker, rollback: deployment.rollback },
      },
      deployments: [{ status: 'PRIMARY', taskDefinition: inputs.taskDefinition, rolloutState: 'COMPLETED' }],
      availabilityZoneRebalancing: 'ENABLED',
      enableExecuteCommand: inputs.enableExecuteCommand,
      propagateTags: inputs.propagateTags,
      enableECSManagedTags: inputs.enableEcsManagedTags,
      tags: tagged(tags, restart === undefined ? {} : { [MARK.restarted]: restart }),
    };
  },
};
