import { GraphError } from './graph.ts';
import { TAG } from './ownership.ts';
import { recordKey, type Owned } from './owned.ts';
import type { Place } from './place.ts';
import type { Action } from './plan.ts';

/** A thing to delete, what it uses, and the kinds that have to go before its own. */
export interface Doomed {
  readonly id: string;
  readonly type: string;
  readonly needs: readonly string[];
  readonly after: readonly string[];
}

/** A thing to delete with the ids whose deletion comes first. */
interface OrderedDelete {
  readonly id: string;
  readonly type: string;
  readonly waitsFor: readonly string[];
}

/**
 * Orders deletes without a graph, from what is observed: a thing goes after those that use it and after the
 * kinds that its own kind names. Works when the spec no longer compiles, or never named the thing.
 */
export function orderDeletes(things: readonly Doomed[]): OrderedDelete[] {
  const first = new Map(
    things.map((thing) => [
      thing.id,
      things
        .filter(
          (other) =>
            other.id !== thing.id && (other.needs.includes(thing.id) || thing.after.includes(other.type)),
        )
        .map((other) => other.id),
    ]),
  );
  const ordered: OrderedDelete[] = [];
  const done = new Set<string>();
  let left = [...things].sort((a, b) => (a.id < b.id ? -1 : 1));
  while (left.length > 0) {
    const next = left.filter((thing) => (first.get(thing.id) ?? []).every((id) => done.has(id)));
    if (next.length === 0)
      throw new GraphError(
        `no order to delete ${left.map((thing) => thing.id).join(', ')}: each needs another to go first`,
      );
    for (const thing of next) {
      done.add(thing.id);
      ordered.push({ id: thing.id, type: thing.type, waitsFor: first.get(thing.id) ?? [] });
    }
    left = left.filter((thing) => !done.has(thing.id));
  }
  return ordered;
}

/** The deletes of `doomed`, each after those that use it, be they doomed too or `leaving` already. */
export function planDeletes<S>(
  doomed: readonly Owned<S>[],
  leaving: readonly Owned<S>[],
  superseded: ReadonlySet<string>,
  place: Place,
): Action[] {
  const things: Doomed[] = [...doomed, ...leaving].map(({ kind, record }) => ({
    id: kind.collection.id(record),
    type: kind.type,
    needs: kind.needs(record),
    after: kind.after,
  }));
  const byId = new Map(doomed.map((entry) => [entry.kind.collection.id(entry.record), entry]));
  return orderDeletes(things).flatMap(({ id, type, waitsFor }): Action[] => {
    const entry = byId.get(id);
    if (!entry) return [];
    const { kind, record } = entry;
    const node = kind.collection.tags(record)[TAG.node] ?? id;
    const state = kind.state(record);
    if (state.phase === 'deleting') {
      return [{ verb: 'wait', node, type, id, changes: [], reason: place.waiting, message: state.message }];
    }
    return [
      {
        verb: 'delete',
        node,
        type,
        id,
        changes: [],
        record,
        waitsFor,
        superseded: superseded.has(recordKey(kind, id)),
      },
    ];
  });
}
