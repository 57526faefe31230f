import { isDeepStrictEqual } from 'node:util';
import type { AwsSession } from '../aws/session.ts';
import { Terminal, Waiting } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import { kindOf, type AnyKind, type World } from '../graph/kind.ts';
import { ownedRecords, type Owned } from '../graph/owned.ts';
import { isNotFound } from '../kube/errors.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';

/**
 * A store that its spec protects stays, and so does everything beside it: its password, its key, its alarms. One from which
 * `letting` takes the protection is no hindrance.
 */
export function refuseProtected<T extends GraphObject>(
  { kind, object }: Pick<Pass<T>, 'kind' | 'object'>,
  world: World<AwsSession>,
  letting: readonly GraphNode[],
): void {
  const { nodeKinds } = kind;
  const changes = letting.map(({ type, inputs }) => ({ facet: kindOf(nodeKinds, type), inputs }));
  const kept = ownedRecords(ownerOf(object), nodeKinds, world).filter(
    (owned) => isProtected(owned, world) && !changes.some((change) => isAbout(change, owned, world)),
  );
  if (kept.length === 0) return;
  const named = kept.map((owned) => `${owned.kind.type} ${owned.kind.collection.id(owned.record)}`);
  const field = kind.protectedBy?.(object);
  const lift =
    field === undefined
      ? 'take the protection away in its spec'
      : `set ${field} to Disabled in its spec (kubectl edit ${kind.plural} -n ${object.metadata.namespace ?? ''} ${object.metadata.name})`;
  throw new Terminal(
    'DeletionProtected',
    `${named.join(', ')} ${kept.length === 1 ? 'is' : 'are'} protected against deletion, and nothing of this object is deleted; to have it deleted, ${lift}: an edit is honoured while the object goes; or set spec.deletionPolicy to Retain, and all of it stays in AWS`,
  );
}

function isProtected({ kind, record }: Owned<AwsSession>, world: World<AwsSession>): boolean {
  return (
    kind.stateful === true &&
    kind.state(record).phase !== 'deleting' &&
    kind.protected?.(record, world) === true
  );
}

/** Whether a facet's change is of this very thing; what is read of it alone goes by the same id. */
function isAbout(
  { facet, inputs }: { readonly facet: AnyKind<AwsSession>; readonly inputs: object },
  { kind, record }: Owned<AwsSession>,
  world: World<AwsSession>,
): boolean {
  const found = facet.find?.(world.view(facet.collection), inputs);
  return found !== undefined && facet.collection.id(found) === kind.collection.id(record);
}

/**
 * Asks the API server itself, right before a store is deleted, whether that is still wanted, and in this way: what the operator
 * has of the object may be seconds old, or minutes where its watch hangs. Throws Waiting where anything about it is new.
 */
export async function confirmLoss<T extends GraphObject>(
  { client }: Pick<ResourceDeps, 'client'>,
  { path, object }: Pick<Pass<T>, 'path' | 'object'>,
): Promise<void> {
  const newest = await client.get<T>(path).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    const message =
      'the API server cannot be asked whether the object is still to go; it is asked again soon';
    throw new Waiting('Deleting', message, { cause: error });
  });
  if (newest && isDeepStrictEqual(wishIn(newest), wishIn(object))) return;
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
