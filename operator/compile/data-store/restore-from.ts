import type { DataStore } from '../../api/data-store.ts';
import type { Copy } from '../../aws/copy.ts';
import { Terminal } from '../../errors.ts';

/**
 * The copy that a store is made of, as its inputs have it; nothing for an empty store. Throws Terminal (`InvalidSpec`) where an
 * ARN is of another region.
 */
export function copyOf({ spec }: DataStore): { restoreFrom?: Copy } {
  const { snapshot, backup, pointInTime } = spec.restoreFrom ?? {};
  if (pointInTime) {
    const { source, time } = pointInTime;
    requireHere('pointInTime.source', source, spec.region);
    return { restoreFrom: { source, ...(time !== undefined && { time }) } };
  }
  const copy = snapshot ?? backup;
  if (copy === undefined) return {};
  requireHere(snapshot === undefined ? 'backup' : 'snapshot', copy, spec.region);
  return { restoreFrom: { snapshot: copy } };
}

/** The same of a store that is made of snapshots alone. */
export function snapshotOf(object: DataStore): { restoreFrom?: { readonly snapshot: string } } {
  const { restoreFrom } = copyOf(object);
  return restoreFrom && 'snapshot' in restoreFrom ? { restoreFrom } : {};
}

function requireHere(field: string, copy: string, wanted: string): void {
  if (!copy.startsWith('arn:')) return;
  const [, , , region = ''] = copy.split(':');
  if (region !== wanted)
    throw new Terminal(
      'InvalidSpec',
      `spec.restoreFrom.${field}: ${copy} is of region ${region}, and the store of region ${wanted}: copy it there first, and name the copy`,
    );
}
