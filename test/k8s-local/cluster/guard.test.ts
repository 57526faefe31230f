import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { expect, it, vi } from 'vitest';

import { startGuard } from '../../../k8s-local/cluster/guard.ts';
import { commandOf } from '../../../k8s-local/cluster/process.ts';

const guardModule = resolve(import.meta.dirname, '../../../k8s-local/cluster/guard.ts');

it('ends what it watches and removes the folder when its parent is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall guard '));
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { spawn } from 'node:child_process';
       import { startGuard } from ${JSON.stringify(guardModule)};
       const guard = startGuard();
       const [watched, forgotten] = [1, 2].map(() => spawn('sleep', ['60'], { stdio: 'ignore' }).pid);
       guard.watch(forgotten); guard.watch(watched); guard.forget(forgotten);
       guard.removeFolder(${JSON.stringify(folder)});
       console.log(JSON.stringify([watched, forgotten, guard.pid]));
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const [watched = 0, forgotten = 0, guard = 0] = JSON.parse(line.toString()) as number[];
  expect(await commandOf(watched)).toBe('sleep 60');
  parent.kill('SIGKILL');
  await vi.waitFor(async () => expect(await commandOf(guard)).toBeUndefined(), 5_000);
  expect(await commandOf(watched)).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
  expect(await commandOf(forgotten)).toBe('sleep 60');
  process.kill(forgotten, 'SIGKILL');
});

it('touches nothing when released', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-guard-'));
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const guard = startGuard();
  guard.watch(child.pid ?? 0);
  guard.removeFolder(folder);
  await guard.release();
  expect(await commandOf(guard.pid)).toBeUndefined();
  expect(await commandOf(child.pid ?? 0)).toBe('sleep 60');
  expect(existsSync(folder)).toBe(true);
  child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});
