import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from '../../k8s-local/cluster/ports.ts';
import { asInImage } from './as-in-image.ts';
import { eventually } from './eventually.ts';

const main = resolve(import.meta.dirname, '../../service/main.ts');

/** As long as ECS waits unless it is told otherwise. */
const ENDS_MS = 30_000;

/** The service as a process of its own, so that it can be told to end and be measured. */
export interface ServiceProcess {
  readonly url: string;
  /** What it has logged, a line of JSON each. */
  readonly lines: readonly string[];
  /** What it has written to its standard error: nothing, where all is well. */
  readonly errors: readonly string[];
  /** Tells it to end (SIGTERM), and kills it where it does not; resolves with its exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>;
  /** A metric of it, by its name with its labels, if any. */
  metric(name: string): Promise<number>;
}

/** Starts it on a free port, with this environment, and resolves when it listens. */
export async function startServiceProcess(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const [port = 0] = await freePorts(1);
  const { PATH = '' } = process.env;
  // What it keeps and should not ends it.
  const { flags, allocator } = asInImage();
  const child = spawn(process.execPath, [...flags, main], {
    env: { PATH, ...allocator, RATE_LIMIT: '0', SERVICE_PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals);
  const die = () => void child.kill('SIGKILL');
  process.once('exit', die);
  void ended.finally(() => process.off('exit', die));
  const url = `http://127.0.0.1:${port}`;
  const listens = async () => {
    if (child.exitCode !== null) throw new Error(`The service has ended:\n${errors.join('\n')}`);
    return lines.some((line) => line.includes('"listening"'));
  };
  await eventually('the service to listen', listens);
  return {
    url,
    lines,
    errors,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(die, ENDS_MS);
      return ended.finally(() => clearTimeout(late));
    },
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = text.split('\n').find((line) => line.startsWith(`${name} `));
      return Number(line?.slice(name.length + 1));
    },
  };
}
