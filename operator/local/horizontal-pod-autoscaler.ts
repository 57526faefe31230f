import { READY, type State } from '../graph/kind.ts';
import { conditionOf, count, pending, pick, titleOf } from './conditions.ts';
import { objectKind } from './object-kind.ts';
import type { KubeRecord } from './record.ts';

export const horizontalPodAutoscalerKind = objectKind({
  resource: {
    group: 'autoscaling',
    version: 'v2',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
  },
  after: [],
  status: pick('desiredReplicas'),
  state: stateOf,
  outputs: (record) => ({ desiredReplicas: String(count(record, 'desiredReplicas')) }),
});

/** Metrics come a minute or so after the first pod, or never where nothing measures: then the count stays as it is. */
function stateOf(record: KubeRecord): State {
  const title = `HorizontalPodAutoscaler ${titleOf(record)}`;
  const active = conditionOf(record, 'ScalingActive');
  if (active?.status === 'True') return READY;
  // With no pods wanted there is nothing to scale.
  if (active?.reason === 'ScalingDisabled') return READY;
  const able = conditionOf(record, 'AbleToScale');
  const because = able?.status === 'False' ? able.message : active?.message;
  return pending(
    because === undefined ? `${title} has not begun to scale yet` : `${title} does not scale: ${because}`,
  );
}
