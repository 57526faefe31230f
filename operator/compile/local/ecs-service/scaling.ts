import type { Autoscaling } from '../../../api/autoscaling.ts';
import type { EcsService } from '../../../api/ecs-service.ts';
import { countOf } from '../../ecs-service/scaling.ts';

/** What Kubernetes takes at most: API reference, HPAScalingRules and HPAScalingPolicy. */
const STABILIZATION_MAX = 3600;
const PERIOD_MAX = 1800;
/** As fast as Kubernetes scales by default: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ . */
const FASTEST = [
  { type: 'Percent', value: 100 },
  { type: 'Pods', value: 4 },
] as const;

/** How many pods run: a number, or where something else sets it none. */
export function replicasOf({ spec }: EcsService, desiredCount: number): { readonly replicas?: number } {
  const { autoscaling } = spec.service;
  const { desiredCount: fixed, initialCount } = countOf(autoscaling, desiredCount);
  if (autoscaling && isScaled(autoscaling)) return {};
  return { replicas: fixed ?? initialCount ?? desiredCount };
}

/**
 * What an autoscaler of Kubernetes is told; undefined where there is nothing that it could go by. Requests of a load balancer nobody
 * counts here, and no schedule is kept.
 */
export function autoscalerOf({ spec }: EcsService, deployment: string): Record<string, unknown> | undefined {
  const { autoscaling } = spec.service;
  if (!autoscaling || !isScaled(autoscaling)) return undefined;
  const { minCount, maxCount, scaleOutCooldownSeconds, scaleInCooldownSeconds } = autoscaling;
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment },
    // Down to none Kubernetes scales only with a gate that is off: HPAScaleToZero.
    minReplicas: Math.max(1, minCount),
    maxReplicas: maxCount,
    metrics: metricsOf(autoscaling),
    behavior: {
      scaleUp: {
        policies: FASTEST.map((policy) => ({
          ...policy,
          periodSeconds: Math.min(Math.max(1, scaleOutCooldownSeconds), PERIOD_MAX),
        })),
      },
      scaleDown: { stabilizationWindowSeconds: Math.min(scaleInCooldownSeconds, STABILIZATION_MAX) },
    },
  };
}

function isScaled(autoscaling: Autoscaling): boolean {
  return autoscaling.maxCount > 0 && metricsOf(autoscaling).length > 0;
}

/** Percents of what the containers ask for, which together is what the task has. */
function metricsOf({ cpuPercent, memoryPercent }: Autoscaling): object[] {
  const metric = (name: string, averageUtilization: number | undefined) =>
    averageUtilization === undefined
      ? []
      : [{ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } }];
  return [...metric('cpu', cpuPercent), ...metric('memory', memoryPercent)];
}
