import { mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const heartbeatMs = 2_000;
const staleMs = 15_000;

/** Settings of a lock; times are milliseconds and only tests change them. */
export interface LockOptions {
  /** Called once when somebody else holds the lock. */
  readonly onWait?: () => void;
  readonly heartbeatMs?: number;
  readonly staleMs?: number;
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const ageMs = async (file: string): Promise<number> => {
  try {
    return Date.now() - (await stat(file)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
};

/**
 * Runs `work` while holding a lock file. The holder touches the file; one that was killed stops doing so and its
 * lock is taken over. Process ids would not do: the cache may be shared by containers with their own pid spaces.
 * A holder that slept (a closed laptop) can lose its lock, so the work must be safe to do twice.
 */
export const withLock = async <T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> => {
  await mkdir(dirname(file), { recursive: true });
  const stale = options.staleMs ?? staleMs;
  for (let waited = false; ;) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    if ((await ageMs(file)) > stale) {
      await rm(file, { force: true });
      continue;
    }
    if (!waited) options.onWait?.();
    waited = true;
    await sleep(Math.min(500, stale / 4));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lost lock file only means that somebody took over.
    utimes(file, now, now).catch(() => undefined);
  }, options.heartbeatMs ?? heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  }
};
