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
  /** Run the bundle in dist/, or in the folder that is given, instead of the source; it starts faster and needs less memory. */
  readonly bundled?: boolean | string;
  /** Start it anew when it ends by itself with an error, as the kubelet does; default false. */
  readonly restarts?: boolean;
  /** Give it a session of its own, so that Ctrl-C in a terminal reaches this process alone; default false. */
  readonly detached?: boolean;
  /** Told every line of the log. */
  readonly onLine?: (line: LogLine) => void;
  /** Told how it ended whenever it did so by itself: its exit code or the signal. */
  readonly onCrash?: (how: number | NodeJS.Signals) => void;
}

/** The operator as a process of its own, so that it can be killed, stopped and measured. */
export interface OperatorProcess {
  /** The process as it runs now; another one after a restart. */
  readonly process: ChildProcess;
  /** Lines so far, those before a restart included. */
  readonly lines: readonly LogLine[];
  /** Resolves with the first line, past or to come, for which the test holds; rejects when the process ends before. */
  line(test: (line: LogLine) => boolean): Promise<LogLine>;
  /** Resolves with the exit code (or signal) when the process has ended and is not started anew. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Ends it as Kubernetes would (SIGTERM, then SIGKILL after the time) and waits. */
  stop(killAfterMs?: number): Promise<void>;
  /** Ends it as a crash would and waits. */
  kill(): Promise<void>;
}

/** Starts an operator against a cluster and an AWS. */
export function startOperator(options: OperatorOptions): OperatorProcess {
  const { bundled = false } = options;
  const folder = typeof bundled === 'string' ? bundled : join(ROOT, 'dist');
  const entry = bundled === false ? join(ROOT, 'operator/main.ts') : join(folder, 'operator.js');
  if (!existsSync(entry)) throw new Error(`${entry} is not there; run npm run build`);
  const lines: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  const take = (text: string): void => {
    const line = parse(text);
    lines.push(line);
    options.onLine?.(line);
    for (const listener of listeners) listener(line);
  };
  // Set by whoever asks it to end: then an end is no crash.
  let asked = false;
  let child: ChildProcess;
  const die = (): void => void child.kill('SIGKILL');
  process.once('exit', die);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    const run = (): void => {
      child = spawn(process.execPath, [...(bundled === false ? [] : BUNDLE_FLAGS), entry], {
        env: { ...process.env, LANDFALL_HTTP_PORT: '0', ...options.env, KUBECONFIG: options.kubeconfigPath },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: options.detached ?? false,
      });
      for (const stream of [child.stdout, child.stderr]) {
        if (stream) createInterface({ input: stream }).on('line', take);
      }
      child.once('close', (code, signal) => {
        const how = signal ?? code ?? 0;
        const crashed = !asked && how !== 0;
        if (crashed) options.onCrash?.(how);
        if (crashed && options.restarts) return run();
        process.off('exit', die);
        return resolve(how);
      });
    };
    run();
  });
  return {
    get process() {
      return child;
    },
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
      asked = true;
      child.kill('SIGTERM');
      const timer = setTimeout(die, killAfterMs);
      await ended;
      clearTimeout(timer);
    },
    async kill() {
      asked = true;
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
