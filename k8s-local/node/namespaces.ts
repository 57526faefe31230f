import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Guard } from '../cluster/guard.ts';
import type { Finished, RunOptions } from '../cluster/run.ts';
import { run } from '../cluster/run.ts';
import type { Server } from '../cluster/server.ts';
import { logTail, startServer } from '../cluster/server.ts';
import type { Addresses } from './addresses.ts';
import { addressesOf, SLOTS } from './addresses.ts';

/** Namespaces of mounts, processes, network and names in which a node lives. */
export interface Namespaces {
  /** Its first process, as this machine numbers it: with it ends everything in them. */
  readonly pid: number;
  /** What waits for it. */
  readonly outer: Server;
}

const must = async (command: string, args: readonly string[]): Promise<Finished> => {
  const done = await run(command, args);
  if (done.code !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${done.stderr.trim()}`);
  return done;
};

/** Makes the namespaces. `kept` are folders that must be seen in them wherever they lie. */
export const startNamespaces = async (
  dir: string,
  kept: readonly string[],
  guard: Guard,
): Promise<Namespaces> => {
  await mkdir(join(dir, 'logs'), { recursive: true });
  const log = join(dir, 'logs', 'init.log');
  const separate = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child'];
  const init = ['/bin/sh', join(import.meta.dirname, 'init.sh'), dir, ...kept];
  // The shell's own output goes to this log too.
  const outer = await startServer('unshare', [...separate, ...init], log, guard);
  for (;;) {
    const pid = Number(await readFile(join(dir, 'init.pid'), 'utf8').catch(() => 0));
    if (pid > 0) {
      guard.watch(pid);
      return { pid, outer };
    }
    if (outer.exited()) throw new Error(`the node's namespaces cannot be made: ${await logTail(log)}`);
    await sleep(20);
  }
};

/** Runs a program in a node's namespaces. */
export const runInside = (
  pid: number,
  command: readonly string[],
  options: RunOptions = {},
): Promise<Finished> => run('nsenter', [`--target=${pid}`, '--all', ...command], options);

const address = async (pid: number, addresses: Addresses): Promise<void> => {
  const { link, host, node, podCidr, serviceCidr, loadBalancerCidr } = addresses;
  await must('ip', ['address', 'add', `${host}/30`, 'dev', link]);
  await must('ip', ['link', 'set', link, 'up']);
  for (const range of [podCidr, serviceCidr, loadBalancerCidr]) {
    await must('ip', ['route', 'add', range, 'via', node]);
  }
  const inside = [
    'ip link set lo up',
    `ip address add ${node}/30 dev eth0`,
    'ip link set eth0 up',
    `ip route add default via ${host}`,
  ].join(' && ');
  const done = await runInside(pid, ['/bin/sh', '-c', inside]);
  if (done.code !== 0) throw new Error(`the node gets no network: ${done.stderr.trim()}`);
};

/**
 * Lays a cable between this machine and the namespaces, and routes to pods, Services and load balancers through it. It goes with the
 * namespaces. Whoever makes the interface has the slot: the kernel makes no second one of that name.
 */
export const connect = async (pid: number): Promise<Addresses> => {
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const addresses = addressesOf(slot);
    const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)];
    const made = await run('ip', ['link', 'add', addresses.link, ...peer]);
    if (made.code === 0) {
      await address(pid, addresses);
      return addresses;
    }
    if (!made.stderr.includes('File exists')) {
      throw new Error(`no cable to the node: ${made.stderr.trim()}`);
    }
  }
  throw new Error(`this machine has ${SLOTS} clusters already`);
};
