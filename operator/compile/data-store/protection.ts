import type { DataStore } from '../../api/data-store.ts';

/** Whether AWS is told to refuse the deletion of a store: as its engine's fields say, else where it serves production. */
export function isProtected(
  { spec }: DataStore,
  { deletionProtection }: { readonly deletionProtection?: 'Enabled' | 'Disabled' | undefined },
): boolean {
  return deletionProtection === undefined ? spec.environment === 'prod' : deletionProtection === 'Enabled';
}
