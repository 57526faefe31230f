import { textOf, type Change } from './kind.ts';
import { isAdopted, TAG } from './ownership.ts';

/** Tags that AWS sets itself; nobody may write them. */
const RESERVED = 'aws:';
/** The tag by which people know a thing, and others look it up. */
const NAME = 'Name';
/** Tags that are no node's: a replacement's revision, which password a store has, and which copy it was made of. */
const LEFT: ReadonlySet<string> = new Set([TAG.revision, TAG.password, TAG.restoredFrom]);
/** How the keys of Landfall's own tags begin. */
const OWN = 'landfall.dev/';

/**
 * The changes that make a thing's tags match. Tags that nobody asked for are taken away, except AWS's own and
 * those that match `ignored` (an exact key, or a prefix followed by `*`). What a kind writes itself is left.
 * What was taken over keeps all tags that it came with, its name among them: others may find it by these.
 */
export function compareTags(
  wanted: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
  ignored: readonly string[],
): Change[] {
  const changes: Change[] = [];
  const adopted = isAdopted(wanted) || isAdopted(actual);
  for (const [key, to] of Object.entries(wanted)) {
    if (adopted && key === NAME && NAME in actual) continue;
    if (actual[key] !== to)
      changes.push({ path: `tags.${key}`, ...(key in actual && { from: actual[key] }), to });
  }
  for (const [key, from] of Object.entries(actual)) {
    if (adopted && (key === TAG.adopted || !key.startsWith(OWN))) continue;
    if (key in wanted || LEFT.has(key) || isIgnored(key, ignored)) continue;
    changes.push({ path: `tags.${key}`, from });
  }
  return changes;
}

/** The tag changes among others: what to set and which keys to take away. */
export function tagWrites(changes: readonly Change[]): { set: Record<string, string>; unset: string[] } {
  const tags = changes.filter((change) => change.path.startsWith('tags.'));
  const set = tags
    .filter((change) => change.to !== undefined)
    .map((change) => [change.path.slice(5), textOf(change.to)]);
  const unset = tags.filter((change) => change.to === undefined).map((change) => change.path.slice(5));
  return { set: Object.fromEntries(set) as Record<string, string>, unset };
}

function isIgnored(key: string, ignored: readonly string[]): boolean {
  if (key.startsWith(RESERVED)) return true;
  return ignored.some((pattern) =>
    pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern,
  );
}
