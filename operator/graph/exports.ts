import type { Kinds, State, World } from './kind.ts';
import { ownedRecords, recordKey, type Owned } from './owned.ts';
import { TAG } from './ownership.ts';

/** What of a resource's nodes stands: the outputs of each, by its key. */
export type Exports = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Looks up what stands of another resource, `owner` as `Kind/namespace/name`. */
export type ExportsOf = (owner: string) => Exports;

/** Where nothing is referred to, nothing is found. */
export const NO_EXPORTS: ExportsOf = () => new Map();

/** From the best to the worst: what has failed may have its successor beside it already, which is still on its way. */
const PHASES: readonly State['phase'][] = ['ready', 'pending', 'failed'];

/**
 * What stands of a resource, by the tags of its things: neither its manifest nor its status is asked. Of several things
 * of one node it is one that is usable and that others of the resource use.
 */
export function exportsIn<S>(owner: string, kinds: Kinds<S>, world: World<S>): Exports {
  const owned = ownedRecords(owner, kinds, world).filter(
    ({ kind, record }) => kind.state(record).phase !== 'deleting',
  );
  const used = new Set(owned.flatMap(({ kind, record }) => kind.needs(record)));
  const order = (one: Owned<S>) => {
    const id = one.kind.collection.id(one.record);
    return [
      PHASES.indexOf(one.kind.state(one.record).phase),
      Number(!used.has(id)),
      recordKey(one.kind, id),
    ].join(' ');
  };
  const exports = new Map<string, Readonly<Record<string, string>>>();
  for (const one of [...owned].sort((a, b) => (order(a) < order(b) ? -1 : 1))) {
    const node = one.kind.collection.tags(one.record)[TAG.node] ?? '';
    if (!exports.has(node)) exports.set(node, one.kind.outputs(one.record));
  }
  return exports;
}
