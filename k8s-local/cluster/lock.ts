import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
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

const holder = () => `${hostname()} ${process.pid}\n`;

/** Abandoned: its holder does not touch it any more, or is a process of this host that has ended. */
const isAbandoned = async (file: string, staleMs: number): Promise<boolean> => {
  try {
    if (Date.now() - (await stat(file)).mtimeMs > staleMs) return true;
    const [host, pid] = (await readFile(file, 'utf8')).trim().split(' ');
    if (host !== hostname() || pid === undefined) return false;
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return true;
    // Given back in this moment, or the process is somebody else's.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EPERM') return false;
    throw error;
  }
};

/**
 * Runs `work` while holding a lock file. The holder touches the file; one that was killed stops doing so and its
 * lock is taken over. Process ids alone would not do: the cache may be shared by containers. A holder that slept (a closed laptop) can lose its lock, so the work must be safe to do twice.
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
      await writeFile(file, holder(), { flag: 'wx' });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    if (await isAbandoned(file, stale)) {
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
