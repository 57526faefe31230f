import { API_VERSION } from '../api/common.ts';
import { shortHash, TAG } from '../graph/ownership.ts';
import type { OwnerReference } from '../kube/types.ts';

/** The label that everything of an installation is listed by. */
export const INSTALLATION_LABEL = TAG.installation;
/** For selectors of people: annotations have the owner itself, which is no value for a label. */
export const OWNER_LABEL = 'landfall.dev/owner-hash';
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** Tags are annotations, whose values may be anything. No other annotation is a tag. */
const TAG_KEYS: ReadonlySet<string> = new Set(Object.values(TAG));

export type Tags = Readonly<Record<string, string>>;

/** The ownership tags among the annotations of an object. */
export function tagsIn(annotations: Tags): Tags {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => TAG_KEYS.has(key)));
}

/** Labels that follow from the tags. */
export function labelsFor(tags: Tags): Tags {
  const { [TAG.installation]: installation, [TAG.owner]: owner } = tags;
  return {
    [MANAGED_BY]: 'landfall',
    ...(installation !== undefined && { [INSTALLATION_LABEL]: installation }),
    ...(owner !== undefined && { [OWNER_LABEL]: ownerHash(owner) }),
  };
}

/** The value of {@link OWNER_LABEL}. */
export function ownerHash(owner: string): string {
  return shortHash(owner, 16);
}

/**
 * The reference to the custom resource that an object is of; none where that is of another namespace, and none on what is left
 * on purpose: Kubernetes deletes what refers to nothing that is there. It does not block the deletion of the owner, so that one in
 * the foreground waits for our finalizer and for nothing else, and we delete in our order.
 */
export function ownerReferencesFor(tags: Tags, namespace: string): OwnerReference[] {
  const { [TAG.uid]: uid, [TAG.owner]: owner = '', [TAG.retained]: retained } = tags;
  const [kind, ownerNamespace, name, ...more] = owner.split('/');
  if (uid === undefined || retained !== undefined || more.length > 0) return [];
  if (kind === undefined || name === undefined || ownerNamespace !== namespace) return [];
  return [{ apiVersion: API_VERSION, kind, name, uid, controller: true }];
}
