import { setImmediate } from 'node:timers/promises';
import type { Clock, TimerHandle } from '../clock.ts';
import { equalJitter, type BackoffLimits } from './backoff.ts';

/** What a worker may ask for when it succeeded: to see the key again after a while. */
export interface WorkOutcome {
  requeueAfterMs?: number;
}

export interface AddOptions {
  /** Higher goes first; default 0 (periodic work). */
  priority?: number;
  /** Not before this many milliseconds from now; default 0. */
  afterMs?: number;
}

export interface QueueOptions {
  /** Workers at a time. */
  concurrency: number;
  /** Handles one key; a rejection brings the key back after a backoff. */
  worker: (key: string) => Promise<WorkOutcome | void>;
  /** Told of each rejection, with how often in a row it happened and when the key comes back. */
  onError: (key: string, error: unknown, retry: { failures: number; afterMs: number }) => void;
  clock: Clock;
  /** Default 1 s to 5 min. */
  backoff?: BackoffLimits;
  /** A waiting key gains one point of priority per so many milliseconds; default 6 000. */
  ageingMs?: number;
  random?: () => number;
}

/** A work queue of keys. */
export interface KeyQueue {
  add(key: string, options?: AddOptions): void;
  /** Drops a waiting key and its count of failures; a worker in flight still decides about its own return. */
  forget(key: string): void;
  /** Keys waiting (delayed ones too) or being worked on. */
  size(): number;
  /** Keys that are due and wait only for a worker. */
  depth(): number;
  /** Keys being worked on. */
  active(): number;
  start(): void;
  /** Hands out nothing more and waits for the workers in flight. */
  stop(): Promise<void>;
}

interface Entry {
  dueAt: number;
  priority: number;
}

/** A key that fails. */
interface Failing {
  /** In a row. */
  failures: number;
  /** Of them, those that made the delay grow. */
  attempts: number;
  /** When it comes back by itself. */
  retryAt: number;
}

/**
 * Keys, not events: a key waits once, with the earliest due time and highest priority of those that added
 * it; one worker handles a key at a time, and a key added meanwhile runs once more after. A rejecting worker
 * brings its key back after an exponential delay with jitter, which success resets; a key that others woke before
 * that time and that fails again still comes back at that time, since a burst of changes says nothing about how long
 * the fault lasts. Among due keys the highest priority goes first, and waiting raises it, so that nothing starves.
 */
export function createQueue(options: QueueOptions): KeyQueue {
  const { concurrency, worker, onError, clock, random = Math.random, ageingMs = 6_000 } = options;
  const backoff = options.backoff ?? { baseMs: 1_000, maxMs: 300_000 };
  const waiting = new Map<string, Entry>();
  const inFlight = new Map<string, Promise<void>>();
  const failing = new Map<string, Failing>();
  let running = false;
  let woken = false;
  let timer: TimerHandle | undefined;

  function add(key: string, { priority = 0, afterMs = 0 }: AddOptions = {}): void {
    const dueAt = clock.now() + Math.max(0, afterMs);
    const old = waiting.get(key);
    waiting.set(key, {
      dueAt: old === undefined ? dueAt : Math.min(old.dueAt, dueAt),
      priority: old === undefined ? priority : Math.max(old.priority, priority),
    });
    wake();
  }

  /** Once for everything added in one go: the first of many must not take a worker before the most urgent. */
  function wake(): void {
    if (woken || !running) return;
    woken = true;
    queueMicrotask(() => {
      woken = false;
      dispatch();
    });
  }

  /** The due key of the highest aged priority; ties go to the one that is due longest. */
  function next(now: number): string | undefined {
    let best: { key: string; rank: number; dueAt: number } | undefined;
    for (const [key, { dueAt, priority }] of waiting) {
      if (dueAt > now || inFlight.has(key)) continue;
      const rank = priority + (now - dueAt) / ageingMs;
      if (best === undefined || rank > best.rank || (rank === best.rank && dueAt < best.dueAt)) {
        best = { key, rank, dueAt };
      }
    }
    return best?.key;
  }

  function dispatch(): void {
    if (!running) return;
    const now = clock.now();
    while (inFlight.size < concurrency) {
      const key = next(now);
      if (key === undefined) break;
      waiting.delete(key);
      inFlight.set(key, run(key));
    }
    schedule(now);
  }

  /** One timer, for the first key that becomes due; a finished worker dispatches by itself. */
  function schedule(now: number): void {
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = undefined;
    if (inFlight.size >= concurrency) return;
    let first = Infinity;
    for (const [key, { dueAt }] of waiting) if (!inFlight.has(key)) first = Math.min(first, dueAt);
    if (first !== Infinity) timer = clock.setTimeout(dispatch, Math.max(0, Math.ceil(first - now)));
  }

  async function run(key: string): Promise<void> {
    // Keys that wake each other without a single call between them would else keep timers and sockets from their turn, and with
    // them the renewal of the lease. The caller registers this promise first, too.
    await setImmediate();
    const startedAt = clock.now();
    try {
      const outcome = await worker(key);
      failing.delete(key);
      if (outcome?.requeueAfterMs !== undefined) requeue(key, outcome.requeueAfterMs);
    } catch (error) {
      const { failures, retryAt } = failed(key, startedAt);
      const afterMs = Math.max(0, retryAt - clock.now());
      requeue(key, afterMs);
      onError(key, error, { failures, afterMs });
    } finally {
      inFlight.delete(key);
      dispatch();
    }
  }

  /** Counts a failure of a worker that began then; one that others woke early leaves the delay as it is. */
  function failed(key: string, startedAt: number): Failing {
    const { failures, attempts, retryAt } = failing.get(key) ?? { failures: 0, attempts: 0, retryAt: 0 };
    const early = startedAt < retryAt;
    const counted = {
      failures: failures + 1,
      attempts: early ? attempts : attempts + 1,
      retryAt: early ? retryAt : clock.now() + equalJitter(attempts, backoff, random),
    };
    failing.set(key, counted);
    return counted;
  }

  /** As `add`, but dispatching is left to the end of the worker. */
  function requeue(key: string, afterMs: number): void {
    const dueAt = clock.now() + Math.max(0, afterMs);
    const old = waiting.get(key);
    waiting.set(key, { dueAt: Math.min(dueAt, old?.dueAt ?? Infinity), priority: old?.priority ?? 0 });
  }

  return {
    add,
    forget(key) {
      waiting.delete(key);
      failing.delete(key);
    },
    size: () => new Set([...waiting.keys(), ...inFlight.keys()]).size,
    depth() {
      const now = clock.now();
      let due = 0;
      for (const [key, entry] of waiting) if (entry.dueAt <= now && !inFlight.has(key)) due += 1;
      return due;
    },
    active: () => inFlight.size,
    start() {
      running = true;
      wake();
    },
    async stop() {
      running = false;
      if (timer !== undefined) clock.clearTimeout(timer);
      timer = undefined;
      await Promise.all(inFlight.values());
    },
  };
}
