import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pretty from 'pino-pretty';
import { buildImage } from '../build-image.ts';
import type { Endings } from '../demo/endings.ts';
import type { Mode } from './stores.ts';

const root = resolve(import.meta.dirname, '../..');
const IMAGE = 'landfall-service:dev';
const STOP_SECONDS = 30;
/** As in a Deployment or a task: nothing can be written, no capability, nothing gained. */
export const CONFINED = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];
/** Of its task. */
const MEMORY = '--memory=256m';

/** Whether a container can have the network of the machine: elsewhere than on Linux it would be that of a virtual one. */
const hasHostNetwork = process.platform === 'linux';

/** What a container of the service calls the machine that it runs on. */
export const HOST_OF_CONTAINERS = hasHostNetwork ? '127.0.0.1' : 'host.docker.internal';

/** A service that somebody asked for. */
interface Options {
  readonly mode: Mode;
  readonly port: number;
  /** On top of the process's own environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly endings: Endings;
  readonly signal: AbortSignal;
}

/** The service from source, started anew whenever a file of it changes. Resolves when it has ended by itself. */
export async function runSources({ env, endings }: Options): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--watch-path=service', '--watch-preserve-output', 'service/main.ts'],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A session of its own: Ctrl-C in a terminal reaches this process alone, which takes down one after the other.
      detached: true,
    },
  );
  const ended = shown(child);
  endings.add(`Process ${child.pid} may be left`, STOP_SECONDS, async () => {
    child.kill('SIGTERM');
    await ended.catch(() => undefined);
  });
  await ended;
}

/** Builds the image of the service, on BASE_IMAGE where that is set, and runs it as its task would. */
export async function runImage(
  { mode, port, env, endings, signal }: Options,
  folder?: string,
): Promise<void> {
  await build(signal);
  signal.throwIfAborted();
  const name = `landfall-service-${process.pid}`;
  const given = { ...ofService(process.env), ...env, SERVICE_MODE: mode, SERVICE_PORT: String(port) };
  const child = spawn(
    'docker',
    [
      'run',
      '--rm',
      `--name=${name}`,
      ...CONFINED,
      MEMORY,
      ...(hasHostNetwork ? ['--network=host'] : [`--publish=127.0.0.1:${port}:${port}`]),
      ...(folder === undefined ? [] : [`--volume=${folder}:${folder}:ro`]),
      // Without their values, which everybody could read in the list of processes.
      ...Object.keys(given).map((variable) => `--env=${variable}`),
      IMAGE,
    ],
    { env: { ...process.env, ...given }, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  const ended = shown(child);
  endings.add(`The container ${name} may be left: docker rm --force ${name}`, STOP_SECONDS, async () => {
    // Until the client has asked for it there is nothing to stop.
    while (child.exitCode === null && (await docker('stop', name)) !== 0) await sleep(200);
    await ended.catch(() => undefined);
  });
  await ended;
}

async function build(signal: AbortSignal): Promise<void> {
  const base = process.env['BASE_IMAGE'];
  try {
    await buildImage({ tag: IMAGE, dockerfile: 'service/Dockerfile', base, shown: true, signal });
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${why}. Where Docker Hub is not reached, name another image with Node 24: BASE_IMAGE=…`,
      { cause },
    );
  }
}

/** What of this process's environment is for the service. */
function ofService(env: NodeJS.ProcessEnv): Record<string, string> {
  const known =
    /^(SERVICE|DB|REDIS|DYNAMODB|ADMIN|AWS)_|^(LOG_LEVEL|ENABLE_METRICS|RATE_LIMIT|CONSUMER_SERVICES|TRUSTED_PROXY_HOPS|REQUEST_TIMEOUT_SECONDS|DRAIN_SECONDS)$/;
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => known.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}

/** Shows what it logs, for people; resolves when it has ended, and rejects where that was a failure. */
async function shown(child: ChildProcess): Promise<void> {
  child.stdout?.pipe(
    pretty({
      colorize: process.stdout.isTTY,
      ignore: 'service,version',
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
    }),
  );
  const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0 && by !== 'SIGTERM') throw new Error(`The service ended with ${code ?? by}.`);
}

async function docker(...args: string[]): Promise<number | null> {
  const child = spawn('docker', args, { stdio: 'ignore', detached: true });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
