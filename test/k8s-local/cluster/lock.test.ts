import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { withLock } from '../../../k8s-local/cluster/lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

describe('withLock', () => {
  it('lets one in at a time, tells who waits once, and leaves no file', async () => {
    let inside = 0;
    let most = 0;
    let waits = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(20);
      inside -= 1;
    };
    const options = { onWait: () => (waits += 1), staleMs: 200, heartbeatMs: 10 };
    await Promise.all([1, 2, 3].map(() => withLock(file, work, options)));
    expect(most).toBe(1);
    expect(waits).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps a lock whose holder works longer than the stale time', async () => {
    const order: string[] = [];
    const options = { staleMs: 100, heartbeatMs: 10 };
    const slow = withLock(file, () => sleep(400).then(() => order.push('slow')), options);
    await sleep(20);
    await withLock(file, () => Promise.resolve(order.push('next')), options);
    await slow;
    expect(order).toEqual(['slow', 'next']);
  });

  it('takes over from a holder elsewhere that stopped touching it', async () => {
    await writeFile(file, 'elsewhere 1\n');
    const old = new Date(Date.now() - 60_000);
    await utimes(file, old, old);
    expect(await withLock(file, () => Promise.resolve('in'))).toBe('in');
  });

  it('takes over at once from a process of this host that has ended', async () => {
    // Beyond the largest process id of Linux and macOS.
    await writeFile(file, `${hostname()} 99999999\n`);
    expect(await withLock(file, () => Promise.resolve('in'))).toBe('in');
  });

  it('gives the lock back when the work fails', async () => {
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
  });
});
