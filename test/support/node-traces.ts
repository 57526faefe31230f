import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { run } from '../../k8s-local/cluster/run.ts';
import { ifindexOf, type Remains } from '../../k8s-local/node/ending.ts';
import { eventually } from './eventually.ts';

/** Process ids with their parents. A zombie nobody asked for yet counts as gone. */
async function processes(): Promise<Map<number, number>> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = new Map<number, number>();
  for (const id of ids) {
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state !== undefined && state !== 'Z') found.set(Number(id), Number(parent));
  }
  return found;
}

/** Everything that a process has started, and what that has started. */
export async function descendants(pid: number): Promise<number[]> {
  const all = await processes();
  const below = (parent: number): number[] =>
    [...all].filter(([, its]) => its === parent).flatMap(([id]) => [id, ...below(id)]);
  return below(pid);
}

const output = async (command: string, ...args: string[]): Promise<string> => {
  const done = await run(command, args);
  expect(done, command).toMatchObject({ code: 0 });
  return done.stdout;
};

/** Where kubelet and containerd write where nobody sees to it. */
const FOLDERS = [
  '/var/lib/kubelet',
  '/var/lib/cni',
  '/opt/containerd',
  '/run/containerd/io.containerd.runtime.v2.task/k8s.io',
];
const before = FOLDERS.filter((folder) => existsSync(folder));

/** What this machine itself has of nodes' rules, sets, mounts and folders, whether they run or not: nothing. */
export async function expectMachineUntouched(dir: string): Promise<void> {
  expect(await output('iptables-save')).not.toMatch(/KUBE/);
  expect(await output('ipset', 'list', '-name')).not.toMatch(/KUBE/);
  expect(await readFile('/proc/mounts', 'utf8')).not.toContain(dir);
  expect(FOLDERS.filter((folder) => existsSync(folder))).toEqual(before);
}

const cgroups = async (name: string): Promise<string[]> => {
  const root = '/sys/fs/cgroup';
  const below = await readdir(root, { withFileTypes: true });
  const folders = below
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${root}/${entry.name}/${name}`);
  return [`${root}/${name}`, ...folders].filter((folder) => existsSync(folder));
};

/** What there is of a node while it runs: to be sure that its end is looked for in the right places. */
export async function expectTraces(dir: string, { link, ifindex, cgroup }: Remains): Promise<void> {
  expect(existsSync(dir)).toBe(true);
  expect(await ifindexOf(link)).toBe(ifindex);
  expect(await output('ip', 'route')).toContain(`dev ${link}`);
  expect((await cgroups(cgroup)).length).toBeGreaterThan(0);
}

/** Waits until a node has left nothing: no process, interface, route, cgroup, mount or folder. */
export async function expectNoTraces(
  dir: string,
  { link, ifindex, cgroup }: Remains,
  pids: readonly number[],
): Promise<void> {
  await eventually('the node has left nothing', async () => {
    const running = await processes();
    return (
      !pids.some((pid) => running.has(pid)) &&
      (await ifindexOf(link)) !== ifindex &&
      (await cgroups(cgroup)).length === 0 &&
      !existsSync(dir)
    );
  });
  await expectMachineUntouched(dir);
}
