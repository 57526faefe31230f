import type { AnyKind, Kinds, World } from './kind.ts';
import { ownerTag, TAG } from './ownership.ts';

/** A thing that carries an owner's tags, with its kind. */
export interface Owned<S> {
  readonly kind: AnyKind<S>;
  readonly record: object;
}

/** Everything that carries this owner's tags and a node's, and is there. */
export function ownedRecords<S>(owner: string, kinds: Kinds<S>, world: World<S>): Owned<S>[] {
  return [...kinds.values()]
    .filter((kind) => kind.create !== undefined)
    .flatMap((kind) =>
      world
        .view(kind.collection)
        .ownedBy(ownerTag(owner))
        .filter((record) => isOfANode(kind.collection.tags(record)) && !kind.gone(record))
        .map((record) => ({ kind, record })),
    );
}

/** An owner's tag alone may have been copied by a person: without a node's it does not make a thing ours. */
function isOfANode(tags: Readonly<Record<string, string>>): boolean {
  return (tags[TAG.node] ?? '') !== '';
}

/** What tells one record from those of every other collection. */
export function recordKey<S>(kind: AnyKind<S>, id: string): string {
  return `${kind.collection.name} ${id}`;
}
