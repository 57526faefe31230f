import type { Clock } from '../clock.ts';

/**
 * Runs one read at a time and shares it: whoever asks for a read that began no earlier than some moment joins
 * the running one if it is young enough, else the next, which all latecomers share.
 */
export class SingleFlight {
  readonly #clock: Clock;
  readonly #read: () => Promise<void>;
  #running: { readonly beganAt: number; readonly done: Promise<void> } | undefined;
  #next: Promise<void> | undefined;

  constructor(clock: Clock, read: () => Promise<void>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Resolves when a read that began at or after `notBefore` (monotonic milliseconds) has ended. */
  run(notBefore: number): Promise<void> {
    // Between the end of one read and the start of the next, the next is already promised to somebody.
    if (!this.#running) return this.#next ?? this.#start();
    if (this.#running.beganAt >= notBefore) return this.#running.done;
    this.#next ??= this.#running.done
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  #start(): Promise<void> {
    // Taken before the read begins: a read may call at once, and must not pass for younger than that call.
    const beganAt = this.#clock.now();
    const done = this.#read().finally(() => {
      this.#running = undefined;
    });
    this.#running = { beganAt, done };
    return done;
  }
}
