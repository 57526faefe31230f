/** A pending timer, opaque to everyone but the clock that made it. */
export type TimerHandle = object;

/** Time as the operator sees it, injected everywhere so that tests decide how it passes. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary origin; counts while the process is stopped by SIGSTOP. */
  now(): number;
  /** Wall-clock time, for timestamps that people and other machines read. */
  date(): Date;
  setTimeout(run: () => void, ms: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}

/** The process's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  // Node fires at once when the delay exceeds 2^31-1 ms, so longer ones are clipped (24.8 days).
  setTimeout: (run, ms) => setTimeout(run, Math.min(Math.max(ms, 0), 2_147_483_647)),
  clearTimeout: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
};

/** Resolves after `ms`, or at once when the signal aborts; never rejects. */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clock.clearTimeout(handle);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const handle = clock.setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
