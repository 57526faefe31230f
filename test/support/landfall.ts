import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { World } from './world.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'landfall.js');

/** What a run of the command line said, and its exit code. */
interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line with the AWS and, where it asks for one, the cluster of a world. */
export async function runLandfall(args: readonly string[], world: World, stdin = ''): Promise<Run> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...world.aws.env(), KUBECONFIG: world.plane.kubeconfigPath },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(stdin);
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}
