import { equalJitter } from '../kube/backoff.ts';
import type { Verdict } from './verdict.ts';

/** Why an object is looked at again although nobody changed it. */
export type Trouble = Exclude<Verdict['kind'], 'ready'>;

/** The first delay, in milliseconds: what waits often goes on at once, a person takes longer. */
const BASE_MS: Readonly<Record<Trouble, number>> = { reconciling: 1_000, stalled: 5_000 };

/**
 * When to look again at what is not as it should be: after seconds at first, twice as long each time, with jitter,
 * since many objects often fail together. Waiting and needing a person are counted apart, so that an object that
 * goes back and forth between them is not tried every few seconds without end.
 */
export class Retries {
  readonly #attempts = new Map<string, Map<Trouble, number>>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds until the next try, at most `maxMs`; each call counts as a try. */
  next(key: string, trouble: Trouble, maxMs: number): number {
    const attempts = this.#attempts.get(key) ?? new Map<Trouble, number>();
    const attempt = attempts.get(trouble) ?? 0;
    this.#attempts.set(key, attempts.set(trouble, attempt + 1));
    return equalJitter(attempt, { baseMs: BASE_MS[trouble], maxMs }, this.#random);
  }

  /** The next trouble is the first: the object is well, has changed, or is gone. */
  reset(key: string): void {
    this.#attempts.delete(key);
  }
}
