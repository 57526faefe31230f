import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from './portal.ts';

const exec = promisify(execFile);
let clone: string;

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'landfall-bin-'));
  await mkdir(join(clone, 'bin'));
  await mkdir(join(clone, 'operator/cli'), { recursive: true });
  await copyFile(join(root, 'bin/landfall.js'), join(clone, 'bin/landfall.mjs'));
  await writeFile(join(clone, 'operator/cli/main.ts'), '');
});
afterEach(() => rm(clone, { recursive: true, force: true }));

it('tells who has an old Node and nothing installed to run npm install', async () => {
  // npm ci refuses a lock file that lacks the optional packages of the platform it runs on.
  const old =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.11.0'}})";
  const run = exec(process.execPath, ['--import', old, join(clone, 'bin/landfall.mjs'), 'plan']);
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`run npm install in ${clone}, or install Node 24`) as string,
  });
});
