import { keyOf, type KubeObject } from './types.ts';

export type Change = 'added' | 'updated' | 'deleted';

/** Tells of a change of the object with this key; read it from the informer. */
export type OnChange = (key: string, change: Change) => void;

/** The last resource versions of a key that the watch delivered, in order; enough for writes in flight. */
const HISTORY = 32;
/** Keys of deleted objects whose history is remembered. */
const TOMBSTONES = 1_000;

interface Overlay {
  version: string;
  /** This version and those of our own before it that the watch has not delivered. */
  own: string[];
  uid: string | undefined;
  at: number;
}

/** What an informer knows, fed by lists, watch events, and answers to our own writes. */
export interface Store<T extends KubeObject> {
  get(key: string): T | undefined;
  list(): T[];
  /** Takes over a complete list, telling every difference, deletions included. */
  replace(items: readonly T[], listStartedAt: number): void;
  upsert(object: T): void;
  remove(object: T): void;
  observe(object: T, base: string | undefined, now: number): boolean;
  /** Time of the oldest overlay that the watch has not confirmed, if any. */
  oldestOverlay(): number | undefined;
}

/**
 * Resource versions are opaque, so "newer" is never computed from them. Instead the store remembers, per key,
 * the versions that the watch delivered, in their order:
 * - An answer to our write is laid over the store when the version it was made from (`base`) is in that
 *   history and the answer's own version is not: then the watch has not come so far. Otherwise the
 *   watch is ahead, or we cannot tell, and the answer is ignored.
 * - Until the watch delivers the overlaid version, events of the key are older. They do not replace it, but
 *   they are told, since they hold somebody else's change that the writer may not have seen.
 */
export function createStore<T extends KubeObject>(tell: OnChange): Store<T> {
  const objects = new Map<string, T>();
  const history = new Map<string, string[]>();
  const overlays = new Map<string, Overlay>();
  const tombstones = new Set<string>();

  const versionOf = (object: KubeObject): string => object.metadata.resourceVersion ?? '';

  function remember(key: string, version: string): void {
    const versions = history.get(key) ?? [];
    versions.push(version);
    if (versions.length > HISTORY) versions.shift();
    history.set(key, versions);
    tombstones.delete(key);
  }

  function bury(key: string): void {
    tombstones.add(key);
    const [oldest] = tombstones;
    if (tombstones.size > TOMBSTONES && oldest !== undefined) {
      tombstones.delete(oldest);
      history.delete(oldest);
    }
  }

  function put(key: string, object: T): void {
    const old = objects.get(key);
    objects.set(key, frozen(object));
    if (old === undefined) tell(key, 'added');
    else if (versionOf(old) !== versionOf(object)) tell(key, 'updated');
  }

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    upsert(object) {
      const key = keyOf(object);
      const overlay = overlays.get(key);
      remember(key, versionOf(object));
      if (overlay !== undefined && overlay.version !== versionOf(object)) {
        if (!overlay.own.includes(versionOf(object))) tell(key, 'updated');
        return;
      }
      overlays.delete(key);
      put(key, object);
    },
    remove(object) {
      const key = keyOf(object);
      const overlay = overlays.get(key);
      remember(key, versionOf(object));
      bury(key);
      // The end of a former object of this name, which our own creation followed.
      if (overlay !== undefined && overlay.uid !== object.metadata.uid) return;
      overlays.delete(key);
      if (objects.delete(key)) tell(key, 'deleted');
    },
    replace(items, listStartedAt) {
      // What happened between the last event and this list was not seen: the order of versions is broken.
      history.clear();
      tombstones.clear();
      const listed = new Set<string>();
      for (const object of items) {
        const key = keyOf(object);
        listed.add(key);
        remember(key, versionOf(object));
        const overlay = overlays.get(key);
        if (overlay !== undefined && overlay.version !== versionOf(object) && overlay.at > listStartedAt) {
          tell(key, 'updated');
          continue;
        }
        const before = objects.get(key);
        put(key, object);
        // The overlay hid that versions between its base and it were missed.
        if (overlay !== undefined && before !== undefined && versionOf(before) === versionOf(object)) {
          tell(key, 'updated');
        }
        overlays.delete(key);
      }
      for (const key of objects.keys()) {
        if (listed.has(key) || (overlays.get(key)?.at ?? -Infinity) > listStartedAt) continue;
        overlays.delete(key);
        objects.delete(key);
        tell(key, 'deleted');
      }
    },
    observe(object, base, now) {
      const key = keyOf(object);
      const version = versionOf(object);
      const versions = history.get(key) ?? [];
      const current = objects.get(key);
      if (versions.includes(version) || (current !== undefined && versionOf(current) === version))
        return false;
      const overlay = overlays.get(key);
      const follows =
        base === undefined ? current === undefined : versions.includes(base) || overlay?.version === base;
      if (!follows) return false;
      const own = [...(overlay?.own ?? []), version];
      overlays.set(key, { version, own, uid: object.metadata.uid, at: now });
      objects.set(key, frozen(object));
      return true;
    },
    oldestOverlay() {
      let oldest: number | undefined;
      for (const { at } of overlays.values()) if (oldest === undefined || at < oldest) oldest = at;
      return oldest;
    },
  };
}

/** Freezes all the way down: readers share these objects, and a stray write would be everybody's. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}
