import type { Collection, View } from '../graph/kind.ts';
import { TAG } from '../graph/ownership.ts';
import { bearsOut, fingerprint } from './canonical.ts';

/** Of a reading, on the monotonic clock in milliseconds. */
interface Times {
  readonly beganAt: number;
  /** How long after an acknowledged write a reading may begin that does not show it, and is not believed. */
  readonly graceMs: number;
  /** Told the ids of records of which a write of ours was believed until now, and no reading has shown it. */
  readonly onUnshown?: (id: string) => void;
}

/** Owners of whose records a reading shows others than before. */
export interface Changed {
  readonly owners: ReadonlySet<string>;
  /** Those of whom it shows more than what we made ourselves, as we made it. */
  readonly news: ReadonlySet<string>;
}

interface Overlay<R> {
  readonly patches: ((record: R | undefined) => R | undefined)[];
  /** When the last of them was acknowledged, on the monotonic clock. */
  at: number;
}

/**
 * One collection as known: the last listing, and our own acknowledged writes laid over it until a listing that
 * began after them shows them, or the grace time ends (AWS's listings lag behind its writes).
 */
export class Shelf<R, S> implements View<R> {
  readonly collection: Collection<R, S>;
  /** When the listing in use began, on the monotonic clock; undefined before the first. */
  listedAt: number | undefined;
  readonly #listed = new Map<string, R>();
  readonly #prints = new Map<string, string>();
  readonly #overlays = new Map<string, Overlay<R>>();
  /** Since when what was read by id is known, where the listing in use is older. */
  readonly #reread = new Map<string, number>();
  #merged: Map<string, R> | undefined;
  #byOwner: Map<string, R[]> | undefined;

  constructor(collection: Collection<R, S>) {
    this.collection = collection;
  }

  get(id: string): R | undefined {
    return this.#now().get(id);
  }

  all(): Iterable<R> {
    return this.#now().values();
  }

  ownedBy(owner: string): readonly R[] {
    this.#byOwner ??= Map.groupBy(
      this.#now().values(),
      (record) => this.collection.tags(record)[TAG.owner] ?? '',
    );
    return this.#byOwner.get(owner) ?? [];
  }

  /** How many records still wait for a listing to show what we wrote. */
  get overlaid(): number {
    return this.#overlays.size;
  }

  /** Lays an acknowledged write over what is listed. */
  wrote(id: string, patch: (record: R | undefined) => R | undefined, at: number): void {
    const overlay = this.#overlays.get(id) ?? { patches: [], at };
    overlay.patches.push(patch);
    overlay.at = at;
    this.#overlays.set(id, overlay);
    this.#forgetMerged();
  }

  /** Takes a whole listing. Returns whose records differ from those listed before. */
  replace(records: readonly R[], times: Times): Changed {
    const { beganAt } = times;
    const changed = new Changes();
    const seen = new Set<string>();
    for (const [id, at] of this.#reread) if (at < beganAt) this.#reread.delete(id);
    for (const record of records) {
      const id = this.collection.id(record);
      seen.add(id);
      if (!this.#reread.has(id)) this.#put(id, record, changed);
    }
    for (const [id, record] of this.#listed) {
      if (!seen.has(id) && !this.#reread.has(id)) this.#drop(id, record, changed);
    }
    this.listedAt = beganAt;
    this.#settle(this.#overlays.keys(), times, changed);
    return changed;
  }

  /** Takes these records, read by their ids, into the listing; what of them was not found is gone. Returns as `replace` does. */
  reread(ids: readonly string[], records: readonly R[], times: Times): Changed {
    const changed = new Changes();
    const found = new Map(records.map((record) => [this.collection.id(record), record]));
    const current = ids.filter(
      (id) => Math.max(this.listedAt ?? 0, this.#reread.get(id) ?? 0) <= times.beganAt,
    );
    for (const id of current) {
      this.#take(id, found.get(id), changed);
      this.#reread.set(id, times.beganAt);
    }
    this.#settle(current, times, changed);
    return changed;
  }

  /** Takes one record that was read by id; undefined says that it is gone. Returns whether anything changed. */
  set(id: string, record: R | undefined): boolean {
    const changed = new Changes();
    this.#take(id, record, changed);
    return changed.owners.size > 0;
  }

  /** Whether a record that was read by id is another than the one that was read before. */
  differs(id: string, record: R | undefined): boolean {
    return this.#prints.get(id) !== (record === undefined ? undefined : fingerprint(record));
  }

  #take(id: string, record: R | undefined, changed: Changes): void {
    const before = this.#listed.get(id);
    if (record !== undefined) this.#put(id, record, changed);
    else if (before !== undefined) this.#drop(id, before, changed);
  }

  #put(id: string, record: R, changed: Changes): void {
    const print = fingerprint(record);
    if (this.#prints.get(id) === print) return;
    const before = this.#listed.get(id);
    const isNews = before !== undefined || !this.#isAsMade(id, record);
    for (const version of [before, record])
      if (version !== undefined) changed.add(this.#ownerOf(version), isNews);
    this.#listed.set(id, record);
    this.#prints.set(id, print);
    this.#forgetMerged();
  }

  #drop(id: string, record: R, changed: Changes): void {
    changed.add(this.#ownerOf(record));
    this.#listed.delete(id);
    this.#prints.delete(id);
    this.#forgetMerged();
  }

  /** Whether we made it, and just so. */
  #isAsMade(id: string, record: R): boolean {
    const overlay = this.#overlays.get(id);
    return overlay !== undefined && bearsOut(record, applyPatches(overlay, undefined));
  }

  /**
   * Drops what a reading of these that began at `beganAt` shows, and what it ought to show, as it began after the grace
   * time, however long it took. Those for whom that makes a difference are `changed`: what they were told is no longer
   * believed.
   */
  #settle(ids: Iterable<string>, { beganAt, graceMs, onUnshown }: Times, changed: Changes): void {
    for (const id of ids) {
      const overlay = this.#overlays.get(id);
      if (!overlay) continue;
      const listed = this.#listed.get(id);
      const believed = applyPatches(overlay, listed);
      const same = bearsOut(listed, believed);
      if (!(same && beganAt > overlay.at) && beganAt - overlay.at < graceMs) continue;
      this.#overlays.delete(id);
      this.#forgetMerged();
      const record = believed ?? listed;
      if (same) continue;
      onUnshown?.(id);
      if (record !== undefined) changed.add(this.#ownerOf(record));
    }
  }

  #ownerOf(record: R): string {
    return this.collection.tags(record)[TAG.owner] ?? '';
  }

  #now(): Map<string, R> {
    if (this.#merged) return this.#merged;
    const merged = new Map(this.#listed);
    for (const [id, overlay] of this.#overlays) {
      const record = applyPatches(overlay, this.#listed.get(id));
      if (record === undefined) merged.delete(id);
      else merged.set(id, record);
    }
    this.#merged = merged;
    return merged;
  }

  #forgetMerged(): void {
    this.#merged = undefined;
    this.#byOwner = undefined;
  }
}

class Changes implements Changed {
  readonly owners = new Set<string>();
  readonly news = new Set<string>();

  add(owner: string, isNews = true): void {
    this.owners.add(owner);
    if (isNews) this.news.add(owner);
  }
}

function applyPatches<R>(overlay: Overlay<R>, listed: R | undefined): R | undefined {
  return overlay.patches.reduce<R | undefined>((record, patch) => patch(record), listed);
}
