import { READY, type State } from '../graph/kind.ts';
import { count, isObserved, pending, pick, replicasOf, titleOf } from './conditions.ts';
import type { KubeInputs } from './inputs.ts';
import { sorted } from './manifest.ts';
import { objectKind } from './object-kind.ts';
import type { KubeRecord } from './record.ts';

/** All that the API server lets nobody change: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
const FIXED = /^spec\.(selector|serviceName|podManagementPolicy|volumeClaimTemplates)/;

/**
 * It holds nothing: claims that it makes of templates stay when it goes. Where another takes its place, its pods stay as well, and
 * are the other's, as long as that looks for the same.
 */
export const statefulSetKind = objectKind({
  resource: { group: 'apps', version: 'v1', plural: 'statefulsets', kind: 'StatefulSet' },
  after: ['HorizontalPodAutoscaler'],
  status: pick(
    'observedGeneration',
    'replicas',
    'readyReplicas',
    'availableReplicas',
    'updatedReplicas',
    'currentRevision',
    'updateRevision',
  ),
  state: stateOf,
  outputs: (record) => ({
    availableReplicas: String(count(record, 'availableReplicas')),
    desiredReplicas: String(replicasOf(record)),
  }),
  isFixed: ({ path }) => FIXED.test(path),
  deletion: 'Foreground',
  replacement: (wanted, live) =>
    sorted(selectorOf(wanted.body)) === sorted(selectorOf(live.body)) ? 'Orphan' : 'Foreground',
});

function selectorOf(body: KubeInputs['body']): unknown {
  return (body['spec'] as { readonly selector?: unknown } | undefined)?.selector;
}

function stateOf(record: KubeRecord): State {
  const title = `StatefulSet ${titleOf(record)}`;
  if (!isObserved(record)) return pending(`${title} is not looked at by its controller yet`);
  const { updateStrategy } = (record.body['spec'] ?? {}) as {
    readonly updateStrategy?: { readonly type?: string };
  };
  const wanted = replicasOf(record);
  const ready = count(record, 'readyReplicas');
  if (ready < wanted) return pending(`${title} has ${ready} of ${wanted} pods ready`);
  const all = count(record, 'replicas');
  if (all > wanted) return pending(`${title} ends ${all - wanted} pods`);
  if (updateStrategy?.type === 'OnDelete') return READY;
  const { currentRevision, updateRevision } = record.status;
  const updated = count(record, 'updatedReplicas');
  if (currentRevision !== updateRevision && updated < wanted)
    return pending(`${title} has ${updated} of ${wanted} pods as they are to be`);
  return READY;
}
