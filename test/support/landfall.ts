import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'landfall.js');

/** What a run of the command line said, and its exit code. */
export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly cwd: string;
  /** All of the environment, and not only what is added to ours. */
  readonly env: NodeJS.ProcessEnv;
  readonly stdin?: string;
}

/** Runs the command line as a user does. */
export async function runLandfall(args: readonly string[], options: RunOptions): Promise<Run> {
  const { cwd, env, stdin = '' } = options;
  const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(stdin);
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, err };
}
