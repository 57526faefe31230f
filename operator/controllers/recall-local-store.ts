import type { DataStore } from '../api/data-store.ts';
import type { StoreAtWork } from '../compile/data-store/connection.ts';
import { ownerOf } from '../compile/names.ts';
import { kindOf, type World } from '../graph/kind.ts';
import { ownerTag } from '../graph/ownership.ts';
import { localKinds } from '../local/kinds.ts';
import type { LocalSession } from '../local/session.ts';

/** A store with whether it takes no connections yet: what it is called here is known long before. */
export function recallLocalStore(store: DataStore, world: World<LocalSession>): StoreAtWork {
  const kind = kindOf(localKinds, 'StatefulSet');
  const serves = world
    .view(kind.collection)
    .ownedBy(ownerTag(ownerOf(store)))
    .some((record) => kind.state(record).phase === 'ready');
  return serves ? store : { ...store, isComing: true };
}
