import type { Change } from '../../graph/kind.ts';

/** When AWS may do what it does by itself, in UTC. What is not named AWS has chosen. */
export interface Windows {
  /** As `03:00-03:30`, every day. */
  readonly backupWindow?: string;
  /** As `sun:04:00-sun:05:00`. */
  readonly maintenanceWindow?: string;
}

/** As instances and clusters of RDS have them. */
interface Described {
  readonly PreferredBackupWindow?: string | undefined;
  readonly PreferredMaintenanceWindow?: string | undefined;
}

/** What differs of the windows that are named. AWS writes the days of the week small, whatever it was sent. */
export function windowChanges(wanted: Windows, now: Described): Change[] {
  const pairs: [string, string | undefined, string | undefined][] = [
    ['backupWindow', now.PreferredBackupWindow, wanted.backupWindow],
    ['maintenanceWindow', now.PreferredMaintenanceWindow, wanted.maintenanceWindow],
  ];
  return pairs
    .filter(([, from, to]) => to !== undefined && from?.toLowerCase() !== to.toLowerCase())
    .map(([path, from, to]): Change => ({ path, ...(from !== undefined && { from }), to }));
}

/**
 * The windows as a call takes them: both where one changes, since AWS compares one that is new with the one that is there
 * ("must not conflict": PreferredBackupWindow of ModifyDBInstance, API reference), and the two may change places.
 */
export function windowsFor(
  wanted: Windows,
  changes?: readonly Change[],
): { PreferredBackupWindow?: string; PreferredMaintenanceWindow?: string } {
  const isAsked = (path: string) => !changes || changes.some((change) => change.path === path);
  if (!isAsked('backupWindow') && !isAsked('maintenanceWindow')) return {};
  const { backupWindow, maintenanceWindow } = wanted;
  return {
    ...(backupWindow !== undefined && { PreferredBackupWindow: backupWindow }),
    ...(maintenanceWindow !== undefined && {
      PreferredMaintenanceWindow: maintenanceWindow.toLowerCase(),
    }),
  };
}
