import type { Clock } from '../clock.ts';
import type { Collection, View, World, Wrote } from '../graph/kind.ts';
import { TAG } from '../graph/ownership.ts';
import { Shelf, type Changed } from './shelf.ts';
import { SingleFlight } from './single-flight.ts';

export interface InventoryOptions<S> {
  readonly session: S;
  readonly collections: readonly Collection<object, S>[];
  /** Only what carries this installation's tag is listed. */
  readonly installation: string;
  readonly clock: Clock;
  /** How long an acknowledged write is believed although no listing shows it, in milliseconds. */
  readonly graceMs: number;
  /** How old what is read object by object may become, in milliseconds. */
  readonly slowLaneMs: number;
  /** Told the owner tags whose records a listing showed changed. */
  readonly onChange: (owners: ReadonlySet<string>) => void;
  /** Told of a write that no reading has shown until it is no longer believed: another one undid it, or AWS says it otherwise. */
  readonly onUnshown?: (collection: string, id: string) => void;
}

/** What somebody waits for: one record of a collection, or, without its id, whatever a listing shows. */
export interface Wait {
  readonly collection: string;
  readonly id?: string;
}

/**
 * What Landfall owns in one account and region, read once for everybody. Reads are shared: a hundred resources
 * that want a fresh listing at the same time cause one.
 */
export class Inventory<S> implements World<S> {
  readonly #options: InventoryOptions<S>;
  readonly #shelves = new Map<string, Shelf<object, S>>();
  readonly #flights = new Map<string, SingleFlight>();
  /** When each object that is read alone was last read, by collection and id. */
  readonly #readAt = new Map<string, Map<string, number>>();
  /** First readings of single objects under way, by collection: everybody who loads shares them. */
  readonly #firstReads = new Map<string, Promise<void>>();
  /** How much of the slow lane's share is not yet spent, by collection, in objects times milliseconds. */
  readonly #credit = new Map<string, number>();
  /** Names of the collections that somebody has loaded: nothing else is ever read. */
  readonly #inUse = new Set<string>();

  constructor(options: InventoryOptions<S>) {
    this.#options = options;
    for (const collection of options.collections) {
      if (this.#shelves.has(collection.name)) continue;
      const shelf = new Shelf(collection);
      this.#shelves.set(collection.name, shelf);
      if (collection.parent === undefined) {
        this.#flights.set(collection.name, new SingleFlight(options.clock, () => this.#list(shelf)));
      } else {
        this.#readAt.set(collection.name, new Map());
      }
    }
  }

  view<R>(collection: Collection<R, S>): View<R> {
    return this.#shelf(collection.name) as unknown as View<R>;
  }

  readonly wrote: Wrote<S> = (collection, id, patch) => {
    const shelf = this.#shelf(collection.name) as unknown as Shelf<unknown, S>;
    const now = this.#options.clock.now();
    const readAt = this.#readAt.get(collection.name);
    if (readAt) {
      // No listing lags behind what is read by id: the answer to our write is as good as a read.
      readAt.set(id, now);
      shelf.set(id, (patch as (record: unknown) => unknown)(shelf.get(id)));
    } else {
      shelf.wrote(id, patch as (record: unknown) => unknown, now);
    }
  };

  /** When the listing in use of a collection began (monotonic milliseconds); undefined before the first. */
  listedAt(name: string): number | undefined {
    return this.#shelf(name).listedAt;
  }

  /** How many records wait for a listing to show what we wrote. */
  get overlaid(): number {
    return [...this.#shelves.values()].reduce((sum, shelf) => sum + shelf.overlaid, 0);
  }

  /** Whether a collection is one of this inventory's. */
  holds(name: string): boolean {
    return this.#shelves.has(name);
  }

  /** Names of the collections in use that list in pages, of one lane or both. */
  names(lane?: 'fast' | 'slow'): string[] {
    return [...this.#inUse].filter((name) => {
      const { collection } = this.#shelf(name);
      return collection.parent === undefined && (lane === undefined || collection.lane === lane);
    });
  }

  /** Reads these collections unless a listing that began at or after `notBefore` is there. */
  async refresh(names: readonly string[], notBefore: number): Promise<void> {
    const stale = names.filter((name) => (this.#shelf(name).listedAt ?? -Infinity) < notBefore);
    await Promise.all(stale.map(async (name) => this.#flights.get(name)?.run(notBefore)));
  }

  /**
   * Whether a thing is in no fresh listing and not found by its id either: one that lost its tags is in none. Of what is read
   * object by object, whether its parent is.
   */
  async isGone({ name, parent }: Collection<object, S>, id: string): Promise<boolean> {
    const { session, clock } = this.#options;
    const listed = parent ?? name;
    await this.refresh([listed], clock.now());
    const shelf = this.#shelf(listed);
    return shelf.get(id) === undefined && (await shelf.collection.get(session, [id])).length === 0;
  }

  /**
   * Takes these collections into use, default all of them, and reads what of them was never read: their listings, and
   * each object that is read alone. From now on the lanes keep them fresh.
   */
  async load(names: Iterable<string> = this.#shelves.keys()): Promise<void> {
    const wanted = new Set([...names].flatMap((name) => [this.#shelf(name).collection.parent ?? name, name]));
    for (const name of wanted) this.#inUse.add(name);
    const single = [...wanted].filter((name) => this.#readAt.has(name));
    await this.refresh(
      [...wanted].filter((name) => !this.#readAt.has(name)),
      0,
    );
    for (const name of single) await this.#readUnread(name);
  }

  /**
   * Reads the share of single objects that falls due in a time: those read longest ago, so that each has its turn
   * once in the slow lane's time and no minute has more than its share.
   */
  async readDue(sinceLastMs: number): Promise<void> {
    const { slowLaneMs } = this.#options;
    for (const [name, readAt] of this.#readAt) {
      if (!this.#inUse.has(name)) continue;
      const ids = this.#parentIds(name);
      this.#forgetOrphans(name, new Set(ids));
      const credit = (this.#credit.get(name) ?? 0) + ids.length * sinceLastMs;
      const share = Math.floor(credit / slowLaneMs);
      this.#credit.set(name, credit - share * slowLaneMs);
      const oldest = ids
        .map((id) => ({ id, at: readAt.get(id) ?? -Infinity }))
        .sort((a, b) => a.at - b.at)
        .slice(0, share);
      await this.#readSome(
        name,
        oldest.map(({ id }) => id),
      );
    }
  }

  /** Reads what somebody waits for, and single objects that are on their way. Returns the waits that this has ended. */
  async poll(waits: readonly Wait[]): Promise<readonly Wait[]> {
    const isById = ({ collection, id }: Wait) =>
      id !== undefined && this.#shelf(collection).collection.awaitedById === true;
    const listings = new Set(waits.flatMap((wait) => (isById(wait) ? [] : wait.collection)));
    const byId = Map.groupBy(
      waits.filter((wait) => isById(wait) && !listings.has(wait.collection)),
      ({ collection }) => collection,
    );
    await Promise.all([
      this.refresh([...listings], this.#options.clock.now()),
      ...[...byId].map(([name, of]) => this.#reread(name, [...new Set(of.flatMap(({ id }) => id ?? []))])),
    ]);
    await this.readUnsettled();
    return waits.filter((wait) => isById(wait) && this.#isSettled(wait));
  }

  #isSettled({ collection: name, id = '' }: Wait): boolean {
    const shelf = this.#shelf(name);
    const record = shelf.get(id);
    return record !== undefined && shelf.collection.settled?.(record) === true;
  }

  /** Reads single objects again that are on their way, as far as their collection tells. */
  async readUnsettled(): Promise<void> {
    for (const name of this.#readAt.keys()) {
      const shelf = this.#shelf(name);
      const { collection } = shelf;
      const parents = new Set(this.#parentIds(name));
      const unsettled = [...shelf.all()].filter((record) => collection.settled?.(record) === false);
      const ids = unsettled.map((record) => collection.id(record)).filter((id) => parents.has(id));
      await this.#readSome(name, ids);
    }
  }

  async #list(shelf: Shelf<object, S>): Promise<void> {
    const { session, installation, clock } = this.#options;
    const beganAt = clock.now();
    const { collection } = shelf;
    const records: object[] = [];
    for await (const page of collection.list(session, installation)) records.push(...this.#ours(shelf, page));
    await this.#tell(collection.name, shelf.replace(records, this.#times(collection.name, beganAt)));
  }

  /** Reads some records of a listing again. */
  async #reread(name: string, ids: readonly string[]): Promise<void> {
    const { session, clock } = this.#options;
    const beganAt = clock.now();
    const shelf = this.#shelf(name);
    const records = this.#ours(shelf, await shelf.collection.get(session, ids));
    await this.#tell(name, shelf.reread(ids, records, this.#times(name, beganAt)));
  }

  /** When a reading began, and how long a write is believed without one. */
  #times(name: string, beganAt: number) {
    const { graceMs, onUnshown } = this.#options;
    return { beganAt, graceMs, onUnshown: (id: string) => onUnshown?.(name, id) };
  }

  /** Each kind asks for its own in its own way; whichever way, what is another's never becomes ours to delete. */
  #ours({ collection }: Shelf<object, S>, records: readonly object[]): object[] {
    const { installation } = this.#options;
    return records.filter((record) => collection.tags(record)[TAG.installation] === installation);
  }

  /** Tells of owners whose things a reading showed changed. */
  async #tell(name: string, changed: Changed): Promise<void> {
    const { owners } = changed;
    if (owners.size === 0) return;
    await this.#readStirred(name, changed).finally(() => this.#options.onChange(owners));
  }

  /**
   * Reads single objects again whose owners have something that changed in a listing of another collection. Where that is
   * what we made ourselves, only those that no read has found yet.
   */
  async #readStirred(listed: string, { owners, news }: Changed): Promise<void> {
    for (const name of this.#readAt.keys()) {
      const shelf = this.#shelf(name);
      if (!this.#inUse.has(name) || shelf.collection.stirredBy !== listed) continue;
      const ids = this.#parentIds(name).filter((id) => {
        const owner = this.#ownerOfParent(name, id);
        if (owner === undefined) return false;
        return news.has(owner) || (owners.has(owner) && shelf.get(id) === undefined);
      });
      await this.#readSome(name, ids, { stirred: true });
    }
  }

  /** `stirred` by a listing that has just been read, and need not be read again. */
  async #readSome(name: string, ids: readonly string[], { stirred = false } = {}): Promise<void> {
    if (ids.length === 0) return;
    const { session, clock, onChange } = this.#options;
    const shelf = this.#shelf(name);
    const { collection } = shelf;
    const beganAt = clock.now();
    const found = await collection.get(session, ids, (id) => shelf.get(id));
    const records = new Map(found.map((record) => [collection.id(record), record]));
    // The cause of a change may be in no listing yet, and whoever is woken is to see it with the effect.
    if (!stirred && ids.some((id) => isUnexpected(shelf, id, records.get(id))))
      await this.refresh(
        causesOf(collection).filter((cause) => this.#inUse.has(cause)),
        beganAt,
      );
    const readAt = this.#readAt.get(name);
    // What was written while this read was under way is newer than its answer.
    const current = ids.filter((id) => (readAt?.get(id) ?? -Infinity) < beganAt);
    const changed = current.filter((id) => shelf.set(id, records.get(id)));
    for (const id of current) readAt?.set(id, beganAt);
    if (changed.length > 0) onChange(new Set(changed.flatMap((id) => this.#ownerOfParent(name, id) ?? [])));
  }

  /** Reads what was never read. Whoever comes while that is under way waits for it, and then looks for more. */
  async #readUnread(name: string): Promise<void> {
    const running = this.#firstReads.get(name);
    if (running) {
      await running;
      return this.#readUnread(name);
    }
    const readAt = this.#readAt.get(name);
    const ids = this.#parentIds(name).filter((id) => readAt?.has(id) !== true);
    if (ids.length === 0) return undefined;
    const reading = this.#readSome(name, ids).finally(() => this.#firstReads.delete(name));
    this.#firstReads.set(name, reading);
    return reading;
  }

  /** Objects whose parent is gone are gone as well, and are never asked for again. */
  #forgetOrphans(name: string, parents: ReadonlySet<string>): void {
    const readAt = this.#readAt.get(name);
    for (const id of readAt?.keys() ?? []) {
      if (parents.has(id)) continue;
      readAt?.delete(id);
      this.#shelf(name).set(id, undefined);
    }
  }

  #parentIds(name: string): string[] {
    const parent = this.#shelf(this.#shelf(name).collection.parent ?? '');
    return [...parent.all()].map((record) => parent.collection.id(record));
  }

  #ownerOfParent(name: string, id: string): string | undefined {
    const parent = this.#shelf(this.#shelf(name).collection.parent ?? '');
    const record = parent.get(id);
    return record && parent.collection.tags(record)[TAG.owner];
  }

  #shelf(name: string): Shelf<object, S> {
    const shelf = this.#shelves.get(name);
    if (!shelf) throw new Error(`the inventory does not hold ${name}`);
    return shelf;
  }
}

/** Whether a read shows another object than before where nothing was on its way, unless it is known to be well. */
function isUnexpected<S>(shelf: Shelf<object, S>, id: string, record: object | undefined): boolean {
  const before = shelf.get(id);
  if (before === undefined || !shelf.differs(id, record)) return false;
  const { collection } = shelf;
  return collection.settled?.(before) !== false && !(record && collection.settled?.(record) === true);
}

/** The collections that list in pages in which the cause of a change in one that does not may be. */
function causesOf<S>({ parent, stirredBy, causedBy = [] }: Collection<object, S>): string[] {
  return [parent, stirredBy, ...causedBy].filter((name) => name !== undefined);
}
