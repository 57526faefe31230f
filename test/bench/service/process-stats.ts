import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** What Linux says of a process. */
export interface ProcessStats {
  readonly residentMiB: number;
  /** The most that was ever resident. */
  readonly peakResidentMiB: number;
  /** Of all its threads, in user mode and in the kernel. */
  readonly cpuSeconds: number;
}

/** Reads them; throws where the process has ended. */
export function statsOf(pid: number): ProcessStats {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 102.4) / 10;
  // The name, in parentheses, may hold spaces; utime and stime are the 14th and 15th field.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return { residentMiB: mebibytes('VmRSS'), peakResidentMiB: mebibytes('VmHWM'), cpuSeconds };
}
