import { constants } from 'node:os';

/** Somebody pressed Ctrl-C, asked for an end, or closed the terminal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** As a shell would tell it: 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Signals of this process, and what waits for them. */
export interface Interruption {
  /** Aborted by the first signal, with {@link Interrupted} as its reason. */
  readonly signal: AbortSignal;
  /** Rejects as soon as somebody interrupts; else as the promise. */
  orEnd<T>(promise: Promise<T>): Promise<T>;
  /** Resolves with the next signal, which then interrupts nothing. */
  taken(): Promise<void>;
}

/** Handles SIGINT, SIGTERM and SIGHUP: the first one interrupts, the second one calls `onSecond`, then leaves at once. */
export function onInterruption(handlers: { onFirst: () => void; onSecond: () => void }): Interruption {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => {});
  let take: (() => void) | undefined;

  const handle = (name: NodeJS.Signals): void => {
    const reason = new Interrupted(name);
    if (take) {
      take();
      take = undefined;
    } else if (signal.aborted) {
      handlers.onSecond();
      process.exit(reason.exitCode);
    } else {
      handlers.onFirst();
      controller.abort(reason);
      interrupted.reject(reason);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, handle);

  return {
    signal,
    orEnd: (promise) => Promise.race([promise, interrupted.promise]),
    taken: () => new Promise<void>((resolve) => (take = resolve)),
  };
}
