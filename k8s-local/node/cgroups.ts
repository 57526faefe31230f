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

/**
 * The line of shell that removes them, with those below. A process that was killed stays in its cgroup until the kernel
 * is done with it, and a cgroup with processes stays.
 */
export const removal = (name: string): string => {
  const folders = `/sys/fs/cgroup/${name} /sys/fs/cgroup/*/${name}`;
  return (
    `for try in $(seq 100); do find ${folders} -depth -type d -exec rmdir {} + 2>/dev/null; ` +
    `ls -d ${folders} >/dev/null 2>&1 || break; sleep 0.1; done`
  );
};

/** Removes them; throws where one stays. */
export const removeCgroups = async (name: string): Promise<void> => {
  const folders = `/sys/fs/cgroup/${name} /sys/fs/cgroup/*/${name}`;
  const done = await run('/bin/sh', ['-c', `${removal(name)}; ls -d ${folders} 2>/dev/null`]);
  if (done.stdout.trim() !== '') throw new Error(`the cgroup ${done.stdout.trim()} cannot be removed`);
};
