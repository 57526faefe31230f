import type { ResourceStatus } from '../api/common.ts';
import { kindOf } from '../graph/kind.ts';
import { isOwned, ownershipTags, ownerTag, TAG } from '../graph/ownership.ts';
import type { Survivor } from '../graph/plan.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';
import type { Target } from './target.ts';

/**
 * Looks by id for things that status remembers and no listing shows. One that exists without our tags must not
 * be made a second time, nor forgotten; one that does carry them was only missed by a listing that lags. Listings
 * are refreshed meanwhile, so it looks until none of them has lost a thing that was not looked up: plan at once.
 */
export async function findSurvivors(
  target: Target,
  object: GraphObject,
  installation: string,
): Promise<Map<string, Survivor>> {
  const survivors = new Map<string, Survivor>();
  const looked = new Set<string>();
  for (;;) {
    const missing = (object.status.resources ?? []).filter(
      (thing) => !looked.has(thing.node) && isMissing(target, object, thing),
    );
    if (missing.length === 0) return survivors;
    for (const { node } of missing) looked.add(node);
    // One question for all of a kind: who loses a whole network would else wait for a call a thing.
    for (const [type, things] of Map.groupBy(missing, ({ kind }) => kind)) {
      for (const { node, id } of await lookUp(target, object, installation, { type, things }))
        survivors.set(node, { id });
    }
  }
}

function isMissing(target: Target, object: GraphObject, { node, kind: type }: ResourceStatus): boolean {
  const kind = target.kinds.get(type);
  if (!kind?.create) return false;
  const { collection } = kind;
  const owned = target.world.view(collection).ownedBy(ownerTag(ownerOf(object)));
  return !owned.some((record) => collection.tags(record)[TAG.node] === node);
}

/** Those of some things of a kind that are there without our tags. */
async function lookUp(
  target: Target,
  object: GraphObject,
  installation: string,
  { type, things }: { readonly type: string; readonly things: readonly ResourceStatus[] },
): Promise<ResourceStatus[]> {
  const kind = kindOf(target.kinds, type);
  const { collection } = kind;
  const found = await collection.get(
    target.session,
    things.map(({ id }) => id),
  );
  const records = new Map(found.map((record) => [collection.id(record), record]));
  return things.filter(({ node, id }) => {
    const record = records.get(id);
    if (!record || kind.gone(record) || kind.state(record).phase === 'deleting') return false;
    const wanted = ownershipTags(installation, ownerOf(object), node);
    if (!isOwned(collection.tags(record), wanted)) return true;
    target.world.wrote(collection, id, (listedAs) => listedAs ?? record);
    return false;
  });
}
