import { awsKinds } from '../aws/kinds.ts';
import { isOwned, ownershipTags, ownerTag, TAG } from '../graph/ownership.ts';
import type { Survivor } from '../graph/plan.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';
import type { Target } from './targets.ts';

/**
 * Looks by id for things that status remembers and no listing shows. One that exists without our tags must not
 * be made a second time, nor forgotten; one that does carry them was only missed by a listing that lags.
 */
export async function findSurvivors(
  target: Target,
  object: GraphObject,
  installation: string,
): Promise<Map<string, Survivor>> {
  const owner = ownerOf(object);
  const survivors = new Map<string, Survivor>();
  const remembered = Map.groupBy(object.status.resources ?? [], ({ kind }) => kind);
  for (const [type, things] of remembered) {
    const kind = awsKinds.get(type);
    if (!kind?.create) continue;
    const { collection } = kind;
    const owned = target.world.view(collection).ownedBy(ownerTag(owner));
    const listed = new Set(owned.map((record) => collection.tags(record)[TAG.node]));
    const missing = things.filter(({ node }) => !listed.has(node));
    if (missing.length === 0) continue;
    // One question for all of a kind: who loses a whole network would else wait for a call a thing.
    const found = await collection.get(
      target.session,
      missing.map(({ id }) => id),
    );
    const records = new Map(found.map((record) => [collection.id(record), record]));
    for (const { node, id } of missing) {
      const record = records.get(id);
      if (!record || kind.gone(record) || kind.state(record).phase === 'deleting') continue;
      const wanted = ownershipTags(installation, owner, node);
      if (isOwned(collection.tags(record), wanted))
        target.world.wrote(collection, id, (listedAs) => listedAs ?? record);
      else survivors.set(node, { id });
    }
  }
  return survivors;
}
