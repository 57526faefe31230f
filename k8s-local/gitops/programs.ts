import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { findGo } from '../cluster/go-tool.ts';
import type { Guard } from '../cluster/guard.ts';
import { startGuard } from '../cluster/guard.ts';
import { withLock } from '../cluster/lock.ts';
import type { Environment } from '../cluster/paths.ts';
import { cacheRoot } from '../cluster/paths.ts';
import { goPlatform } from '../cluster/pins.ts';
import { isExecutable, run } from '../cluster/run.ts';

/** Where the program is looked for and built. Everything has a default. */
export interface ProgramOptions {
  /** Gets a line from time to time while it is built. Default: standard error. */
  readonly progress?: (line: string) => void;
  /** Default: `process.env`. */
  readonly env?: Environment;
}

const modules = join(import.meta.dirname, 'modules');
const everyMs = 5_000;

const target = async (env: Environment): Promise<string> => {
  const hash = createHash('sha256');
  for (const name of (await readdir(modules)).sort()) {
    hash.update(`${name}\0`).update(await readFile(join(modules, name)));
  }
  return join(cacheRoot(env), 'bin', `gitops-${goPlatform()}-${hash.digest('hex').slice(0, 12)}`, 'gitops');
};

/** Builds into a new folder and puts that in place as a whole, so that nobody ever sees half of it. */
const build = async (
  program: string,
  env: Environment,
  progress: (line: string) => void,
  guard: Guard,
): Promise<void> => {
  const tool = await findGo({ modules, cache: cacheRoot(env), guard, env, progress }).catch(
    (error: unknown) => {
      throw new Error(`Argo CD's sync engine is built by Go: ${(error as Error).message}`, { cause: error });
    },
  );
  const into = await mkdtemp(join(dirname(dirname(program)), '.new-'));
  guard.removeFolder(into);
  let modulesSeen = 0;
  let compiled = 0;
  const started = Date.now();
  progress('building it from Go modules, once: about 5 minutes on two cores');
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    progress(`${modulesSeen} modules downloaded, ${compiled} packages compiled, ${seconds} s`);
  }, everyMs);
  try {
    const complaints: string[] = [];
    let pid = 0;
    const built = await run(
      tool.go,
      ['build', '-v', '-trimpath', '-ldflags=-s -w', '-o', join(into, 'gitops'), '.'],
      {
        cwd: modules,
        env: tool.env,
        onStart: (started) => guard.watch((pid = started)),
        onErrorLine: (line) => {
          if (line.startsWith('go: downloading ')) modulesSeen += 1;
          else if (/^[\w./-]+$/.test(line)) compiled += 1;
          else if (line.trim() !== '') complaints.push(line);
        },
      },
    ).finally(() => guard.forget(pid));
    if (built.code !== 0) throw new Error(`go build failed: ${complaints.slice(-5).join('; ')}`);
    // Whatever lies at the target is incomplete, or it would have been used.
    await rm(dirname(program), { recursive: true, force: true });
    await rename(into, dirname(program));
    progress(`built in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    clearInterval(ticker);
    await rm(into, { recursive: true, force: true });
  }
};

/** Path of the program of `modules/`, from the cache or built. Safe in several processes at once. */
export const resolveGitOpsProgram = async (options: ProgramOptions = {}): Promise<string> => {
  const env = options.env ?? process.env;
  const progress = options.progress ?? ((line: string) => process.stderr.write(`gitops: ${line}\n`));
  const program = await target(env);
  if (await isExecutable(program)) return program;
  await mkdir(dirname(dirname(program)), { recursive: true });
  await withLock(
    `${dirname(program)}.lock`,
    async () => {
      if (await isExecutable(program)) return;
      const guard = startGuard();
      try {
        await build(program, env, progress, guard);
      } finally {
        await guard.release();
      }
    },
    { onWait: () => progress('another process is building the same program; waiting for it') },
  );
  return program;
};
