import { shortHash } from '../graph/ownership.ts';
import type { OwnerReference } from '../kube/types.ts';
import type { KubeInputs } from './inputs.ts';
import { apiVersionOf, type Resource } from './kind.ts';
import { labelsFor, ownerReferencesFor, type Tags } from './ownership.ts';
import type { Fields } from './record.ts';

/** A hash of what was applied last: what of it is not in the object any more, or is otherwise, the API server or others changed. */
export const APPLIED = 'landfall.dev/applied';

/** An object as it is applied. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid?: string;
    readonly labels: Tags;
    readonly annotations: Tags;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly [field: string]: unknown;
}

export interface Stamp {
  readonly tags: Tags;
  /** Whether the object outlives the custom resource that it is of. */
  readonly outlives: boolean;
  /** What the hash of what was applied is of; default the fields. */
  readonly of?: unknown;
}

/** The whole of what we want of an object. */
export function manifestOf(
  resource: Resource,
  { namespace, name, labels, annotations, body }: KubeInputs,
  { tags, outlives, of }: Stamp,
): Manifest {
  const owners = outlives ? [] : ownerReferencesFor(tags, namespace);
  const fields = pruned(body) as Fields;
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      name,
      namespace,
      labels: { ...labels, ...labelsFor(tags) },
      annotations: {
        ...annotations,
        [APPLIED]: shortHash(sorted({ labels, annotations, fields: of ?? fields }), 16),
        ...tags,
      },
      ...(owners.length > 0 && { ownerReferences: owners }),
    },
    ...fields,
  };
}

/** Without what is undefined or null, which an apply cannot say. */
export function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined && item !== null)
      .map(([key, item]) => [key, pruned(item)]),
  );
}

/** JSON in which the order of keys does not count; that of lists does. */
export function sorted(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      item !== null && typeof item === 'object' && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ''
  );
}
