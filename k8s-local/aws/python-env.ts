import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Says what is happening during a long step; one line each. */
export type Progress = (line: string) => void;

/** A missing prerequisite, in one sentence that says what to install. */
export class MissingPrerequisite extends Error {
  override readonly name = 'MissingPrerequisite';
}

/** The folder in which downloads and builds are kept between runs: `LANDFALL_CACHE`, else below the user's cache. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return env['LANDFALL_CACHE'] ?? join(base, 'landfall');
}

/** The first of `LANDFALL_PYTHON`, python3 and versioned names that is Python ≥ 3.10, or undefined. */
export async function findPython(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = env['LANDFALL_PYTHON'];
  const candidates = named
    ? [named]
    : ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
  for (const candidate of candidates) {
    const check = 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)';
    const found = await run(candidate, ['-c', check], { env }).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}

/** What an environment is for: its folder in the cache, and what it is called. */
export interface Purpose {
  readonly folder: string;
  readonly title: string;
}

const LOCAL_AWS: Purpose = { folder: 'aws', title: 'the local AWS' };

/**
 * The Python of a virtual environment with the packages of `requirements`, made on first use.
 *
 * Two processes may ask at once: each builds in a folder of its own and renames it into place when it is whole, so
 * that nobody ever sees half an environment; who comes second throws its own away.
 */
export async function ensurePythonEnv(
  requirements: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
  { folder: name, title }: Purpose = LOCAL_AWS,
): Promise<string> {
  const python = await findPython(env);
  if (python === undefined) {
    const who = title.charAt(0).toUpperCase() + title.slice(1);
    throw new MissingPrerequisite(
      `${who} needs Python 3.10 or newer (python3 on the PATH, or LANDFALL_PYTHON).`,
    );
  }
  const { stdout } = await run(python, ['-c', 'import sys; print(sys.version_info[:2], sys.prefix)'], {
    env,
  });
  const pinned = await readFile(requirements, 'utf8');
  const hash = createHash('sha256').update(pinned).update(stdout).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(env), name, `venv-${hash}`);
  const interpreter = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return interpreter;

  progress(`Installing ${title} into the cache; this happens once and takes about a minute.`);
  await mkdir(join(cacheFolder(env), name), { recursive: true });
  const draft = `${folder}.${process.pid}-${randomBytes(3).toString('hex')}`;
  try {
    await makeVenv(python, draft, env);
    await install(join(draft, 'bin', 'python'), requirements, env, progress, title);
    await writeFile(join(draft, 'complete'), pinned);
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'complete'))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return interpreter;
}

async function makeVenv(python: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run(python, ['-m', 'venv', folder], { env });
  } catch (cause) {
    throw new MissingPrerequisite(
      `${python} cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv.`,
      { cause },
    );
  }
}

async function install(
  python: string,
  requirements: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
  title: string,
): Promise<void> {
  // Everything is pinned, so nothing is resolved; Python compiles what it really loads when it first does.
  const flags = [
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar',
    'off',
    '--no-deps',
    '--no-compile',
  ];
  const pip = spawn(python, ['-m', 'pip', 'install', ...flags, '-r', requirements], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  pip.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  pip.stdout.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) {
      if (/^(Collecting|Installing|Successfully)/.test(line)) progress(`  ${line.slice(0, 110)}`);
    }
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    pip.on('error', reject);
    pip.on('close', resolve);
  });
  if (code !== 0) throw new Error(`pip could not install ${title}:\n${errors.trim().slice(-2000)}`);
}
