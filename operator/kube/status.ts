import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from './client.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What JSON makes of a value: undefined fields gone, dates as text; the API server would see just that. */
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? {})) as Json;

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function difference(before: Json | undefined, after: Json): Json | undefined {
  if (isDeepStrictEqual(before, after)) return undefined;
  if (!isObject(before) || !isObject(after)) return after;
  const patch: { [key: string]: Json } = {};
  for (const key of Object.keys(before)) if (!(key in after)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const inner = difference(before[key], value);
    if (inner !== undefined) patch[key] = inner;
  }
  return patch;
}

/**
 * The JSON merge patch that turns one status into another, or undefined when they are equal. Removed keys
 * are null, lists are replaced whole.
 */
export function mergePatchOf(before: object | undefined, after: object): object | undefined {
  return difference(asJson(before), asJson(after)) as object | undefined;
}

/**
 * Writes a status by one merge patch of the status subresource of the object at `path`, only when something
 * changed. Returns the object as written, undefined when nothing was to do. With `resourceVersion` a stale
 * `before` is a conflict instead of a patch computed from it.
 */
export async function patchStatus<T>(
  client: KubeClient,
  path: string,
  before: object | undefined,
  after: object,
  options: { resourceVersion?: string } = {},
): Promise<T | undefined> {
  const status = mergePatchOf(before, after);
  if (status === undefined) return undefined;
  const { resourceVersion } = options;
  return client.mergePatch<T>(`${path}/status`, {
    ...(resourceVersion !== undefined && { metadata: { resourceVersion } }),
    status,
  });
}
