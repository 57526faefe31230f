import type { KubeObject, OwnerReference } from '../kube/types.ts';
import { FIELD_MANAGER } from './session.ts';

/** Fields of an object by name, as JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** A set of fields as `managedFields` have it (`fieldsV1`): `f:` a field, `k:` an item of a list by its keys, `v:` by its value. */
export interface FieldSet {
  readonly [path: string]: FieldSet;
}

/** Not counted among what is compared of a record: every change of the status changes it. */
const VERSION = Symbol('resourceVersion');

/** An object as the inventory keeps it: without what others manage and nobody here looks at. */
export interface KubeRecord {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly OwnerReference[];
  };
  /** All other fields but the status: `spec`, or `data`. */
  readonly body: Fields;
  /** What its kind keeps of the status. */
  readonly status: Fields;
  /** What of it we have applied, and nobody else has changed since. */
  readonly owned: FieldSet;
  readonly [VERSION]: string;
}

/** As the API server answers. */
export interface Answered extends KubeObject {
  readonly status?: Fields;
  readonly [field: string]: unknown;
}

/** Who has which fields of an object. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
}

/** What is kept of an object. `statusOf` picks of its status what counts; default nothing. */
export function recordOf(object: Answered, statusOf: (status: Fields) => Fields = () => ({})): KubeRecord {
  const { metadata, status = {}, apiVersion: _, kind: __, ...body } = object;
  const { name, namespace = '', uid = '', generation, deletionTimestamp } = metadata;
  return {
    metadata: {
      name,
      namespace,
      uid,
      ...(generation !== undefined && { generation }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      labels: metadata.labels ?? {},
      annotations: metadata.annotations ?? {},
      ownerReferences: metadata.ownerReferences ?? [],
    },
    body,
    status: statusOf(status),
    owned: ownFields(object),
    [VERSION]: metadata.resourceVersion ?? '0',
  };
}

/** Who else has fields of an object, by the names that they gave themselves. */
export function otherManagers(object: Answered): string[] {
  return managersOf(object).flatMap(({ manager }) =>
    manager === undefined || manager === FIELD_MANAGER ? [] : [manager],
  );
}

/**
 * Of two records of one object the newer one. Lists of Kubernetes show what was written before them: what a list shows with the
 * version of our write, or a later one, has that in it, and what it was read with is newer.
 */
export function newer(listed: KubeRecord | undefined, answered: KubeRecord): KubeRecord {
  if (!listed || listed.metadata.uid !== answered.metadata.uid) return answered;
  return BigInt(listed[VERSION]) >= BigInt(answered[VERSION]) ? listed : answered;
}

function ownFields(object: Answered): FieldSet {
  const ours = managersOf(object).find(
    ({ manager, operation, subresource }) =>
      manager === FIELD_MANAGER && operation === 'Apply' && (subresource ?? '') === '',
  );
  return ours?.fieldsV1 ?? {};
}

/** All who have fields of an object. */
export function managersOf({ metadata }: Answered): readonly ManagedFields[] {
  return (metadata as { readonly managedFields?: readonly ManagedFields[] }).managedFields ?? [];
}
