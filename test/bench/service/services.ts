import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder, ensurePythonEnv } from '../../../k8s-local/aws/python-env.ts';
import { freePorts } from '../../../k8s-local/cluster/ports.ts';
import { asInImage } from '../../support/as-in-image.ts';
import { statsOf, type ProcessStats } from './process-stats.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PEER = join(import.meta.dirname, 'peer');
const STARTS_WITHIN_MS = 30_000;

/** How both are set: no limit, no metrics, a line of log for each request. */
const SETTINGS = {
  SERVICE_NAME: 'bench',
  SERVICE_VERSION: '1.0.0',
  LOG_LEVEL: 'INFO',
  ENABLE_METRICS: 'false',
  RATE_LIMIT: process.env['BENCH_RATE_LIMIT'] ?? '0',
  DB_TLS: 'true',
  REDIS_TLS: 'true',
};

/** Which services are measured. */
export type Name = 'landfall' | 'peer';

/** What starts each, in its folder; where it listens is in the environment, and in `port` for what reads no environment. */
export const COMMANDS: Readonly<Record<Name, (port: string) => Promise<readonly string[]>>> = {
  landfall: async () => {
    const { flags, allocator } = asInImage();
    const settings = Object.entries(allocator).map(([name, value]) => `${name}=${value}`);
    return ['env', ...settings, process.execPath, ...flags, join(ROOT, 'dist/service/main.js')];
  },
  peer: async (port) => {
    const purpose = { folder: 'peer', title: 'the peer (FastAPI)' };
    const requirements = join(PEER, 'requirements.txt');
    const python = await ensurePythonEnv(requirements, process.env, console.error, purpose);
    const how = ['--workers', '1', '--loop', 'uvloop', '--http', 'httptools', '--no-access-log'];
    const where = ['--host', '0.0.0.0', '--port', port, '--log-level', 'warning'];
    return [python, '-m', 'uvicorn', '--app-dir', PEER, ...how, ...where, 'app:app'];
  },
};

/** A service that answers. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly origin: string;
  stats(): ProcessStats;
  /** Empties its log, which would grow by hundreds of MiB. */
  forgetLog(): void;
}

/** Starts one on a core of its own and waits until it answers. */
export async function startService(
  name: Name,
  environment: Readonly<Record<string, string>>,
  core: string,
): Promise<Service> {
  const port = String((await freePorts(1))[0]);
  const command = await COMMANDS[name](port);
  const log = openLog();
  // So that it ends with this process, however that ends.
  const bound = ['setpriv', '--pdeathsig', 'TERM'];
  const child = spawn('taskset', ['--cpu-list', core, ...bound, ...command], {
    env: {
      PATH: process.env['PATH'],
      PYTHONPYCACHEPREFIX: join(cacheFolder(process.env), 'peer', 'bytecode'),
      ...SETTINGS,
      ...environment,
      SERVICE_PORT: port,
    },
    stdio: ['ignore', log, log],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    closeSync(log);
  };
  const origin = `http://127.0.0.1:${port}`;
  const until = performance.now() + STARTS_WITHIN_MS;
  while (!(await answers(origin))) {
    if (child.exitCode === null && performance.now() < until) {
      await sleep(100);
      continue;
    }
    const words = readFileSync(`/proc/self/fd/${log}`, 'utf8').slice(-2000);
    if (child.exitCode === null) await stop();
    throw new Error(`${name} does not start:\n${words}`);
  }
  return {
    name,
    origin,
    stats: () => statsOf(child.pid ?? 0),
    forgetLog: () => ftruncateSync(log),
    [Symbol.asyncDispose]: stop,
  };
}

/** A file without a name, which is gone with whoever has it open. */
function openLog(): number {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-bench-'));
  const log = openSync(join(folder, 'log'), 'a');
  rmSync(folder, { recursive: true });
  return log;
}

async function answers(origin: string): Promise<boolean> {
  return fetch(`${origin}/hello`).then(
    ({ ok }) => ok,
    () => false,
  );
}
