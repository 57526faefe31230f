import { TAG } from '../graph/ownership.ts';
import { pathOf, verbs, type Resource } from './kind.ts';
import { INSTALLATION_LABEL, OWNER_LABEL, ownerHash, tagsIn, type Tags } from './ownership.ts';
import type { Answered } from './record.ts';
import type { LocalSession } from './session.ts';

const claims: Resource = {
  group: '',
  version: 'v1',
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
};
const statefulSets: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'statefulsets',
  kind: 'StatefulSet',
};

/** What looking for the volumes of an owner needs. */
export const VOLUME_READS = [...verbs(claims, 'list'), ...verbs(statefulSets, 'list')];

/** The claim of an owner whose volume stands. */
export async function standingVolume(
  session: LocalSession,
  namespace: string,
  tags: Tags,
): Promise<string | undefined> {
  const [claim] = await owned(session, claims, { namespace, tags });
  return claim && `${namespace}/${claim.metadata.name}`;
}

/**
 * The claim of an owner whose volume holds something already: one that was left on purpose, or that a StatefulSet uses, which is
 * made after the Secret.
 */
export async function volumeThatNeeds(
  session: LocalSession,
  namespace: string,
  tags: Tags,
): Promise<string | undefined> {
  const standing = await owned(session, claims, { namespace, tags });
  const [first] = standing;
  if (!first) return undefined;
  const left = standing.find(
    ({ metadata }) => tagsIn(metadata.annotations ?? {})[TAG.retained] !== undefined,
  );
  const isUsed = left !== undefined || (await owned(session, statefulSets, { namespace, tags })).length > 0;
  return isUsed ? `${namespace}/${(left ?? first).metadata.name}` : undefined;
}

async function owned(
  session: LocalSession,
  resource: Resource,
  { namespace, tags }: { readonly namespace: string; readonly tags: Tags },
): Promise<Answered[]> {
  const { [TAG.installation]: installation = '', [TAG.owner]: owner = '' } = tags;
  const labelSelector = `${INSTALLATION_LABEL}=${installation},${OWNER_LABEL}=${ownerHash(owner)}`;
  const found: Answered[] = [];
  for await (const page of session.pages<Answered>(pathOf(resource, { namespace }), { labelSelector }))
    found.push(...page);
  return found.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}
