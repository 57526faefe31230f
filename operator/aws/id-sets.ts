import { textOf, type Change } from '../graph/kind.ts';

/** The differences of a set of ids, one a member: `subnetIds[subnet-1]`. */
export function compareSet(path: string, wanted: readonly string[], actual: readonly string[]): Change[] {
  const added = wanted
    .filter((id) => !actual.includes(id))
    .map((to): Change => ({ path: `${path}[${to}]`, to }));
  const removed = actual
    .filter((id) => !wanted.includes(id))
    .map((from): Change => ({ path: `${path}[${from}]`, from }));
  return [...added, ...removed];
}

/** What the changes add to one set of ids, and what they take away. */
export function membersOf(
  path: string,
  changes: readonly Change[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const own = changes.filter((change) => change.path.startsWith(`${path}[`));
  return {
    added: own.flatMap(({ to }) => (to === undefined ? [] : [textOf(to)])),
    removed: own.flatMap(({ from, to }) => (to === undefined ? [textOf(from)] : [])),
  };
}

/** The ids of one set as the changes leave them. */
export function changedSet(ids: readonly string[], path: string, changes: readonly Change[]): string[] {
  const { added, removed } = membersOf(path, changes);
  return [...new Set([...ids, ...added])].filter((id) => !removed.includes(id));
}
