import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Guard } from './guard.ts';

/** A running server whose output goes to a file. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** True once the process has ended. */
  exited(): boolean;
  /** Sends the signal, and SIGKILL after five seconds; resolves when the process has ended. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** The last lines of a log, for an error message. */
export const logTail = async (file: string, lines = 5): Promise<string> =>
  (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');

/** Starts a server below a guard. It does not keep this process alive, and ends with it. */
export const startServer = async (
  command: string,
  args: readonly string[],
  logFile: string,
  guard: Guard,
): Promise<Server> => {
  const log = await open(logFile, 'a', 0o600);
  const { PATH, HOME, TMPDIR, LANDFALL_GOGC: GOGC } = process.env;
  const child = spawn(command, args, {
    // Its own session: Ctrl-C reaches the parent alone, which then stops things in order.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    // etcd takes any ETCD_* variable for a flag.
    env: { PATH, HOME, TMPDIR, GOGC },
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  guard.watch(pid);
  child.once('exit', () => guard.forget(pid));
  child.unref();
  const exited = () => child.exitCode !== null || child.signalCode !== null;
  return {
    name: basename(command),
    pid,
    logFile,
    exited,
    stop: async (signal) => {
      if (exited()) return;
      child.ref();
      child.kill(signal);
      const patience = new AbortController();
      await Promise.race([
        ended,
        sleep(5_000, undefined, { signal: patience.signal }).catch(() => undefined),
      ]);
      patience.abort();
      if (!exited()) child.kill('SIGKILL');
      await ended;
    },
  };
};
