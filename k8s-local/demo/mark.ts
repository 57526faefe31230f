import { readFile, rm, writeFile } from 'node:fs/promises';

import { commandOf } from '../cluster/process.ts';
import { down, status } from '../cluster/shell.ts';

/** Who runs the demo, and on which servers of its own. */
interface Mark {
  readonly pid: number;
  readonly servers: readonly number[];
}

const read = async (file: string): Promise<Mark | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Mark);
};

/** Writes down that this process runs the demo, on these servers if it started them. */
export const setMark = (file: string, servers: readonly number[] = []): Promise<void> =>
  writeFile(file, JSON.stringify({ pid: process.pid, servers } satisfies Mark));

export const removeMark = (file: string): Promise<void> => rm(file, { force: true });

/**
 * Takes down the cluster of a demo that was killed, since its objects would meet an empty AWS. Throws where a demo
 * is running. True where there was something to take down.
 */
export async function clearUp(file: string): Promise<boolean> {
  const mark = await read(file);
  if (!mark) return false;
  if ((await commandOf(mark.pid))?.includes('demo.ts'))
    throw new Error(`a demo is running already (process ${mark.pid}): end it first.`);
  // Another cluster than the demo's may have been brought up since.
  const standing = (await status())?.servers?.pids ?? [];
  const own = mark.servers.length > 0 && mark.servers.every((pid) => standing.includes(pid));
  if (own) await down({ progress: () => {} });
  await removeMark(file);
  return own;
}
