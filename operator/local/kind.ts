import type { Collection, NodeKind, Permission } from '../graph/kind.ts';
import type { ResourcePath } from '../kube/path.ts';
import type { LocalSession } from './session.ts';

/** A node kind of the local target: `I` what the compiler gives it, `R` the record that the inventory keeps. */
export type LocalKind<I extends object, R> = NodeKind<I, R, LocalSession>;

/** How the cluster lists one sort of object. */
export type LocalCollection<R> = Collection<R, LocalSession>;

/** A sort of object of the Kubernetes API. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

/** The `apiVersion` of such objects. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/**
 * The id of an object: `shop/deployments/api`. The graph tells ids apart by nothing else, and a Deployment and its Service have
 * one name.
 */
export function idOf({ plural }: Resource, { namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${plural}/${name}`;
}

/** Where the object of an id is in the API; undefined for the id of something else. */
export function pathOfId(resource: Resource, id: string): ResourcePath | undefined {
  const [namespace, plural, name, ...more] = id.split('/');
  if (namespace === undefined || name === undefined || plural !== resource.plural || more.length > 0)
    return undefined;
  return pathOf(resource, { namespace, name });
}

export function pathOf(
  { group, version, plural }: Resource,
  { namespace, name }: { readonly namespace?: string; readonly name?: string },
): ResourcePath {
  return { group, version, plural, namespace, name };
}

/**
 * What a role has to allow: `apps/deployments:patch`, of the core group `core/services:get`. Roles cannot be bounded by labels or
 * names that nobody knows beforehand, so all are on anything.
 */
export function verbs({ group, plural }: Resource, ...names: readonly string[]): Permission[] {
  const sort = `${group === '' ? 'core' : group}/${plural}`;
  return names.map((verb) => ({ action: `${sort}:${verb}`, on: 'anything' }));
}
