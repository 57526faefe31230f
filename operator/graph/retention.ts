import type { Kinds, World } from './kind.ts';
import { TAG } from './ownership.ts';
import { ownedRecords, type Owned } from './owned.ts';
import type { Action, Plan, Standing } from './plan.ts';

/** What retention looks at: everything of one owner in a world. */
interface RetentionInput<S> {
  /** `Kind/namespace/name`. */
  readonly owner: string;
  readonly kinds: Kinds<S>;
  readonly world: World<S>;
  /** When it is left behind, RFC 3339: the value of the tag. */
  readonly time: string;
}

/**
 * The plan that leaves everything of an owner as it is and tags it as retained, of whatever kind it is. What has
 * the tag keeps its time, and what the provider is deleting already is not left. Pure. Of several things of one
 * node one is tagged a pass.
 */
export function planRetention<S>({ owner, kinds, world, time }: RetentionInput<S>): Plan {
  const standing = new Map<string, Standing>();
  const actions = new Map<string, Action>();
  for (const { kind, record } of ownedRecords(owner, kinds, world)) {
    const state = kind.state(record);
    if (state.phase === 'deleting') continue;
    const tags = kind.collection.tags(record);
    const one = standingOf({ kind, record });
    const { node, id } = one;
    standing.set(node, one);
    if (tags[TAG.retained] !== undefined) continue;
    const changes = [{ path: `tags.${TAG.retained}`, to: time }];
    actions.set(node, { verb: 'update', node, type: kind.type, id, changes, inputs: {} });
  }
  return { owner, actions: [...actions.values()], standing: [...standing.values()], facets: [] };
}

const NEEDED = '/needed';

/** What the tag says of a thing that is left since something needs it still, beside when. */
export function neededSince(time: string): string {
  return `${time}${NEEDED}`;
}

/** When a thing was left behind, RFC 3339, from what its tag says. */
export function leftSince(tag: string): string {
  return tag.endsWith(NEEDED) ? tag.slice(0, -NEEDED.length) : tag;
}

/**
 * Whether a thing that no node wants was left on purpose before, since something needs it still. What is left because its object
 * said Retain is not: it goes where the object says otherwise before it is gone.
 */
export function isLeft<S>({ kind, record }: Owned<S>): boolean {
  return kind.collection.tags(record)[TAG.retained]?.endsWith(NEEDED) ?? false;
}

/** What stands with what was left on purpose, of each node one thing. */
export function withLeft<S>(standing: readonly Standing[], left: readonly Owned<S>[]): Standing[] {
  const byNode = new Map(left.map(standingOf).map((one) => [one.node, one]));
  for (const one of standing) byNode.delete(one.node);
  return [...standing, ...byNode.values()];
}

/** A thing that stands, by the node that its tags name. */
function standingOf<S>({ kind, record }: Owned<S>): Standing {
  const id = kind.collection.id(record);
  const node = kind.collection.tags(record)[TAG.node] ?? id;
  return { node, type: kind.type, id, state: kind.state(record), outputs: kind.outputs(record) };
}

/** Whether an action only tags what is left behind. */
export function isRetention({ verb, changes }: Action): boolean {
  return (
    verb === 'update' &&
    changes.length > 0 &&
    changes.every(({ path, to }) => path === `tags.${TAG.retained}` && to !== undefined)
  );
}
