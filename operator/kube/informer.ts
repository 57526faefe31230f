import { sleep, systemClock, type Clock } from '../clock.ts';
import { fullJitter } from './backoff.ts';
import { listAll, type KubeClient } from './client.ts';
import { KubeError, errorFromStatus, isGone, isNotFound } from './errors.ts';
import { createStore, type OnChange } from './store.ts';
import type { KubeObject, Log } from './types.ts';

export interface InformerOptions {
  client: KubeClient;
  /** Path of the collection. */
  path: string;
  /**
   * Whether the server may be without the kind, since its CRD is not there or no longer: that is an empty list then,
   * and asked for again. Default false: the first list is waited for.
   */
  mayBeAbsent?: boolean;
  /** Called in order, also for the first list; must not throw. */
  onChange: OnChange;
  log: Log;
  clock?: Clock;
  /** How long the server keeps one watch open; default 290, ±10 % so that informers do not return together. */
  watchTimeoutSeconds?: number;
  /** A watch without a byte for this long is dropped; default 150 000 (the server sends a bookmark a minute). */
  idleTimeoutMs?: number;
  random?: () => number;
}

/** A local copy of one collection, kept current by a watch. What it returns is shared and frozen. */
export interface Informer<T extends KubeObject> {
  start(): void;
  stop(): Promise<void>;
  /** Resolves when the first list is in; rejects when stopped before. */
  synced(): Promise<void>;
  get(key: string): T | undefined;
  list(): T[];
  /**
   * Lays the answer to our own write over the copy, so that the next read is not stale. `base` is the
   * resource version of the object that the write was made from, undefined for a create. Ignored when the
   * watch has already moved past it (see store.ts). Calls no onChange, now or when the watch confirms it.
   */
  observe(object: T, base: string | undefined): void;
  /** `clock.now()` of the last list or watch event from the server; undefined before the first. */
  lastContact(): number | undefined;
}

const BACKOFF = { baseMs: 250, maxMs: 30_000 };
/** After so many failures in a row, resuming is not trusted any more: a restored etcd may never answer it. */
const RELIST_AFTER = 4;
/** An overlay that the watch has not confirmed by then was superseded unseen: list anew. */
const OVERLAY_MS = 15_000;

/**
 * Lists (pages of 500), then watches with bookmarks from the list's resource version. A broken, silent or
 * refused watch resumes from the last version seen; 410 Gone, as a status or as an event, lists anew, and
 * the difference to what was known is told, deletions included.
 */
export function createInformer<T extends KubeObject>(options: InformerOptions): Informer<T> {
  const { client, path, log, clock = systemClock, random = Math.random } = options;
  const { watchTimeoutSeconds = 290, idleTimeoutMs = 150_000 } = options;
  // A watch that lived so long was healthy: its end starts the backoff anew.
  const healthyMs = Math.min(5_000, watchTimeoutSeconds * 500);
  const store = createStore<T>((key, change) => {
    try {
      options.onChange(key, change);
    } catch (error) {
      log.error({ err: error, key, path }, 'change handler failed');
    }
  });
  const stopping = new AbortController();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  let loop: Promise<void> | undefined;
  let version: string | undefined;
  let lastContact: number | undefined;
  let relist: AbortController | undefined;

  async function listNow(): Promise<void> {
    const startedAt = clock.now();
    // Without a resource version the answer is read through a quorum: never older than what we have seen.
    const { items, resourceVersion } = await listAll<T>(client, path, {}, { signal: stopping.signal }).catch(
      (error: unknown) => {
        // A server that is still starting answers 503: where the kind is not served, there is nothing of it.
        if (options.mayBeAbsent === true && isNotFound(error)) takeAsEmpty(startedAt);
        throw error;
      },
    );
    lastContact = clock.now();
    store.replace(items.map(slim), startedAt);
    version = resourceVersion;
    ready.resolve();
    log.debug({ path, count: items.length }, 'listed');
  }

  function takeAsEmpty(startedAt: number): void {
    lastContact = clock.now();
    store.replace([], startedAt);
    ready.resolve();
  }

  function onLine(line: string): void {
    const { type, object } = JSON.parse(line) as { type: string; object: T };
    lastContact = clock.now();
    if (type === 'ERROR') throw errorFromStatus(`WATCH ${path}`, 200, object);
    if (type === 'ADDED' || type === 'MODIFIED') store.upsert(slim(object));
    else if (type === 'DELETED') store.remove(object);
    // BOOKMARK carries nothing but the version; an unknown type at least has one.
    version = object.metadata.resourceVersion ?? version;
    const oldest = store.oldestOverlay();
    if (oldest !== undefined && clock.now() - oldest > OVERLAY_MS) relist?.abort();
  }

  async function watchOnce(): Promise<void> {
    relist = new AbortController();
    const seconds = Math.max(1, Math.round(watchTimeoutSeconds * (0.9 + random() * 0.2)));
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: version,
      timeoutSeconds: seconds,
    };
    const signal = AbortSignal.any([stopping.signal, relist.signal]);
    await client.stream(path, query, { onLine, signal, idleTimeoutMs });
    if (relist.signal.aborted) version = undefined;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const startedAt = clock.now();
      const before = version;
      try {
        if (version === undefined) {
          // Says nothing about watches: one that answers 410 after each list must still be backed off from.
          await listNow();
          continue;
        }
        await watchOnce();
        // A server that accepts watches and ends them at once must not be asked in a tight loop.
        const useful = version !== before || clock.now() - startedAt >= healthyMs;
        failures = useful ? 0 : failures + 1;
      } catch (error) {
        if (stopping.signal.aborted) break;
        const useful = before !== undefined && version !== before;
        failures = useful ? 1 : failures + 1;
        const gone = isGone(error);
        if (gone || failures >= RELIST_AFTER) version = undefined;
        report(error, failures, gone);
      }
      if (failures > 0) await sleep(clock, fullJitter(failures - 1, BACKOFF, random), stopping.signal);
    }
  }

  function report(error: unknown, failures: number, gone: boolean): void {
    const fields = {
      path,
      failures,
      reason: error instanceof KubeError ? error.reason : undefined,
      err: error,
    };
    // One break is everyday life; a row of them is worth a person's attention.
    if (gone || failures < 3) log.debug(fields, 'watch interrupted');
    else log.warn(fields, 'cannot watch');
  }

  return {
    start() {
      loop ??= run();
    },
    async stop() {
      stopping.abort();
      ready.reject(new Error(`informer of ${path} stopped before its first list`));
      await loop;
    },
    synced: () => ready.promise,
    get: (key) => store.get(key),
    list: () => store.list(),
    observe(object, base) {
      store.observe(slim(object), base, clock.now());
    },
    lastContact: () => lastContact,
  };
}

/** Without managedFields, which are often half of an object and which nobody here reads. */
function slim<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  return { ...object, metadata };
}
