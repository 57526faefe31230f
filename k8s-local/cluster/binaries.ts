import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { putInPlace } from './cached.ts';
import { fetchEnvtest, officialEnvtestIndex } from './envtest.ts';
import { buildFromModules } from './go-build.ts';
import type { Guard } from './guard.ts';
import { startGuard } from './guard.ts';
import { withLock } from './lock.ts';
import type { Environment } from './paths.ts';
import { cacheRoot, modulesFolder } from './paths.ts';
import type { Pins } from './pins.ts';
import { readPins } from './pins.ts';
import { isExecutable, run } from './run.ts';

type Source = 'envtest archive' | 'go build';

/** The three programs of a control plane, as absolute paths. */
export interface Binaries {
  readonly dir: string;
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
  /** Of Kubernetes, with a leading v. */
  readonly version: string;
  /** Where they came from: `KUBEBUILDER_ASSETS`, or how the cached ones were made. */
  readonly source: 'KUBEBUILDER_ASSETS' | Source;
}

/** What the search depends on. Everything has a default; tests give their own. */
export interface ResolveOptions {
  /** Gets one line for each thing worth knowing while it takes long. Default: standard error. */
  readonly progress?: (line: string) => void;
  /** Default: `process.env`. */
  readonly env?: Environment;
  /** Folder with the go.mod that pins the versions. */
  readonly modules?: string;
}

const names = ['etcd', 'kube-apiserver', 'kubectl'];
const record = 'landfall.json';

const paths = (dir: string) => ({
  dir,
  etcd: join(dir, 'etcd'),
  kubeApiserver: join(dir, 'kube-apiserver'),
  kubectl: join(dir, 'kubectl'),
});

const missingFrom = async (dir: string): Promise<string[]> => {
  const found = await Promise.all(names.map((name) => isExecutable(join(dir, name))));
  return names.filter((_, i) => !found[i]);
};

const fromAssets = async (env: Environment): Promise<Binaries | undefined> => {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (!assets) return undefined;
  const dir = resolve(assets);
  const missing = await missingFrom(dir);
  if (missing.length > 0) {
    throw new Error(
      `KUBEBUILDER_ASSETS names ${dir}, which lacks ${missing.join(', ')}: unset it or complete it.`,
    );
  }
  const said = await run(paths(dir).kubeApiserver, ['--version']);
  const version = /v\d+\.\d+\.\d+\S*/.exec(said.stdout)?.[0] ?? 'unknown';
  return { ...paths(dir), version, source: 'KUBEBUILDER_ASSETS' };
};

const fromCache = async (dir: string): Promise<Binaries | undefined> => {
  const text = await readFile(join(dir, record), 'utf8').catch(() => undefined);
  if (text === undefined || (await missingFrom(dir)).length > 0) return undefined;
  return { ...paths(dir), ...(JSON.parse(text) as Pick<Binaries, 'version' | 'source'>) };
};

const cacheFolder = (env: Environment, pins: Pins): string => join(cacheRoot(env), 'bin', pins.key);

/** The programs that are there already, by `KUBEBUILDER_ASSETS` or in the cache; costs no network and no build. */
export const findBinaries = async (options: ResolveOptions = {}): Promise<Binaries | undefined> => {
  const env = options.env ?? process.env;
  const pins = await readPins(options.modules ?? modulesFolder);
  return (await fromAssets(env)) ?? (await fromCache(cacheFolder(env, pins)));
};

const install = (
  target: string,
  source: Source,
  guard: Guard,
  fill: (into: string) => Promise<string>,
): Promise<Binaries> =>
  putInPlace(target, guard, async (into) => {
    const made = { version: await fill(into), source };
    const missing = await missingFrom(into);
    if (missing.length > 0) throw new Error(`it gave no ${missing.join(', ')}`);
    await writeFile(join(into, record), `${JSON.stringify(made)}\n`);
    return { ...paths(target), ...made };
  });

const make = async (
  env: Environment,
  modules: string,
  pins: Pins,
  progress: (line: string) => void,
): Promise<Binaries> => {
  const cache = cacheRoot(env);
  const index = env['LANDFALL_ENVTEST_INDEX'] || officialEnvtestIndex;
  const version = pins.kubernetes;
  const guard = startGuard();
  const steps: [Source, (into: string) => Promise<string>][] = [
    ['envtest archive', (into) => fetchEnvtest({ index, version, into, progress })],
    ['go build', (into) => buildFromModules({ modules, pins, cache, into, guard, env, progress })],
  ];
  const reasons: string[] = [];
  try {
    for (const [source, fill] of steps) {
      try {
        return await install(cacheFolder(env, pins), source, guard, fill);
      } catch (error) {
        const reason = `no ${source}: ${error instanceof Error ? error.message : String(error)}`;
        progress(reason);
        reasons.push(reason);
      }
    }
  } finally {
    await guard.release();
  }
  throw new Error(
    'Nothing to start a Kubernetes control plane with: name a cluster by LANDFALL_KUBECONFIG, or name a folder with ' +
      'etcd, kube-apiserver and kubectl by KUBEBUILDER_ASSETS, or install kind and Docker (for the shell, not for ' +
      'tests), or let the envtest archive be downloaded, or install Go and let it reach its module proxy ' +
      `(${reasons.join('; ')}).`,
  );
};

/**
 * Finds etcd, kube-apiserver and kubectl, or makes them: `KUBEBUILDER_ASSETS`, the cache, the envtest archive, a
 * build from Go modules. Safe in several processes at once. Throws one sentence with the alternatives when no step
 * leads anywhere.
 */
export const resolveBinaries = async (options: ResolveOptions = {}): Promise<Binaries> => {
  const env = options.env ?? process.env;
  const modules = options.modules ?? modulesFolder;
  const progress = options.progress ?? ((line: string) => process.stderr.write(`control plane: ${line}\n`));
  const found = await findBinaries({ env, modules });
  if (found) return found;
  const pins = await readPins(modules);
  const target = cacheFolder(env, pins);
  return withLock(
    `${target}.lock`,
    async () => (await fromCache(target)) ?? make(env, modules, pins, progress),
    { onWait: () => progress(`another process is making the same programs; waiting for ${target}`) },
  );
};
