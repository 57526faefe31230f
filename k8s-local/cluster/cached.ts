import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Guard } from './guard.ts';
import { startGuard } from './guard.ts';
import { withLock } from './lock.ts';
import type { Environment } from './paths.ts';
import { cacheRoot } from './paths.ts';
import { goPlatform } from './pins.ts';
import { isExecutable } from './run.ts';
import { hashOfSources } from './source-hash.ts';

/** Fills a new folder and puts it in place as a whole, so that nobody ever sees half of it. */
export const putInPlace = async <T>(
  target: string,
  guard: Guard,
  fill: (into: string) => Promise<T>,
): Promise<T> => {
  const into = await mkdtemp(join(dirname(target), '.new-'));
  guard.removeFolder(into);
  try {
    const made = await fill(into);
    // Whatever lies at the target is incomplete, or it would have been used.
    await rm(target, { recursive: true, force: true });
    await rename(into, target);
    return made;
  } finally {
    await rm(into, { recursive: true, force: true });
  }
};

/** Programs that are made once for what they are made of. */
export interface CachedPrograms {
  /** Of the cache folder: `<name>-<platform>-<hash of the sources>`. */
  readonly name: string;
  /** Files and folders that they are made of. */
  readonly sources: readonly string[];
  /** What must be there when they are made: names of executable files. */
  readonly programs: readonly string[];
  readonly env: Environment;
  readonly progress: (line: string) => void;
  /** Fills a folder with them. */
  make(into: string, guard: Guard): Promise<void>;
}

/** The folder of these programs, from the cache or made. Safe in several processes at once. */
export const cachedPrograms = async (wanted: CachedPrograms): Promise<string> => {
  const { env, progress } = wanted;
  const folder = `${wanted.name}-${goPlatform()}-${await hashOfSources(wanted.sources)}`;
  const target = join(cacheRoot(env), 'bin', folder);
  const missing = async (dir: string) => {
    const found = await Promise.all(wanted.programs.map((name) => isExecutable(join(dir, name))));
    return wanted.programs.filter((_, i) => !found[i]);
  };
  if ((await missing(target)).length === 0) return target;
  await mkdir(dirname(target), { recursive: true });
  await withLock(
    `${target}.lock`,
    async () => {
      if ((await missing(target)).length === 0) return;
      const guard = startGuard();
      try {
        await putInPlace(target, guard, async (into) => {
          await wanted.make(into, guard).catch((cause: unknown) => {
            throw new Error(`no ${wanted.programs.join(', ')}: ${(cause as Error).message}`, { cause });
          });
          const lacking = await missing(into);
          if (lacking.length > 0)
            throw new Error(`the build of ${wanted.name} gave no ${lacking.join(', ')}`);
        });
      } finally {
        await guard.release();
      }
    },
    { onWait: () => progress(`another process is making the same programs; waiting for ${target}`) },
  );
  return target;
};
