import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { run } from '../cluster/run.ts';

/** Makes a cgroup in every hierarchy of this machine: it has one (cgroup v2) or several (v1). */
export const makeCgroups = async (name: string): Promise<void> => {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  for (const [, folder = '', type = ''] of mounts) {
    if (!/^cgroup2?$/.test(type) || !folder.startsWith('/sys/fs/cgroup')) continue;
    await mkdir(join(folder, name), { recursive: true });
  }
};

const remaining = (name: string): string =>
  `ls -d /sys/fs/cgroup/${name} /sys/fs/cgroup/*/${name} 2>/dev/null`;

/**
 * The line of shell that removes them, with those below. A process that was killed stays in its cgroup until the kernel
 * is done with it, and a cgroup with processes stays.
 */
export const cgroupRemoval = (name: string): string =>
  `for try in $(seq 100); do folders=$(${remaining(name)}); [ -n "$folders" ] || break; ` +
  `find $folders -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1; done`;

/** Removes them; throws where one stays. */
export const removeCgroups = async (name: string): Promise<void> => {
  const done = await run('/bin/sh', ['-c', `${cgroupRemoval(name)}; ${remaining(name)}`]);
  if (done.stdout.trim() !== '') throw new Error(`cgroups cannot be removed: ${done.stdout.trim()}`);
};
