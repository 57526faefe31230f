import type { GraphNode } from './graph.ts';
import { textOf, type AnyKind, type Change, type Collection, type View, type World } from './kind.ts';
import { TAG } from './ownership.ts';
import type { Owned } from './owned.ts';
import type { Action } from './plan.ts';
import { printable } from './ref.ts';
import { compareTags } from './tags.ts';

/** A record with the collection that it is of. */
export interface Found<S> {
  readonly collection: Collection<object, S>;
  readonly record: object;
}

/** A thing that exists and that the spec names for a node, to be taken over instead of one being made. */
export interface Adoption<S> {
  readonly id: string;
  /** The thing as it is, then what is read apart from it and belongs to it; nothing where it is ours already. */
  readonly found: readonly Found<S>[];
  /** What stands in the way, and whose it is. */
  readonly refusal?: string;
}

export type Adoptions<S> = ReadonlyMap<string, Adoption<S>>;

/** The reason of a refusal to take something over. */
export const ADOPTION_REFUSED = 'AdoptionRefused';

/** Tags that AWS allows on one thing, its own not counted. */
const TAGS_MAX = 50;

/** The tags that a node's thing should carry; one that is taken over is marked as such. */
export function wantedTags(
  node: GraphNode,
  adoption: Adoption<never> | undefined,
  id: string,
): Readonly<Record<string, string>> {
  return adoption?.id === id ? { ...node.tags, [TAG.adopted]: 'true' } : node.tags;
}

/** The world with what is to be taken over in it, which no listing shows: to nobody does it belong yet. */
export function worldWith<S>(world: World<S>, adoptions: Adoptions<S>): World<S> {
  const found = [...adoptions.values()].flatMap((adoption) => adoption.found);
  if (found.length === 0) return world;
  return {
    view<R>(collection: Collection<R, S>): View<R> {
      const view = world.view(collection);
      const records = found.filter((one) => one.collection.name === collection.name);
      const more = new Map(records.map(({ record }) => [collection.id(record as R), record as R] as const));
      return {
        get: (id) => view.get(id) ?? more.get(id),
        all: () => [...view.all(), ...[...more].flatMap(([id, record]) => (view.get(id) ? [] : [record]))],
        ownedBy: (owner) => view.ownedBy(owner),
      };
    },
  };
}

/** Takes a thing over: with its tags, and every change that the spec asks of it. One that would be another thing is refused. */
export function adoptionOf<S>(at: {
  readonly node: GraphNode;
  readonly kind: AnyKind<S>;
  readonly inputs: object;
  readonly adoption: Adoption<S>;
  readonly ignoredTagKeys: readonly string[];
}): Action {
  const { node, kind, inputs, adoption, ignoredTagKeys } = at;
  const base = { node: node.key, type: kind.type, id: adoption.id };
  const refuse = (changes: readonly Change[], message: string): Action => ({
    ...base,
    verb: 'refuse',
    changes,
    reason: ADOPTION_REFUSED,
    message,
  });
  const record = adoption.found[0]?.record;
  if (adoption.refusal !== undefined || !record)
    return refuse([], adoption.refusal ?? `${adoption.id} cannot be found`);
  const actual = kind.collection.tags(record);
  const tags = compareTags(wantedTags(node, adoption, adoption.id), actual, ignoredTagKeys);
  const changes = [...tags, ...kind.diff(inputs, record)];
  const lost = changes.filter((change) => change.replace);
  if (lost.length > 0) {
    const what = printable(lost).map(
      ({ path, from, to }) => `${path} is ${textOf(from ?? 'nothing')} and would have to be ${textOf(to)}`,
    );
    return refuse(
      changes,
      `${kind.type} ${adoption.id} cannot become ${node.key} as it is: ${what.join(', ')}, which AWS cannot change, and nothing is made anew in an adoption; make the spec say what is there, or take ${node.key} out of spec.adopt`,
    );
  }
  const count = Object.keys(actual).filter((key) => !key.startsWith('aws:')).length;
  const added = tags.filter(({ from }) => from === undefined).length;
  if (count + added > TAGS_MAX)
    return refuse(
      tags,
      `${kind.type} ${adoption.id} has ${count} tags and ${added} would be added, but AWS allows ${TAGS_MAX}; take tags away from it, or from spec.tags`,
    );
  return { ...base, verb: 'adopt', changes, inputs };
}

/** What was taken over and is in the spec no more is another's to decide about, who may have lived on it before. */
export function refuseUnwanted<S>({ kind, record }: Owned<S>): Action {
  const id = kind.collection.id(record);
  const node = kind.collection.tags(record)[TAG.node] ?? id;
  const message = `${kind.type} ${id} was taken over and not made, so it is not deleted although the spec has no ${node} any more; set spec.deletionPolicy to Delete to have it deleted, or take its tags ${TAG.installation}, ${TAG.owner} and ${TAG.node} away to let go of it`;
  return { verb: 'refuse', node, type: kind.type, id, changes: [], reason: 'AdoptedNotInSpec', message };
}
