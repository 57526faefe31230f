import type { ObjectMeta } from '../api/common.ts';
import { shortHash } from '../graph/ownership.ts';

const HASH_LENGTH = 8;

/** The namespace of an object; manifests read without a cluster may leave it out. */
export function namespaceOf(metadata: ObjectMeta): string {
  return metadata.namespace ?? 'default';
}

/** `Kind/namespace/name`, by which everything made for an object is known. */
export function ownerOf(object: { readonly kind: string; readonly metadata: ObjectMeta }): string {
  return `${object.kind}/${namespaceOf(object.metadata)}/${object.metadata.name}`;
}

/**
 * The name in at most `max` characters. One that is too long ends in a hash of the whole; with `salt`, every
 * name ends in a hash of name and salt, so that equal names from different places differ.
 */
export function fit(name: string, max: number, salt?: string): string {
  if (salt === undefined && name.length <= max) return name;
  const hash = shortHash(salt === undefined ? name : `${name}\n${salt}`, HASH_LENGTH);
  return `${name.slice(0, max - HASH_LENGTH - 1)}-${hash}`;
}

/** The name of a security group: AWS refuses those that begin like the id of one. */
export function groupName(name: string): string {
  return name.startsWith('sg-') ? `landfall-${name}` : name;
}

/** In the order of their names: that of a list in Git says nothing. */
export function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}
