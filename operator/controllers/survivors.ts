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
  for (const { node, kind: type, id } of object.status.resources ?? []) {
    const kind = awsKinds.get(type);
    if (!kind?.create) continue;
    const owned = target.world.view(kind.collection).ownedBy(ownerTag(owner));
    if (owned.some((record) => kind.collection.tags(record)[TAG.node] === node)) continue;
    const [record] = await kind.collection.get(target.session, [id]);
    if (!record || kind.gone(record) || kind.state(record).phase === 'deleting') continue;
    const wanted = ownershipTags(installation, owner, node);
    if (isOwned(kind.collection.tags(record), wanted))
      target.world.wrote(kind.collection, id, (listed) => listed ?? record);
    else survivors.set(node, { id });
  }
  return survivors;
}
