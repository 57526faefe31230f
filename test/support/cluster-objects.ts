import { localKinds } from '../../operator/local/kinds.ts';
import { SLICES } from '../../operator/local/alias-source.ts';
import { pathOf, type Resource } from '../../operator/local/kind.ts';
import type { PlainKind } from '../../operator/local/object-kind.ts';
import { managersOf, type Answered, type KubeRecord, recordOf } from '../../operator/local/record.ts';
import { decoded, GENERATED, keysOfSecret, fingerprints } from '../../operator/local/secret-values.ts';
import { TAG } from '../../operator/graph/ownership.ts';
import { listAll, type KubeClient } from '../../operator/kube/client.ts';
import { resourcePath } from '../../operator/kube/path.ts';

export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' };

/** Every sort of object that the local target makes. */
export const RESOURCES: readonly Resource[] = [
  SECRETS,
  SLICES,
  ...[...localKinds.values()].flatMap((kind) => ('resource' in kind ? [(kind as PlainKind).resource] : [])),
];

/** What a cluster has before anybody makes something in it. */
const SYSTEM = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system', 'landfall-system']);

/** The path of all objects of a sort. */
export function pathOfAll(resource: Resource): string {
  return resourcePath(pathOf(resource, {}));
}

/** All objects of every such sort, whoever made them. */
export async function objectsIn(client: KubeClient): Promise<{ resource: Resource; object: Answered }[]> {
  const lists = await Promise.all(
    RESOURCES.map(async (resource) => {
      const { items } = await listAll<Answered>(client, pathOfAll(resource));
      return items.map((object) => ({ resource, object }));
    }),
  );
  return lists.flat().filter(({ object }) => !SYSTEM.has(object.metadata.namespace ?? ''));
}

/** A Secret as it is kept: what was put into it, and of what was made only whether it is as it was made. */
function recordOfSecret(object: Answered): KubeRecord {
  return recordOf({ ...object, data: fingerprints(object.metadata, decoded(object)) });
}

/** The values of a Secret that were made, by key. */
export function madeValues(object: Answered): Readonly<Record<string, string>> {
  const values = decoded(object);
  return Object.fromEntries(
    keysOfSecret(recordOfSecret(object)).map(({ key }) => [key, values[key] ?? '(gone)']),
  );
}

/** An object without what differs from run to run: times, versions, what chance or the API server chose. */
export function portraitOf({ kind }: Resource, object: Answered, ownerUid: string | undefined): object {
  const { metadata, status: _, apiVersion: __, kind: ___, data, ...rest } = object;
  const { name, namespace, labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = metadata;
  const { [GENERATED]: made, [TAG.retained]: retained, ...others } = annotations;
  const uids = [annotations[TAG.uid] ?? '', ...ownerReferences.map(({ uid }) => uid)];
  const portrait = {
    kind,
    name,
    namespace,
    labels,
    annotations: others,
    // Since when, and why.
    ...(retained !== undefined && { retained: retained.split('/').at(-1) }),
    ...(made !== undefined && { made: keysOfSecret(recordOfSecret(object)) }),
    finalizers,
    isGoing: metadata.deletionTimestamp !== undefined,
    ownerReferences,
    ...(data !== undefined && { data: kind === 'Secret' ? valuesOf(object) : data }),
    ...withoutChosen(rest),
    managedFields: managersOf(object)
      .map(({ manager, operation, subresource, fieldsV1 }) => ({
        manager,
        operation,
        subresource,
        fieldsV1,
      }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
  const text = uids
    .filter((uid) => uid !== '')
    .reduce(
      (all, uid) => all.replaceAll(uid, uid === ownerUid ? 'uid of its object' : 'uid of another'),
      JSON.stringify(portrait),
    );
  return JSON.parse(text) as object;
}

/** Values as text, in which what chance made reads as its key. */
function valuesOf(object: Answered): Readonly<Record<string, string>> {
  const made = Object.entries(madeValues(object));
  return Object.fromEntries(
    Object.entries(decoded(object)).map(([key, value]) => [
      key,
      made.reduce((text, [name, chance]) => text.replaceAll(chance, `{${name}}`), value),
    ]),
  );
}

/** What the API server gives a Service. */
const CHOSEN = new Set(['clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort']);

function withoutChosen(value: unknown): object {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (CHOSEN.has(key) ? undefined : item)),
  ) as object;
}
