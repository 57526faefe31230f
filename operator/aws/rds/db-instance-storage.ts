import type { ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import type { Change } from '../../graph/kind.ts';
import type { OwnInputs } from './db-instance-inputs.ts';
import type { Instance } from './db-instance-record.ts';
import { changeOf } from './settings.ts';

/**
 * From here on a gp3 volume is of four, and takes its speed from the call:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
 */
const STRIPED_GIB = 400;

/** Changes of the volume, of which AWS takes no further one for six hours. Autoscaling is none. */
const OF_VOLUME: ReadonlySet<string> = new Set(['storageGiB', 'storageType', 'iops', 'throughputMiB']);

/** Whether a change rewrites the volume. */
export function isOfVolume({ path }: Change): boolean {
  return OF_VOLUME.has(path);
}

/** What differs of the storage. It only grows: what AWS has rounded up, or has let grow by itself, stays. */
export function storageChanges(wanted: OwnInputs, record: Instance): Change[] {
  const pending = record.PendingModifiedValues ?? {};
  const size = pending.AllocatedStorage ?? record.AllocatedStorage ?? 0;
  return [
    ...(size < wanted.storageGiB ? changeOf('storageGiB', size, wanted.storageGiB) : []),
    ...changeOf('storageType', pending.StorageType ?? record.StorageType, wanted.storageType),
    ...changeOf('iops', pending.Iops ?? record.Iops, wanted.iops),
    ...changeOf('throughputMiB', pending.StorageThroughput ?? record.StorageThroughput, wanted.throughputMiB),
    ...growthChange(wanted, record, size),
  ];
}

/** What differs of how far the volume grows by itself, once it has `size` GiB. */
function growthChange({ maxStorageGiB }: OwnInputs, record: Instance, size: number): Change[] {
  const { MaxAllocatedStorage: max = 0 } = record;
  const from = max > (record.AllocatedStorage ?? 0) ? max : undefined;
  // Storage that has grown to the most that is allowed, or past it, grows no further in any case.
  const to = (maxStorageGiB ?? 0) > size ? maxStorageGiB : undefined;
  if (from === to || (to === undefined && max === size)) return [];
  return [{ path: 'maxStorageGiB', ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

/** These changes as ModifyDBInstance takes them. */
export function storageFor(
  wanted: OwnInputs,
  record: Instance,
  changes: readonly Change[],
): Partial<ModifyDBInstanceMessage> {
  const has = (path: string) => changes.some((change) => change.path === path);
  const { AllocatedStorage: now = 0, Iops: iops, StorageThroughput: throughput } = record;
  const size = has('storageGiB') ? wanted.storageGiB : now;
  const isProvisioned = wanted.storageType.startsWith('io') || size >= STRIPED_GIB;
  // "If you specify AllocatedStorage you must also specify Iops", where the volume has any: ModifyDBInstance, API reference.
  const asksForSpeed = has('storageGiB') && isProvisioned && now >= STRIPED_GIB;
  return {
    ...(has('storageGiB') && { AllocatedStorage: size }),
    ...(has('storageType') && { StorageType: wanted.storageType }),
    ...((has('iops') || asksForSpeed) && { Iops: wanted.iops ?? iops }),
    ...((has('throughputMiB') || (asksForSpeed && throughput !== undefined)) && {
      StorageThroughput: wanted.throughputMiB ?? throughput,
    }),
    // The size itself turns autoscaling off, and AWS takes no less: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
    ...(has('maxStorageGiB') && { MaxAllocatedStorage: Math.max(wanted.maxStorageGiB ?? size, size) }),
  };
}
