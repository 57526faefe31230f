import { isStore, textOf, type AnyKind, type Change } from './kind.ts';
import { recordKey, type Owned } from './owned.ts';
import { TAG } from './ownership.ts';
import type { Place } from './place.ts';
import type { Action } from './plan.ts';
import { printable } from './ref.ts';

type Refusal = Action & { verb: 'refuse' };

/** How to let go of a thing that nobody but a person may delete. */
const LET_GO = `take its tags ${TAG.installation}, ${TAG.owner} and ${TAG.node} away to let go of it`;

/** A store would have to make way for another: never. `fixed` is the change that cannot be made in place. */
export function refuseReplacement<S>(
  kind: AnyKind<S>,
  { node, id, changes, fixed }: { node: string; id: string; changes: readonly Change[]; fixed: Change },
): Refusal {
  const [from, to] = [fixed.from, fixed.to].map((side) => textOf(printable(side ?? 'nothing')));
  const why = kind.whyFixed?.(fixed);
  const message = `${fixed.path} of ${kind.type} ${id} cannot change from ${from} to ${to}: another one would take its place, without what it holds; take the change back, or make another object, move what it holds and delete this one${why === undefined ? '' : `. ${why}`}`;
  return { verb: 'refuse', node, type: kind.type, id, changes, reason: 'ReplacementNotAllowed', message };
}

/** A store that status remembers and that is gone. */
interface Lost {
  readonly node: string;
  readonly id: string;
  readonly owner: string;
  /** That which it would be made of. */
  readonly copy: string | undefined;
  readonly place: Place;
}

/** A store that was there is gone: a new one would be empty, and would hide that. */
export function refuseRemake<S>(kind: AnyKind<S>, { node, id, owner, copy, place }: Lost): Refusal {
  const other = copy === undefined ? 'a new and empty one made' : `one made of ${copy} once more`;
  const message = `${kind.type} ${id} is not in ${place.name} any more, and nobody here has deleted it; name ${copy === undefined ? 'the copy' : 'another copy'} that it is to be made of in spec.restoreFrom; or have ${other}: landfall approve ${owner}`;
  return { verb: 'refuse', node, type: kind.type, id, changes: [], reason: 'StoreLost', message };
}

/** A store for which the spec has no place any more goes only with its object. */
export function refuseLoss<S>({ kind, record }: Owned<S>): Refusal {
  const id = kind.collection.id(record);
  const node = kind.collection.tags(record)[TAG.node] ?? id;
  const message = `${kind.type} ${id} is not deleted although the spec has no ${node} any more: only the deletion of its object deletes it; put it back into the spec, or delete it yourself, or ${LET_GO}`;
  return { verb: 'refuse', node, type: kind.type, id, changes: [], reason: 'StoreNotInSpec', message };
}

/** A second store of one node, as one restored from a snapshot that brought its tags along: which of them counts, a person knows. */
export function refuseTwin<S>({ kind, record }: Owned<S>, node: string, other: string): Refusal {
  const id = kind.collection.id(record);
  const message = `${kind.type} ${id} carries the tags of ${node}, which is ${other}; neither is deleted: delete ${id} yourself if nobody needs it, or ${LET_GO}`;
  return { verb: 'refuse', node, type: kind.type, id, changes: [], reason: 'StoreNotInSpec', message };
}

/** Whether a loss of a thing is one that nobody may bring about but its object's own deletion. */
export function isKeptStore<S>({ kind, record }: Owned<S>): boolean {
  return isStore(kind, { record }) && kind.state(record).phase !== 'deleting';
}

/** What stays because stores stay that were to go or to change: all that they use, and what that uses. By record key. */
export function neededBy<S>(kept: readonly Owned<S>[], owned: readonly Owned<S>[]): ReadonlySet<string> {
  const needed = new Set<string>();
  let users = kept;
  while (users.length > 0) {
    const ids = new Set(users.flatMap(({ kind, record }) => kind.needs(record)));
    const types = new Set(users.map(({ kind }) => kind.type));
    users = owned.filter((entry) => {
      const id = entry.kind.collection.id(entry.record);
      const key = recordKey(entry.kind, id);
      if (needed.has(key) || kept.includes(entry)) return false;
      if (!ids.has(id) && !entry.kind.after.some((type) => types.has(type))) return false;
      needed.add(key);
      return true;
    });
  }
  return needed;
}
