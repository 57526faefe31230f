import { isDeepStrictEqual } from 'node:util';
import { Terminal, Waiting } from '../errors.ts';
import { ownedRecords } from '../graph/owned.ts';
import { isKeptStore } from '../graph/stores.ts';
import { isNotFound } from '../kube/errors.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';
import type { Target } from './target.ts';

/**
 * A store that its spec protects stays, whatever AWS is told of it, and so does everything beside it: its password, its key, its
 * alarms. Where there is none, nothing is protected.
 */
export function refuseProtected<T extends GraphObject>(
  { kind, object }: Pick<Pass<T>, 'kind' | 'object'>,
  { type, place, world }: Pick<Target, 'type' | 'place' | 'world'>,
): void {
  const field = kind.protectedBy?.(object);
  if (field === undefined) return;
  const kept = ownedRecords(ownerOf(object), kind.on[type].nodeKinds, world).filter(isKeptStore);
  if (kept.length === 0) return;
  const named = kept.map(
    ({ kind: { type: made, collection }, record }) => `${made} ${collection.id(record)}`,
  );
  const { namespace = '', name } = object.metadata;
  throw new Terminal(
    'DeletionProtected',
    `${field} protects ${named.join(', ')} against deletion, and nothing of this object is deleted; to have it deleted, set it to Disabled (kubectl edit ${kind.plural} -n ${namespace} ${name}): an edit is honoured while the object goes; or set spec.deletionPolicy to Retain, and all of it stays in ${place.name}`,
  );
}

/**
 * Asks the API server itself, right before a store is deleted, whether that is still wanted, and in this way: what the operator
 * has of the object may be seconds old, or minutes where its watch hangs. Throws Waiting where anything about it is new.
 */
export async function confirmLoss<T extends GraphObject>(
  { client }: Pick<ResourceDeps, 'client'>,
  { path, seen }: Pick<Pass<T>, 'path' | 'seen'>,
): Promise<void> {
  const newest = await client.get<T>(path).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    const message =
      'the API server cannot be asked whether the object is still to go; it is asked again soon';
    throw new Waiting('Deleting', message, { cause: error });
  });
  if (newest && isDeepStrictEqual(wishIn(newest), wishIn(seen))) return;
  throw new Waiting(
    'Deleting',
    newest
      ? 'the object has changed since it was looked at; it is looked at anew before anything is deleted that is nowhere else'
      : 'the object is gone from the cluster, so nothing is deleted that is nowhere else',
  );
}

function wishIn({ metadata, spec }: GraphObject) {
  const { uid, annotations = {}, deletionTimestamp } = metadata;
  return { uid, annotations: { ...annotations }, deletionTimestamp, spec };
}
