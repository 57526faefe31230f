import type { Autoscaling } from '../../api/autoscaling.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import type { EcsServiceInputs } from '../../aws/ecs/service-settings.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { beforeBalanced } from './load-balancing.ts';

/** The types of what scales and watches a service. */
export const SCALING_NODES: readonly NodeType[] = [
  'ScalableTarget',
  'ScalingPolicies',
  'ScheduledActions',
  'Alarm',
];

/** How many tasks run: a number, or where AWS scales the service only the one that it begins with, within its bounds. */
export function countOf(
  autoscaling: Autoscaling | undefined,
  desiredCount: number,
): Pick<EcsServiceInputs, 'desiredCount' | 'initialCount'> {
  if (!autoscaling) return { desiredCount };
  const { minCount, maxCount } = autoscaling;
  return { initialCount: Math.min(Math.max(desiredCount, minCount), maxCount) };
}

/** How many tasks there are at least when all is well. */
export function fewestOf({ spec }: EcsService, desiredCount: number): number {
  const { autoscaling } = spec.service;
  if (!autoscaling) return desiredCount;
  return Math.min(autoscaling.minCount, ...autoscaling.schedules.flatMap(({ minCount }) => minCount ?? []));
}

/** What has AWS set the count of a service's tasks; nothing where its spec does. */
export function scalingNodes(build: NodeBuilder, { spec }: EcsService): GraphNode[] {
  const { autoscaling } = spec.service;
  if (!autoscaling) return [];
  const { minCount, maxCount, schedules } = autoscaling;
  const actions = schedules.map(({ name, schedule, timeZone, ...bounds }) => ({
    name,
    schedule,
    timeZone,
    ...(bounds.minCount !== undefined && { minCapacity: bounds.minCount }),
    ...(bounds.maxCount !== undefined && { maxCapacity: bounds.maxCount }),
  }));
  return [
    build.thing('ScalableTarget', 'scalable-target', {
      resource: ref('service', 'arn'),
      capacity: 'tasks',
      minCapacity: minCount,
      maxCapacity: maxCount,
      scheduled: actions.map(({ name: _name, schedule: _schedule, timeZone: _zone, ...bounds }) => bounds),
    }),
    build.facet(
      'ScalingPolicies',
      'scaling-policies',
      { scalableTargetId: ref('scalable-target'), policies: policiesOf(autoscaling) },
      // AWS counts requests only of a load balancer that sends to the service already.
      { dependsOn: autoscaling.requestsPerTarget === undefined ? [] : ['service', ...beforeBalanced(spec)] },
    ),
    build.facet('ScheduledActions', 'scheduled-actions', {
      scalableTargetId: ref('scalable-target'),
      actions: Object.fromEntries(actions.map(({ name, ...action }) => [name, action])),
    }),
  ];
}

function policiesOf(autoscaling: Autoscaling) {
  const { cpuPercent, memoryPercent, requestsPerTarget } = autoscaling;
  const { scaleOutCooldownSeconds, scaleInCooldownSeconds } = autoscaling;
  const cooldowns = { scaleOutCooldownSeconds, scaleInCooldownSeconds };
  return {
    ...(cpuPercent !== undefined && {
      cpu: { metric: 'ECSServiceAverageCPUUtilization' as const, targetValue: cpuPercent, ...cooldowns },
    }),
    ...(memoryPercent !== undefined && {
      memory: {
        metric: 'ECSServiceAverageMemoryUtilization' as const,
        targetValue: memoryPercent,
        ...cooldowns,
      },
    }),
    ...(requestsPerTarget !== undefined && {
      requests: {
        metric: 'ALBRequestCountPerTarget' as const,
        resourceLabel: `${ref('load-balancer', 'metricName')}/${ref('target-group', 'metricName')}`,
        targetValue: requestsPerTarget,
        ...cooldowns,
      },
    }),
  };
}
