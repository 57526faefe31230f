import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '..');
/** As in the Dockerfile: small young generations, so that garbage of a burst of calls does not stay resident. */
const BUNDLE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=160'];

/** One line of the operator's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface OperatorOptions {
  readonly kubeconfigPath: string;
  /** Environment on top of the process's own: where AWS is, lanes, installation. */
  readonly env: Readonly<Record<string, string>>;
  /** Run the bundle in dist/ instead of the source; it starts faster and needs less memory. */
  readonly bundled?: boolean;
  /** Told every line of the log. */
  readonly onLine?: (line: LogLine) => void;
}

/** The operator as a process of its own, so that it can be killed, stopped and measured. */
export interface OperatorProcess {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Lines so far. */
  readonly lines: readonly LogLine[];
  /** Resolves with the first line, past or to come, for which the test holds; rejects when the process ends before. */
  line(test: (line: LogLine) => boolean): Promise<LogLine>;
  /** Resolves with the exit code (or signal) when the process has ended. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Ends it as Kubernetes would (SIGTERM, then SIGKILL after the time) and waits. */
  stop(killAfterMs?: number): Promise<void>;
  /** Ends it as a crash would and waits. */
  kill(): Promise<void>;
}

/** Starts an operator against a cluster and an AWS. */
export function startOperator(options: OperatorOptions): OperatorProcess {
  const entry = options.bundled ? join(ROOT, 'dist/operator.js') : join(ROOT, 'operator/main.ts');
  if (!existsSync(entry)) throw new Error(`${entry} is not there; run npm run build`);
  const child = spawn(process.execPath, [...(options.bundled ? BUNDLE_FLAGS : []), entry], {
    env: { ...process.env, LANDFALL_HTTP_PORT: '0', ...options.env, KUBECONFIG: options.kubeconfigPath },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const die = (): void => void child.kill('SIGKILL');
  process.once('exit', die);
  const lines: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  const take = (text: string): void => {
    const line = parse(text);
    lines.push(line);
    options.onLine?.(line);
    for (const listener of listeners) listener(line);
  };
  createInterface({ input: child.stdout }).on('line', take);
  createInterface({ input: child.stderr }).on('line', take);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      process.off('exit', die);
      resolve(signal ?? code ?? 0);
    });
  });
  return {
    pid: child.pid ?? 0,
    process: child,
    lines,
    ended,
    async line(test) {
      const past = lines.find(test);
      if (past) return past;
      return new Promise<LogLine>((resolve, reject) => {
        const listener = (line: LogLine): void => {
          if (!test(line)) return;
          listeners.delete(listener);
          resolve(line);
        };
        listeners.add(listener);
        void ended.then((how) =>
          reject(
            new Error(
              `the operator ended (${how}): ${lines
                .slice(-5)
                .map((line) => JSON.stringify(line))
                .join('\n')}`,
            ),
          ),
        );
      });
    },
    async stop(killAfterMs = 10_000) {
      child.kill('SIGTERM');
      const timer = setTimeout(die, killAfterMs);
      await ended;
      clearTimeout(timer);
    },
    async kill() {
      die();
      await ended;
    },
  };
}

function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 'raw', msg: text };
  }
}
