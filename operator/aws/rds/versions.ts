import { isBelow, majorOf } from '../../engine-versions.ts';
import { textOf, type Change } from '../../graph/kind.ts';
import { changeOf } from './settings.ts';

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
  return change !== undefined && majorOf(engine, textOf(change.to)) !== majorOf(engine, now);
}
