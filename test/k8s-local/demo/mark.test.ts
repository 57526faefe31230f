import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clearUp, setMark } from '../../../k8s-local/demo/mark.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-mark-'));
  file = join(folder, 'running.json');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('without a mark there is nothing to clear up', async () => {
  expect(await clearUp(file)).toBe(false);
});

test('a demo that runs is not disturbed', async () => {
  const other = join(folder, 'demo.ts');
  await writeFile(other, 'console.log("up"); setInterval(() => {}, 1000);');
  const child = spawn(process.execPath, [other], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  await writeFile(file, JSON.stringify({ pid: child.pid, servers: [] }));
  await expect(clearUp(file)).rejects.toThrow(`a demo is running already (process ${child.pid})`);
  expect(existsSync(file)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await clearUp(file)).toBe(false);
  expect(existsSync(file)).toBe(false);
});

test('the mark of another process under a known id, on servers that are gone, is only removed', async () => {
  // This process is no demo.
  await setMark(file, [2 ** 22 + 1]);
  expect(await clearUp(file)).toBe(false);
  expect(existsSync(file)).toBe(false);
});
