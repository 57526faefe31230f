import { type Alarm, ALARM_THRESHOLDS } from '../../api/alarms.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf } from '../names.ts';
import type { NodeBuilder } from '../nodes.ts';
import type { ServiceNames } from './names.ts';

/** What AWS measures of a service: Amazon ECS Developer Guide, "Amazon ECS service utilization metrics". */
const METRICS: Readonly<Record<Alarm['metric'], string>> = {
  CpuPercent: 'CPUUtilization',
  MemoryPercent: 'MemoryUtilization',
};

/** The alarms that the spec names. Throws Terminal (`NotGranted`) where one tells a topic that it may not. */
export function alarmNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  names: ServiceNames,
): GraphNode[] {
  const { metadata, spec } = input.object;
  return spec.alarms.map((alarm) => {
    const { name, metric, threshold = ALARM_THRESHOLDS[metric], statistic, topicArns } = alarm;
    for (const arn of topicArns) requireGrant(input, `spec.alarms[${name}].topicArns`, arn);
    return build.thing('Alarm', `alarm/${name}`, {
      name: names.alarm(name),
      description: `${metric} of EcsService ${namespaceOf(metadata)}/${metadata.name} is above ${threshold}`,
      namespace: 'AWS/ECS',
      metricName: METRICS[metric],
      dimensions: { ClusterName: ref('cluster', 'name'), ServiceName: ref('service', 'name') },
      statistic,
      periodSeconds: alarm.periodSeconds,
      evaluationPeriods: alarm.evaluationPeriods,
      threshold,
      actions: [...topicArns].sort(),
    });
  });
}
