import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { Guard } from './guard.ts';
import type { Environment } from './paths.ts';
import { goPlatform } from './pins.ts';
import { isExecutable, onPath, run } from './run.ts';

/** What builds a folder of Go modules. */
export interface GoTool {
  /** Path of the `go` command. */
  readonly go: string;
  /** The environment to run it with. */
  readonly env: Environment;
}

/** Where Go is looked for. */
export interface GoToolRequest {
  /** Folder whose go.mod says which Go it takes at least. */
  readonly modules: string;
  /** Our cache folder. */
  readonly cache: string;
  /** Ends Go when this process dies. */
  readonly guard: Guard;
  readonly env: Environment;
  readonly progress: (line: string) => void;
}

/**
 * Go's own caches and its telemetry counters go below our cache folder, so that removing that folder removes
 * all. The user's `go env -w` settings stay in force: a private proxy is often named there.
 */
const environment = (env: Environment, cache: string): Environment => ({
  ...env,
  GOMODCACHE: join(cache, 'go', 'mod'),
  GOCACHE: join(cache, 'go', 'build'),
  // The module cache is read-only by default, and could then not be removed by a plain rm.
  GOFLAGS: '-modcacherw -buildvcs=false',
  GOWORK: 'off',
  ...(process.platform === 'linux'
    ? {
        GOENV: env['GOENV'] || join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'go', 'env'),
        XDG_CONFIG_HOME: join(cache, 'go', 'config'),
      }
    : {}),
});

/**
 * Finds Go: the one on the PATH, where it is new enough or fetches a newer one by itself; else, with that one,
 * the Go of go.mod's `go` line, which is a module like others. Throws where there is no Go or it cannot be had.
 */
export const findGo = async (request: GoToolRequest): Promise<GoTool> => {
  const go = await onPath('go', request.env);
  if (go === undefined) throw new Error('Go is not on the PATH');
  const env = environment(request.env, request.cache);
  const wanted = await wantedVersion(request.modules);
  const said = await run(go, ['version'], { cwd: request.modules, env });
  // Since 1.21 Go fetches what go.mod wants by itself, unless that is switched off: then it fails here.
  const version = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(said.stdout)?.[1];
  if (said.code === 0 && version !== undefined && isAtLeast(version, wanted)) return { go, env };
  return { go: await fetchGo(request, go, env, wanted), env: { ...env, GOTOOLCHAIN: 'local' } };
};

const wantedVersion = async (modules: string): Promise<string> => {
  const goMod = await readFile(join(modules, 'go.mod'), 'utf8');
  const version = /^go (\d+\.\d+(?:\.\d+)?)$/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error(`${modules}/go.mod has no line "go VERSION"`);
  return version;
};

const isAtLeast = (version: string, wanted: string): boolean => {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const mine = have?.[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
};

const fetchGo = async (
  { cache, guard, progress }: GoToolRequest,
  go: string,
  env: Environment,
  version: string,
): Promise<string> => {
  const module = `golang.org/toolchain@v0.0.1-go${version}.${goPlatform()}`;
  const root = join(cache, 'go', 'mod', module);
  const program = join(root, 'bin', 'go');
  if (await isExecutable(program)) return program;
  progress(`fetching Go ${version}, which is newer than the Go of this machine`);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, '.go-'));
  let pid = 0;
  try {
    await writeFile(join(folder, 'go.mod'), 'module fetch\n');
    const fetched = await run(go, ['mod', 'download', module], {
      cwd: folder,
      env: { ...env, GOTOOLCHAIN: 'local' },
      onStart: (started) => guard.watch((pid = started)),
    });
    if (fetched.code !== 0) throw new Error(`go mod download ${module} failed: ${fetched.stderr.trim()}`);
  } finally {
    guard.forget(pid);
    await rm(folder, { recursive: true, force: true });
  }
  // Modules have no executable bits. `go` gets its own last: then everything it starts has one.
  const tools = (await readdir(join(root, 'pkg'), { recursive: true })).filter((name) =>
    name.startsWith('tool'),
  );
  await Promise.all(tools.map((name) => chmod(join(root, 'pkg', name), 0o755)));
  await chmod(join(root, 'bin', 'gofmt'), 0o755);
  await chmod(program, 0o755);
  return program;
};
