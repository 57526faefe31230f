import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { run } from './run.ts';

/**
 * The command line of a live process, arguments separated by spaces; nothing where it has ended. A zombie, which
 * has ended and waits for a parent to ask, counts as ended: in containers nobody may ever ask.
 */
export const commandOf = async (pid: number): Promise<string | undefined> => {
  // Slim images have no ps, macOS has no /proc.
  if (existsSync('/proc/self/cmdline')) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text.replaceAll('\0', ' ').trim() || undefined;
  }
  const ps = await run('ps', ['-ww', '-o', 'stat=,command=', '-p', String(pid)]);
  const line = ps.stdout.trim();
  return ps.code !== 0 || line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
};
