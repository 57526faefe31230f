import type { DataStore } from '../../api/data-store.ts';
import type { Copy } from '../../aws/copy.ts';
import { Terminal } from '../../errors.ts';

/** The copy that a store is made of, as its inputs have it; nothing for an empty store. */
export function copyOf({ spec }: DataStore): { restoreFrom?: Copy } {
  const { snapshot, backup, pointInTime } = spec.restoreFrom ?? {};
  if (pointInTime) {
    const { source, time } = pointInTime;
    return { restoreFrom: { source, ...(time !== undefined && { time }) } };
  }
  const copy = snapshot ?? backup;
  return copy === undefined ? {} : { restoreFrom: { snapshot: copy } };
}

/** The same of a store that is made of snapshots alone. */
export function snapshotOf(object: DataStore): { restoreFrom?: { readonly snapshot: string } } {
  const { restoreFrom } = copyOf(object);
  return restoreFrom && 'snapshot' in restoreFrom ? { restoreFrom } : {};
}

/** Throws Terminal (`InvalidSpec`) where a store is to be made of a copy of another region. */
export function requireCopyHere({ spec }: DataStore): void {
  const { snapshot, backup, pointInTime } = spec.restoreFrom ?? {};
  requireHere('snapshot', snapshot, spec.region);
  requireHere('backup', backup, spec.region);
  requireHere('pointInTime.source', pointInTime?.source, spec.region);
}

function requireHere(field: string, copy: string | undefined, wanted: string): void {
  if (!copy?.startsWith('arn:')) return;
  const [, , , region = ''] = copy.split(':');
  if (region !== wanted)
    throw new Terminal(
      'InvalidSpec',
      `spec.restoreFrom.${field}: ${copy} is of region ${region}, and the store of region ${wanted}: copy it there first, and name the copy`,
    );
}
