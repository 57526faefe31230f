import { READY, type Change, type State } from '../graph/kind.ts';
import { failed, pending, pick, titleOf } from './conditions.ts';
import type { KubeInputs } from './inputs.ts';
import type { LocalKind } from './kind.ts';
import { objectKind } from './object-kind.ts';
import { amountOf } from './quantity.ts';
import type { KubeRecord } from './record.ts';

/**
 * An annotation of the claim: `Delete` where its volume goes with its object even if a copy is to be kept. Without it the volume
 * itself is the copy.
 */
export const VOLUME_POLICY = 'landfall.dev/volume-policy';

const SIZE = 'spec.resources.requests.storage';

const base = objectKind({
  resource: { group: '', version: 'v1', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' },
  after: ['Deployment', 'StatefulSet'],
  status: pick('phase', 'capacity'),
  state: stateOf,
  outputs: ({ status }) => {
    const { storage } = (status['capacity'] ?? {}) as { readonly storage?: string };
    return storage === undefined ? {} : { capacity: storage };
  },
  isFixed,
  outlives: true,
});

/** A volume, and what a store has written to it. */
export const persistentVolumeClaimKind: LocalKind<KubeInputs, KubeRecord> = {
  ...base,
  stateful: true,
  whyFixed: ({ path }) =>
    path === SIZE
      ? 'Kubernetes makes no volume smaller; this one is as large as the storage of its store times spec.local.sizeFactor of the Account: let sizeFactor be as large as it was, or ask for more storage'
      : undefined,
  async neededStill(_session, record, { keepsCopy } = { keepsCopy: true }) {
    if (!keepsCopy || record.metadata.annotations[VOLUME_POLICY] === 'Delete') return undefined;
    return `its volume is the copy of what the store holds; kubectl delete pvc -n ${record.metadata.namespace} ${record.metadata.name} deletes it`;
  },
};

/** Nothing but its size changes, and that only grows: https://kubernetes.io/docs/concepts/storage/persistent-volumes/ */
function isFixed({ path, from, to }: Change): boolean {
  if (!path.startsWith('spec')) return false;
  if (path !== SIZE) return true;
  return (amountOf(to) ?? 0) < (amountOf(from) ?? 0);
}

/** A claim without a volume waits for it, or for the first pod that uses it: that one is told of where the pod waits. */
function stateOf(record: KubeRecord): State {
  const { phase } = record.status;
  if (phase === 'Lost') return failed(`the volume of PersistentVolumeClaim ${titleOf(record)} is gone`);
  const { volumeName } = (record.body['spec'] ?? {}) as { readonly volumeName?: string };
  if (phase === 'Pending' && volumeName !== undefined)
    return pending(`PersistentVolumeClaim ${titleOf(record)} is being bound to ${volumeName}`);
  return READY;
}
