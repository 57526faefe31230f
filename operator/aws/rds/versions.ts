import type { Change } from '../../graph/kind.ts';
import { changeOf } from './settings.ts';

/** Versions as AWS writes them: `8.0.42`, `15.4`. */

const MAJOR_PARTS: Readonly<Record<string, number>> = { mysql: 2, 'aurora-postgresql': 1 };

/** Whether a version is older than one that is asked for; of the latter's parts only those count that it names. */
export function isBelow(version: string, least: string): boolean {
  const [have, want] = [partsOf(version), partsOf(least)];
  for (const [index, part] of want.entries()) {
    const difference = (have[index] ?? 0) - part;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** `8.0` of MySQL 8.0.42, `15` of PostgreSQL 15.4: what an upgrade to another one of asks for permission. */
export function majorOf(engine: string, version: string): string {
  return version
    .split('.')
    .slice(0, MAJOR_PARTS[engine] ?? 1)
    .join('.');
}

/** The family of the parameter groups that a version takes, as `mysql8.0`. */
export function familyOf(engine: string, version: string): string {
  return `${engine}${majorOf(engine, version)}`;
}

/** As instances and clusters of RDS have it. */
interface Described {
  readonly EngineVersion?: string | undefined;
  readonly PendingModifiedValues?: { readonly EngineVersion?: string | undefined } | undefined;
}

/** The path of {@link versionChange}. */
const PATH = 'engineVersion';

/** An upgrade to what is asked for at least, or the end of one that waits for its window and that nobody wants any more. */
export function versionChange(engine: string, least: string, record: Described): Change[] {
  const { EngineVersion: now = '', PendingModifiedValues: pending } = record;
  const next = pending?.EngineVersion;
  if (isBelow(next ?? now, least)) return changeOf(PATH, next ?? now, least);
  const isUnwanted = next !== undefined && majorOf(engine, next) !== majorOf(engine, least);
  return isUnwanted && !isBelow(now, least) ? changeOf(PATH, next, now) : [];
}

/** Whether these changes are an upgrade from a version that only somebody's word allows. */
export function majorUpgradeIn(engine: string, now: string, changes: readonly Change[]): boolean {
  const change = changes.find(({ path }) => path === PATH);
  return change !== undefined && majorOf(engine, String(change.to)) !== majorOf(engine, now);
}

function partsOf(version: string): number[] {
  return version.split('.').map(Number);
}
