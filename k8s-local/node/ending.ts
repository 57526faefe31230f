import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { commandOf } from '../cluster/process.ts';
import { run } from '../cluster/run.ts';
import { removeCgroups } from './cgroups.ts';

/** What there is of a node outside its namespaces, as in `node.json` of its folder. */
export interface Remains {
  /** Its first process. */
  readonly pid: number;
  /** The machine's end of its cable, and the number of that interface: the name may be another's by now. */
  readonly link: string;
  readonly ifindex: string;
  readonly cgroup: string;
}

/** Name of the file below a node's folder that says what there is of it. */
export const REMAINS = 'node.json';

/** What a node's folder says, or undefined where it does not say anything. */
export const remainsIn = async (dir: string): Promise<Remains | undefined> => {
  const text = await readFile(join(dir, REMAINS), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Remains);
};

/** The process is there and is this node's: its arguments name the folder. A number may be another's by now. */
export const isNode = async (pid: number, dir: string): Promise<boolean> =>
  (await commandOf(pid))?.includes(`init.sh ${dir}`) ?? false;

/** The number of an interface of this machine; nothing where there is none of that name. */
export const ifindexOf = (link: string): Promise<string> =>
  readFile(`/sys/class/net/${link}/ifindex`, 'utf8').catch(() => '');

/**
 * The line of shell that removes it. The kernel would do so by itself with the namespace, but a connection that was open
 * when its process was killed keeps that for minutes.
 */
export const linkRemoval = (link: string, ifindex: string): string =>
  `[ "$(cat /sys/class/net/${link}/ifindex 2>/dev/null)" != ${ifindex.trim()} ] || ip link delete ${link}`;

const until = async (what: string, gone: () => Promise<boolean>): Promise<void> => {
  for (let tries = 1; !(await gone()); tries += 1) {
    if (tries === 200) throw new Error(`${what} does not go`);
    await sleep(50);
  }
};

/** Ends a node by its first process: everything in its namespaces goes with it, and so do they. */
export const endNode = async (dir: string, pid: number): Promise<void> => {
  if (!(await isNode(pid, dir))) return;
  process.kill(pid, 'SIGKILL');
  await until(`process ${pid}`, async () => !(await isNode(pid, dir)));
};

/** Removes a node and its folder, whatever state it is in. */
export const removeNode = async (dir: string): Promise<void> => {
  // Written before anything else is made.
  const pid = Number(await readFile(join(dir, 'init.pid'), 'utf8').catch(() => 0));
  if (pid > 0) await endNode(dir, pid);
  const remains = await remainsIn(dir);
  if (remains) {
    const { link, ifindex, cgroup } = remains;
    await run('/bin/sh', ['-c', linkRemoval(link, ifindex)]);
    await removeCgroups(cgroup);
  }
  await rm(dir, { recursive: true, force: true });
};
