import type { Clock, TimerHandle } from '../clock.ts';
import type { Inventory, Wait } from './inventory.ts';

export interface LaneTimes {
  /** How often everything that lists in pages is read: the longest that drift goes unseen. Milliseconds. */
  readonly fastLaneMs: number;
  /** How often slow listings are read, and within which each single object is. Milliseconds. */
  readonly slowLaneMs: number;
  /** How often a collection is read while somebody waits for AWS in it. Milliseconds. */
  readonly pollMs: number;
}

export interface LanesOptions<S> {
  readonly inventory: Inventory<S>;
  readonly times: LaneTimes;
  readonly clock: Clock;
  /** Nothing is read while nobody owns anything, or while another process leads. */
  readonly active: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** Keeps an inventory fresh: a fast lane, a slow lane, and quick polling where somebody waits. */
export class Lanes<S> {
  readonly #options: LanesOptions<S>;
  readonly #waiting = new Map<string, readonly Wait[]>();
  readonly #timers = new Map<string, TimerHandle>();
  #stopped = false;

  constructor(options: LanesOptions<S>) {
    this.#options = options;
  }

  start(): void {
    const { inventory, times, clock } = this.#options;
    this.#every('fast', times.fastLaneMs, () => inventory.refresh(inventory.names('fast'), clock.now()));
    this.#every('slow', times.slowLaneMs, () => inventory.refresh(inventory.names('slow'), clock.now()));
    this.#every('single', times.fastLaneMs, async () => {
      await inventory.readUnsettled();
      await inventory.readDue(times.fastLaneMs);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) this.#options.clock.clearTimeout(timer);
  }

  /** What a resource waits for besides what it waited for before. */
  waitForMore(key: string, waits: readonly Wait[]): void {
    this.waitFor(key, [...(this.#waiting.get(key) ?? []), ...waits]);
  }

  /** What a resource waits for; an empty list when it waits no more. */
  waitFor(key: string, waits: readonly Wait[]): void {
    const { inventory, times } = this.#options;
    const mine = waits.filter(({ collection }) => inventory.holds(collection));
    if (mine.length === 0) this.#waiting.delete(key);
    else this.#waiting.set(key, mine);
    if (this.#waiting.size > 0 && !this.#timers.has('poll')) {
      this.#once(
        'poll',
        times.pollMs,
        async () => {
          if (this.#waiting.size === 0) return;
          this.#end(await inventory.poll([...this.#waiting.values()].flat()));
        },
        () => this.#waiting.size > 0,
      );
    }
  }

  /** Whoever waited has been told, and may be long in looking where there is much to do. */
  #end(over: readonly Wait[]): void {
    for (const [key, waits] of this.#waiting) {
      const left = waits.filter((wait) => !over.includes(wait));
      if (left.length === 0) this.#waiting.delete(key);
      else this.#waiting.set(key, left);
    }
  }

  #every(name: string, ms: number, read: () => Promise<void>): void {
    this.#once(name, ms, read, () => true);
  }

  #once(name: string, ms: number, read: () => Promise<void>, again: () => boolean): void {
    if (this.#stopped) return;
    const { clock, active, onError } = this.#options;
    const tick = (): void => {
      const reading = active() ? read() : Promise.resolve();
      void reading.catch(onError).then(() => {
        this.#timers.delete(name);
        if (again()) this.#once(name, ms, read, again);
      });
    };
    this.#timers.set(name, clock.setTimeout(tick, ms));
  }
}
