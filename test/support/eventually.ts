import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Default 30 000. */
  readonly timeoutMs?: number;
  /** Default 50. */
  readonly everyMs?: number;
  /** What the last look saw, for the error; called only when time is up. */
  readonly seen?: () => unknown;
}

/** On a machine that others keep busy: LANDFALL_TEST_PATIENCE=4 waits four times as long before anything is given up. */
const PATIENCE = Number(process.env['LANDFALL_TEST_PATIENCE'] ?? 1);

/** Looks again and again until `check` gives something other than undefined or false; rejects when time is up. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  options: EventuallyOptions = {},
): Promise<T> {
  const { everyMs = 50, seen } = options;
  const timeoutMs = (options.timeoutMs ?? 30_000) * PATIENCE;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) {
      const sight = seen ? `; last seen: ${JSON.stringify(await seen(), undefined, 1)}` : '';
      throw new Error(`${what}: not within ${timeoutMs} ms${sight}`);
    }
    await delay(everyMs);
  }
}

/** Makes a call again and again until it is not refused; rejects when time is up. */
export async function eventuallyTaken(
  what: string,
  call: () => Promise<unknown>,
  options: EventuallyOptions = {},
): Promise<void> {
  await eventually(
    what,
    () =>
      call().then(
        () => true,
        () => false,
      ),
    options,
  );
}
