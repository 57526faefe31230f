import { createHash } from 'node:crypto';

/** Tags by which Landfall knows its own. A thing is ours only if installation, owner and node all match. */
export const TAG = {
  installation: 'landfall.dev/installation',
  owner: 'landfall.dev/owner',
  node: 'landfall.dev/node',
  /** A replacement's hash of its immutable inputs; the first generation has none. */
  revision: 'landfall.dev/rev',
  /** On what was taken over and not made: it keeps the tags that it came with. */
  adopted: 'landfall.dev/adopted',
  /** For people: the uid of the Kubernetes object. Never matched, so that a lost cluster finds its own again. */
  uid: 'landfall.dev/uid',
  /** When the thing was left behind on purpose (RFC 3339). It is taken away when a manifest wants the thing again. */
  retained: 'landfall.dev/retained',
  /** On a store: which version of its secret it was given, which AWS does not show. It is written with the password. */
  password: 'landfall.dev/password',
  /** On a store: the copy that it was made of. */
  restoredFrom: 'landfall.dev/restored-from',
} as const;

/** AWS's limit on the length of a tag's value. */
const TAG_VALUE_MAX = 256;

/** The value of the owner tag: `Kind/namespace/name`, its end replaced by a hash where it is over 256 characters. */
export function ownerTag(owner: string): string {
  if (owner.length <= TAG_VALUE_MAX) return owner;
  return `${owner.slice(0, TAG_VALUE_MAX - 17)}-${shortHash(owner, 16)}`;
}

/** The ownership tags of one node. */
export function ownershipTags(installation: string, owner: string, node: string): Record<string, string> {
  return { [TAG.installation]: installation, [TAG.owner]: ownerTag(owner), [TAG.node]: node };
}

/** Whether these tags say that the thing belongs to this installation, owner and node. */
export function isOwned(
  tags: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return [TAG.installation, TAG.owner, TAG.node].every(
    (key) => tags[key] !== undefined && tags[key] === wanted[key],
  );
}

/** Whether a thing was taken over and not made. */
export function isAdopted(tags: Readonly<Record<string, string>>): boolean {
  return TAG.adopted in tags;
}

/** A stable hash in lower-case hexadecimal of the given length (at most 64). */
export function shortHash(text: string, length = 8): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
