import { READY, type Change, type State } from '../graph/kind.ts';
import { isOwned } from '../graph/ownership.ts';
import { tagWrites } from '../graph/tags.ts';
import { objectCollection, reader } from './collection.ts';
import { compareFields, covers } from './compare.ts';
import { createObject, deleteObject, takeDisplaced, versionNow, type Deletion } from './writes.ts';
import { displacedIn } from './displaced.ts';
import { lacksSome, partOf } from './field-set.ts';
import { handOverCount } from './handover.ts';
import type { KubeInputs } from './inputs.ts';
import { apiVersionOf, idOf, pathOf, verbs, type LocalKind, type Resource } from './kind.ts';
import { APPLIED, manifestOf, pruned, type Manifest } from './manifest.ts';
import { labelsFor, ownerReferencesFor, tagsIn, type Tags } from './ownership.ts';
import { newer, type Answered, type Fields, type KubeRecord } from './record.ts';

/** What tells one sort of object from another. */
export interface ObjectSort {
  readonly resource: Resource;
  /** Kinds whose things must be gone before one of these is deleted. */
  readonly after: readonly string[];
  /** What of the status counts; default nothing. */
  readonly status?: (status: Fields) => Fields;
  /** How far one is that is not on its way out; default ready. */
  readonly state?: (record: KubeRecord) => State;
  /** Outputs besides id, name, namespace and uid. */
  readonly outputs?: (record: KubeRecord) => Readonly<Record<string, string>>;
  /** Whether the API server refuses a change in place. */
  readonly isFixed?: (change: Change) => boolean;
  /** How one is deleted; default that what depends on it is deleted after it. */
  readonly deletion?: Deletion;
  /** How one is deleted in whose place another of the same name is made; default as `deletion`. */
  readonly replacement?: (wanted: KubeInputs, live: KubeRecord) => Deletion;
  /** It has a count of pods, which may be left to an autoscaler. */
  readonly isScaled?: true;
  /** What of an object is for us to say, where that is not the whole of its body: a change of the rest alone is no difference. */
  readonly say?: (inputs: KubeInputs) => Fields;
  /**
   * Says what others have set since the record was read that an update would undo: it waits then, and is planned anew. Undefined where
   * everything is put right.
   */
  readonly overtaken?: (
    inputs: KubeInputs,
  ) => ((planned: Fields, live: Fields) => string | undefined) | undefined;
  /** It outlives the custom resource that it is of where that says so, and so Kubernetes must not delete it with that. */
  readonly outlives?: true;
}

/** A kind whose inputs are an object of the Kubernetes API as a person would write it. */
export interface PlainKind extends LocalKind<KubeInputs, KubeRecord> {
  readonly resource: Resource;
}

/** A kind of plain objects of the Kubernetes API. */
export function objectKind(sort: ObjectSort): PlainKind {
  const { resource, after, isFixed = () => false } = sort;
  const read = reader(sort.status);
  const collection = objectCollection(resource, read);
  const outlives = sort.outlives === true;
  const whole = (inputs: KubeInputs, tags: Tags) =>
    manifestOf(resource, inputs, { tags, outlives, ...(sort.say && { of: pruned(sort.say(inputs)) }) });

  function diff(inputs: KubeInputs, record: KubeRecord | undefined): Change[] {
    if (!record) return [];
    const { metadata } = record;
    const tags = tagsIn(metadata.annotations);
    const changes: Change[] = [];
    for (const [path, from, to] of [
      ['namespace', metadata.namespace, inputs.namespace],
      ['name', metadata.name, inputs.name],
    ] as const)
      if (from !== to) changes.push({ path, from, to, replace: true });
    const { apiVersion: _, kind: __, metadata: wanted, ...fields } = whole(inputs, tags);
    const { labels, annotations, ownerReferences } = metadata;
    const live = { metadata: { labels, annotations, ownerReferences }, ...record.body };
    const { name: ___, namespace: ____, ...rest } = wanted;
    const isApplied = annotations[APPLIED] === wanted.annotations[APPLIED];
    const found = compareFields({ metadata: rest, ...fields }, live, record.owned, isApplied);
    // It changes with every other change; alone it tells of one that no field shows.
    const telling = found.filter(({ path }) => path !== `metadata.annotations[${APPLIED}]`);
    for (const change of telling.length > 0 ? telling : found)
      changes.push(isFixed(change) && !isSame(change) ? { ...change, replace: true } : change);
    return changes;
  }

  return {
    resource,
    type: resource.kind,
    collection,
    idempotency: 'name',
    iam: verbs(resource, 'get', 'create', 'patch', 'delete'),
    after,
    diff,
    state: (record) => leaving(record) ?? sort.state?.(record) ?? READY,
    outputs: (record) => ({ ...sort.outputs?.(record), ...namesOf(resource, record) }),
    gone: () => false,
    needs: () => [],

    async create(context, inputs) {
      return createObject(context, {
        resource,
        collection,
        read,
        name: { namespace: inputs.namespace, name: inputs.name },
        manifest: () => whole(inputs, context.tags),
        inTheWay: (found) =>
          diff(inputs, found).some(({ replace }) => replace === true)
            ? (sort.replacement?.(inputs, found) ?? sort.deletion ?? 'Background')
            : undefined,
      });
    },
    async conflicting(session, { namespace, name }) {
      const found = await session.get<Answered>(pathOf(resource, { namespace, name }));
      return found && read(found);
    },
    async update({ session, wrote }, inputs, record, changes) {
      const tags = tagsAfter(record, changes);
      const manifest = changes.every(({ path }) => path.startsWith('tags.'))
        ? retagged(resource, record, { tags, outlives })
        : whole({ ...inputs, name: record.metadata.name }, tags);
      const { metadata } = manifest;
      if (sort.isScaled === true) await handOverCount(session, resource, manifest, record);
      if (displacedIn(manifest, record.body).length > 0) await takeDisplaced(session, resource, manifest);
      const overtaken = sort.overtaken?.(inputs);
      const version =
        overtaken &&
        (await versionNow({ session, wrote }, { resource, collection, read, record, overtaken }));
      const answered = read(
        // With its uid: what takes the name of one that is gone is another's to change.
        await session.apply<Answered>(
          pathOf(resource, metadata),
          { ...manifest, metadata: { ...metadata, uid: record.metadata.uid, ...version } },
          { force: true },
        ),
      );
      wrote(collection, idOf(resource, metadata), (listed) => newer(listed, answered));
    },
    delete: (context, record) =>
      deleteObject(context.session, { resource, read, record, how: sort.deletion ?? 'Background' }),
  };
}

/** Of what reads the same, only the owner of the fields has changed. */
function isSame({ path, from, to }: Change): boolean {
  return to !== undefined && covers({ path, wanted: to, live: from });
}

/** Whether the object carries the tags of a node. */
export function isOurs(record: KubeRecord, tags: Tags): boolean {
  return isOwned(tagsIn(record.metadata.annotations), tags);
}

/** The tags that an object has when changes are made. */
export function tagsAfter({ metadata }: KubeRecord, changes: readonly Change[]): Tags {
  const { set, unset } = tagWrites(changes);
  const kept = Object.entries(tagsIn(metadata.annotations)).filter(([key]) => !unset.includes(key));
  return { ...Object.fromEntries(kept), ...set };
}

/** What was applied last, with other tags. */
export function retagged(
  resource: Resource,
  record: KubeRecord,
  { tags, outlives }: { readonly tags: Tags; readonly outlives: boolean },
): Manifest {
  const { name, namespace, labels, annotations, ownerReferences } = record.metadata;
  const live = { ...record.body, metadata: { labels, annotations, ownerReferences } };
  const { metadata, ...body } = partOf(record.owned, live) as {
    readonly metadata?: { readonly labels?: Tags; readonly annotations?: Tags };
  } & Fields;
  const former = metadata?.annotations ?? {};
  // What it was applied with, and the API server leaves out, is not known here: the next apply has it again.
  const isPartial = lacksSome(record.owned, live);
  const isKept = (key: string) => !(key in tagsIn(former)) && !(isPartial && key === APPLIED);
  const others = Object.fromEntries(Object.entries(former).filter(([key]) => isKept(key)));
  const owners = outlives ? [] : ownerReferencesFor(tags, namespace);
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      name,
      namespace,
      labels: { ...metadata?.labels, ...labelsFor(tags) },
      annotations: { ...others, ...tags },
      ...(owners.length > 0 && { ownerReferences: owners }),
    },
    ...body,
  };
}

/** An object that is to go. */
export function leaving({ metadata }: KubeRecord): State | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  const message = `${metadata.namespace}/${metadata.name} is being deleted since ${metadata.deletionTimestamp}`;
  return { phase: 'deleting', reason: 'WaitingForCluster', message };
}

/** The outputs of every object. */
export function namesOf(resource: Resource, { metadata }: KubeRecord): Readonly<Record<string, string>> {
  const { name, namespace, uid } = metadata;
  return { id: idOf(resource, metadata), name, namespace, uid };
}
