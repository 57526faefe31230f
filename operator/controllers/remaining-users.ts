import { ownerOfKey } from '../compile/references.ts';
import { Waiting } from '../errors.ts';
import { graphKindOf } from './graph-kinds.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';
import type { Target } from './target.ts';

/** How many users of an object that is to go a message names before it only counts. */
const USERS_NAMED_MAX = 5;

/** What others still use goes after them: AWS would refuse some of it, and delete the rest under their feet. */
export function refuseWhileUsed<T extends GraphObject>(
  { usersOf }: Pick<ResourceDeps, 'usersOf'>,
  pass: Pick<Pass<T>, 'kind' | 'object'>,
  { type, world }: Pick<Target, 'type' | 'world'>,
): void {
  const users = [
    ...usersAmong(pass, usersOf(ownerOf(pass.object))),
    ...(pass.kind.on[type].usedOutside?.(pass.object, world) ?? []),
  ];
  if (users.length === 0) return;
  const named = users.slice(0, USERS_NAMED_MAX).join(', ');
  const rest = users.length - USERS_NAMED_MAX;
  throw new Waiting(
    'InUse',
    `${named}${rest > 0 ? ` and ${rest} more` : ''} still ${users.length === 1 ? 'uses' : 'use'} this object; nothing of it is deleted before: delete ${users.length === 1 ? 'it' : 'them'}, or have ${users.length === 1 ? 'it' : 'them'} refer to another`,
  );
}

/**
 * Those of the objects that refer to another which keep it from going. Who has made nothing uses nothing: to name an object is
 * not enough to keep it. Of two that refer to each other, one that goes and may do so keeps nothing.
 */
function usersAmong<T extends GraphObject>(
  { kind, object }: Pick<Pass<T>, 'kind' | 'object'>,
  referring: readonly GraphObject[],
): string[] {
  const owner = ownerOf(object);
  const mayGo = new Set(
    kind.references(object).flatMap((reference) => (reference.mayGo === true ? [ownerOfKey(reference)] : [])),
  );
  return referring
    .filter((user) => user.metadata.deletionTimestamp === undefined || !mayGo.has(ownerOf(user)))
    .filter(({ status }) => status.target !== undefined)
    .filter((user) =>
      graphKindOf(user.kind)
        .references(user)
        .some((reference) => ownerOfKey(reference) === owner && reference.mayGo !== true),
    )
    .map(ownerOf);
}
