import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Cores of which the first is the service's and all others are for load and databases, as taskset writes them. */
export interface Cores {
  readonly service: string;
  readonly others: string;
}

/** Moves this process, and with it all that it starts, away from the first core that it may run on. */
export function divideCores(): Cores {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [service, ...others] = coresIn(/^Cpus_allowed_list:\s+(\S+)$/m.exec(status)?.[1] ?? '');
  if (service === undefined || others.length === 0)
    throw new Error('The bench needs two cores: one for the service and one for the load.');
  const cores = { service: String(service), others: others.join(',') };
  execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores.others, String(process.pid)]);
  return cores;
}

/** `0-2,5` as 0, 1, 2 and 5. */
export function coresIn(list: string): number[] {
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index),
  );
}
