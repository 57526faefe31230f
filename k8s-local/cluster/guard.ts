import { spawn } from 'node:child_process';
import { once } from 'node:events';

// The kernel closes the pipe when this process ends, however it ends; `read` then fails and the loop is left.
// A zombie that nobody reaps still answers `kill -0`, so the wait is bounded.
const script = `
pids= folder= last=
while read -r verb arg; do
  case $verb in
    watch) pids="$pids $arg" ;;
    forget) kept=; for pid in $pids; do [ "$pid" = "$arg" ] || kept="$kept $pid"; done; pids=$kept ;;
    folder) folder=$arg ;;
    finally) last=$arg ;;
    release) exit 0 ;;
  esac
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
for pid in $pids; do
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 20 ]; do tries=$((tries + 1)); sleep 0.1; done
done
[ -z "$last" ] || eval "$last"
[ -z "$folder" ] || rm -rf -- "$folder"
`;

/** A small shell that outlives this process by a moment, to end its children and remove its folder. */
export interface Guard {
  readonly pid: number;
  /** Kill this process when the parent has gone. */
  watch(pid: number): void;
  /** The process has ended; its id may belong to somebody else soon. */
  forget(pid: number): void;
  /** Remove this folder, too. */
  removeFolder(path: string): void;
  /** Run this line of shell when all of them have ended, before the folder goes. */
  finally(line: string): void;
  /** End the guard without touching anything. */
  release(): Promise<void>;
}

/** Starts a guard. It lives in its own session, so Ctrl-C in a terminal does not reach it. */
export const startGuard = (): Guard => {
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const { pid } = shell;
  if (pid === undefined)
    throw new Error('cannot start /bin/sh, which ends the control plane when this process dies');
  const exited = once(shell, 'exit');
  shell.unref();
  // A guard that somebody killed only means that nothing is guarded any more.
  shell.stdin.on('error', () => undefined);
  const say = (line: string) => shell.stdin.write(`${line}\n`);
  return {
    pid,
    watch: (pid) => say(`watch ${pid}`),
    forget: (pid) => say(`forget ${pid}`),
    removeFolder: (path) => say(`folder ${path}`),
    finally: (line) => say(`finally ${line}`),
    release: async () => {
      shell.ref();
      shell.stdin.end('release\n');
      await exited;
    },
  };
};
