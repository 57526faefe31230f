import type { KubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import type { KubeObject } from './types.ts';

export const hasFinalizer = (object: KubeObject, finalizer: string): boolean =>
  object.metadata.finalizers?.includes(finalizer) ?? false;

/** A list in a merge patch replaces the whole list: only the resource version keeps others' finalizers. */
const patchOf = (object: KubeObject, finalizers: string[]): object => ({
  metadata: { resourceVersion: object.metadata.resourceVersion, finalizers },
});

/**
 * Adds a finalizer; returns the object as it then is (the same one when nothing was to do). `object` is what
 * was read: when it is stale this rejects with a conflict (`isConflict`), and the caller reads again.
 */
export async function addFinalizer<T extends KubeObject>(
  client: KubeClient,
  path: string,
  object: T,
  finalizer: string,
): Promise<T> {
  if (hasFinalizer(object, finalizer)) return object;
  return client.mergePatch<T>(path, patchOf(object, [...(object.metadata.finalizers ?? []), finalizer]));
}

/** Removes a finalizer; undefined when the object was already gone. Conflicts as in `addFinalizer`. */
export async function removeFinalizer<T extends KubeObject>(
  client: KubeClient,
  path: string,
  object: T,
  finalizer: string,
): Promise<T | undefined> {
  if (!hasFinalizer(object, finalizer)) return object;
  const left = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  try {
    return await client.mergePatch<T>(path, patchOf(object, left));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
