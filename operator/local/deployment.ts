import { READY, type State } from '../graph/kind.ts';
import { conditionOf, count, failed, isObserved, pending, pick, replicasOf, titleOf } from './conditions.ts';
import { imagesSince, sayOf } from './images-of-others.ts';
import { objectKind } from './object-kind.ts';
import type { KubeRecord } from './record.ts';

/** Its pods go before it, so that what they use can go after it. */
export const deploymentKind = objectKind({
  resource: { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment' },
  after: ['HorizontalPodAutoscaler'],
  status: pick('observedGeneration', 'replicas', 'updatedReplicas', 'availableReplicas'),
  state: stateOf,
  outputs: (record) => ({
    availableReplicas: String(count(record, 'availableReplicas')),
    desiredReplicas: String(replicasOf(record)),
  }),
  isFixed: ({ path }) => path.startsWith('spec.selector'),
  say: sayOf,
  overtaken: imagesSince,
  deletion: 'Foreground',
  isScaled: true,
});

/** As kstatus computes it: https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md */
function stateOf(record: KubeRecord): State {
  const title = `Deployment ${titleOf(record)}`;
  if (!isObserved(record)) return pending(`${title} is not looked at by its controller yet`);
  const progressing = conditionOf(record, 'Progressing');
  const failure = conditionOf(record, 'ReplicaFailure');
  const because = failure?.status === 'True' ? `: ${failure.message}` : '';
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return failed(`${title} does not get its pods to run${because || `: ${progressing.message}`}`);
  const wanted = replicasOf(record);
  const [all, updated, available] = ['replicas', 'updatedReplicas', 'availableReplicas'].map((name) =>
    count(record, name),
  ) as [number, number, number];
  if (updated < wanted)
    return pending(`${title} has ${updated} of ${wanted} pods as they are to be${because}`);
  if (all > updated) return pending(`${title} ends ${all - updated} former pods`);
  if (available < wanted) return pending(`${title} has ${available} of ${wanted} pods available${because}`);
  return READY;
}
