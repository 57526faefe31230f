import { type Alarm, ALARM_THRESHOLDS } from '../../api/alarms.ts';
import type { EcsService, EcsServiceSpec } from '../../api/ecs-service.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf } from '../names.ts';
import type { NodeBuilder } from '../nodes.ts';
import type { ServiceCluster } from './cluster.ts';
import type { ServiceNames } from './names.ts';

/** What AWS measures, and of what. */
function metricOf(metric: Alarm['metric'], { loadBalancer }: EcsServiceSpec, cluster: ServiceCluster) {
  if (metric === 'UnhealthyTargets')
    return {
      namespace: loadBalancer?.type === 'Network' ? 'AWS/NetworkELB' : 'AWS/ApplicationELB',
      metricName: 'UnHealthyHostCount',
      dimensions: {
        LoadBalancer: ref('load-balancer', 'metricName'),
        TargetGroup: ref('target-group', 'metricName'),
      },
    };
  // Amazon ECS Developer Guide, "Amazon ECS service utilization metrics".
  return {
    namespace: 'AWS/ECS',
    metricName: metric === 'CpuPercent' ? 'CPUUtilization' : 'MemoryUtilization',
    dimensions: { ClusterName: cluster.name, ServiceName: ref('service', 'name') },
  };
}

/** The alarms that the spec names. Throws Terminal (`NotGranted`) where one tells a topic that it may not. */
export function alarmNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  names: ServiceNames,
  cluster: ServiceCluster,
): GraphNode[] {
  const { metadata, spec } = input.object;
  return spec.alarms.map((alarm) => {
    const { name, metric, threshold = ALARM_THRESHOLDS[metric], statistic, topicArns } = alarm;
    for (const arn of topicArns) requireGrant(input, `spec.alarms[${name}].topicArns`, arn);
    return build.thing('Alarm', `alarm/${name}`, {
      name: names.alarm(name),
      description: `${metric} of EcsService ${namespaceOf(metadata)}/${metadata.name} is above ${threshold}`,
      ...metricOf(metric, spec, cluster),
      statistic,
      periodSeconds: alarm.periodSeconds,
      evaluationPeriods: alarm.evaluationPeriods,
      threshold,
      actions: [...topicArns].sort(),
    });
  });
}
