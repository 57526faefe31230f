import type { Clock } from '../../operator/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves both clocks, firing what becomes due in order; promises settle before and after each timer. */
  advance(ms: number): Promise<void>;
  /** Moves both clocks without firing anything, as if the process had been stopped. */
  jump(ms: number): void;
  /** Moves the wall clock alone. */
  setDate(date: Date): void;
  /** Timers not yet fired. */
  pending(): number;
}

/** Lets promise chains and I/O callbacks that are ready run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function createFakeClock(start = new Date('2026-01-01T00:00:00Z')): FakeClock {
  const timers = new Set<{ at: number; run: () => void }>();
  let now = 0;
  let wall = start.getTime();
  const move = (ms: number): void => {
    now += ms;
    wall += ms;
  };
  return {
    now: () => now,
    date: () => new Date(wall),
    setTimeout(run, ms) {
      const timer = { at: now + Math.max(0, ms), run };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (handle) => {
      timers.delete(handle as { at: number; run: () => void });
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [first] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (first === undefined) break;
        timers.delete(first);
        move(Math.max(0, first.at - now));
        first.run();
        await settle();
      }
      move(Math.max(0, end - now));
      await settle();
    },
    jump: move,
    setDate(date) {
      wall = date.getTime();
    },
    pending: () => timers.size,
  };
}
