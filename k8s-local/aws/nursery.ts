import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Command, Serving } from './local-aws.ts';

/** A process that has loaded all that a local AWS needs; `stop` ends it, and the servers live on. */
export interface Nursery {
  /** Path of its socket, the option `nursery` of `startLocalAws`. */
  readonly socket: string;
  stop(): Promise<void>;
}

/** Starts a nursery with the command that starts a server, and resolves when it lets servers be asked for; the first waits until all is loaded. It ends with this process, too. */
export async function startNursery({ command, env }: Command): Promise<Nursery> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-nursery-'));
  const socket = join(folder, 'socket');
  const child = spawn(command, ['-m', 'landfall_aws.nursery', socket], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the nursery of local AWSs ended with ${code}`)));
  });
  return {
    socket,
    stop: async () => {
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** Has a nursery fork a server, which ends with this process or when it is stopped. */
export async function serveFromNursery(
  nursery: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<Serving> {
  const guest = connect(nursery);
  const ended = new Promise<void>((resolve) => guest.once('close', () => resolve()));
  guest.write(`${JSON.stringify({ args, env })}\n`);
  const last: string[] = [];
  const { url, pid } = await new Promise<{ url: string; pid: number }>((resolve, reject) => {
    createInterface({ input: guest }).on('line', (line) => {
      if (line.startsWith('{"url": ')) return resolve(JSON.parse(line) as { url: string; pid: number });
      last.push(line);
      return log(line);
    });
    guest.once('error', reject);
    guest.once('close', () => reject(new Error(`The local AWS ended while starting:\n${last.join('\n')}`)));
  });
  return {
    url,
    pid,
    stop: async () => {
      guest.end();
      await ended;
    },
  };
}
