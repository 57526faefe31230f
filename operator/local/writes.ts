import { Waiting } from '../errors.ts';
import type { ActionContext } from '../graph/kind.ts';
import { isOwned } from '../graph/ownership.ts';
import { isConflict } from '../kube/errors.ts';
import { displacedIn, takenOver } from './displaced.ts';
import { NameHeld } from './errors.ts';
import { apiVersionOf, idOf, pathOf, type LocalCollection, type Resource } from './kind.ts';
import type { Manifest } from './manifest.ts';
import { tagsIn } from './ownership.ts';
import { managersOf, newer, otherManagers, type Answered, type Fields, type KubeRecord } from './record.ts';
import type { LocalSession } from './session.ts';

/**
 * What becomes of what Kubernetes made for an object, as the pods of a Deployment: it goes after it, before it, or stays.
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export type Deletion = 'Background' | 'Foreground' | 'Orphan';

interface Creation<R extends KubeRecord> {
  readonly resource: Resource;
  readonly collection: LocalCollection<R>;
  readonly read: (object: Answered) => R;
  readonly name: { readonly namespace: string; readonly name: string };
  /** What is applied; it may depend on what a former call made. */
  readonly manifest: (found: Answered | undefined) => Manifest | Promise<Manifest>;
  /** How one of ours is deleted that has to make way; undefined where it can be what is wanted. */
  readonly inTheWay?: (found: R) => Deletion | undefined;
}

interface Update {
  readonly resource: Resource;
  readonly collection: LocalCollection<KubeRecord>;
  readonly read: (object: Answered) => KubeRecord;
  /** As it was when the update was planned. */
  readonly record: KubeRecord;
  readonly overtaken: (planned: Fields, live: Fields) => string | undefined;
}

/**
 * Makes an object unless one of the name is there: of ours it is what a former call made, another's is `NameHeld`. An apply would
 * make the latter ours.
 */
export async function createObject<R extends KubeRecord>(
  { session, tags, wrote }: ActionContext<LocalSession>,
  { resource, collection, read, name, manifest, inTheWay }: Creation<R>,
): Promise<R> {
  const at = pathOf(resource, name);
  const id = idOf(resource, name);
  const what = `${resource.kind} ${id}`;
  const found = await session.get<Answered>(at);
  if (found) {
    const record = read(found);
    if (!isOwned(tagsIn(record.metadata.annotations), tags)) throw new NameHeld(`${what} exists already`);
    const how = record.metadata.deletionTimestamp === undefined ? inTheWay?.(record) : undefined;
    const left = how && (await deleteObject(session, { resource, read, record, how }));
    if (left ?? record.metadata.deletionTimestamp)
      throw new Waiting(
        'WaitingForCluster',
        `the former ${what} is still being deleted; the new one follows`,
      );
    if (!how) return read(await session.apply<Answered>(at, await manifest(found), { force: true }));
    wrote(collection, id, () => undefined);
  }
  const made = await session.apply<Answered>(at, await manifest(undefined), { force: false });
  if (otherManagers(made).length > 0) {
    // Somebody made one of the name since we looked. What we have put into it goes out of it again.
    const nothing = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: name };
    await session.apply(at, nothing, { force: false });
    throw new NameHeld(`${what} was made by somebody else meanwhile`);
  }
  return read(made);
}

/**
 * The version that an update is of, so that it undoes nothing that others set meanwhile. Throws Waiting where they have; the inventory
 * then knows it.
 */
export async function versionNow(
  { session, wrote }: Pick<ActionContext<LocalSession>, 'session' | 'wrote'>,
  { resource, collection, read, record, overtaken }: Update,
): Promise<{ readonly resourceVersion?: string }> {
  const { metadata } = record;
  const found = await session.get<Answered>(pathOf(resource, metadata));
  const live = found && read(found);
  const why = live && overtaken(record.body, live.body);
  if (why === undefined) {
    const resourceVersion = found?.metadata.resourceVersion;
    return resourceVersion === undefined ? {} : { resourceVersion };
  }
  wrote(collection, idOf(resource, metadata), (listed) => newer(listed, live ?? record));
  throw new Waiting('WaitingForCluster', `${resource.kind} ${idOf(resource, metadata)} ${why}`);
}

/** The object of a record as it is now. Throws Waiting where it is gone, whatever has its name. */
export async function sameNow(
  session: LocalSession,
  resource: Resource,
  { metadata }: KubeRecord,
): Promise<Answered> {
  const live = await session.get<Answered>(pathOf(resource, metadata));
  if (live?.metadata.uid === metadata.uid) return live;
  const what = `${resource.kind} ${metadata.namespace}/${metadata.name}`;
  throw new Waiting('WaitingForCluster', `${what} was deleted by somebody meanwhile`);
}

/** Makes those items of lists ours that stand where ours should be, so that the next apply takes them away. */
export async function takeDisplaced(
  session: LocalSession,
  resource: Resource,
  manifest: Manifest,
): Promise<void> {
  const at = pathOf(resource, manifest.metadata);
  const live = await session.get<Answered>(at);
  const places = live ? displacedIn(manifest, live) : [];
  if (!live || places.length === 0) return;
  const { resourceVersion } = live.metadata;
  await session.patchMetadata(at, { resourceVersion, managedFields: takenOver(managersOf(live), places) });
}

/** Deletes this very object; returns what is there of it afterwards. What has its name by then is another. */
export async function deleteObject<R extends KubeRecord>(
  session: LocalSession,
  {
    resource,
    read,
    record: { metadata },
    how,
  }: {
    readonly resource: Resource;
    readonly read: (object: Answered) => R;
    readonly record: R;
    readonly how: Deletion;
  },
): Promise<R | undefined> {
  const at = pathOf(resource, metadata);
  const preconditions = { uid: metadata.uid };
  try {
    await session.delete(at, { propagationPolicy: how, preconditions });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
  const left = await session.get<Answered>(at);
  return left?.metadata.uid === metadata.uid ? read(left) : undefined;
}
