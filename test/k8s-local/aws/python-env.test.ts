import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { cacheFolder, ensurePythonEnv, findPython } from '../../../k8s-local/aws/python-env.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-python-'));
});

afterEach(async () => rm(folder, { recursive: true }));

/** A program called python3 that answers as this shell script does. */
async function pretend(script: string): Promise<NodeJS.ProcessEnv> {
  const program = join(folder, 'python3');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return { PATH: `${folder}:/usr/bin:/bin`, LANDFALL_PYTHON: program, LANDFALL_CACHE: join(folder, 'cache') };
}

test('the cache is LANDFALL_CACHE, else below the user’s', () => {
  expect(cacheFolder({ LANDFALL_CACHE: '/a' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/landfall');
  expect(cacheFolder({})).toMatch(/\/\.cache\/landfall$/);
});

test('without Python the error is one sentence that says what to install', async () => {
  const env = { PATH: folder };
  expect(await findPython(env)).toBeUndefined();
  await expect(ensurePythonEnv('requirements.txt', env, () => {})).rejects.toThrow(
    /^The local AWS needs Python 3\.10 or newer \(python3 on the PATH, or LANDFALL_PYTHON\)\.$/,
  );
});

test('an older Python is not taken', async () => {
  const env = await pretend('exit 1');
  expect(await findPython(env)).toBeUndefined();
});

test('a Python without venv says which package to install', async () => {
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, '');
  const env = await pretend('[ "$1" = "-c" ] && echo ok && exit 0; exit 1');
  await expect(ensurePythonEnv(requirements, env, () => {})).rejects.toThrow(
    /apt-get install python3-venv\.$/,
  );
});

/** Enough of a Python to make an environment: `pip` decides how installing ends. */
const maker = (pip: string): string => `
[ "$1" = "-c" ] && echo ok && exit 0
[ "$2" = "venv" ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && exit 0
[ "$2" = "pip" ] && ${pip}
exit 1`;

test('two at once get one whole environment, and leave no draft', async () => {
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, 'moto');
  const env = await pretend(maker('sleep 0.2 && echo "Successfully installed moto" && exit 0'));
  const lines: string[] = [];
  const make = (): Promise<string> => ensurePythonEnv(requirements, env, (line) => lines.push(line));
  const [one, two] = await Promise.all([make(), make()]);
  expect(one).toBe(two);
  expect(lines).toContain('  Successfully installed moto');
  const made = await readdir(join(folder, 'cache', 'aws'));
  expect(made).toEqual([expect.stringMatching(/^venv-[0-9a-f]{12}$/)]);
  const said = lines.length;
  await make();
  expect(lines).toHaveLength(said);
  await writeFile(requirements, 'moto, another');
  expect(await make()).not.toBe(one);
});

test('a failed installation says why and leaves nothing that could be used', async () => {
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, 'moto');
  const env = await pretend(maker('echo "no such package" >&2 && exit 1'));
  await expect(ensurePythonEnv(requirements, env, () => {})).rejects.toThrow(
    /could not install[^]*no such package/,
  );
  expect(await readdir(join(folder, 'cache', 'aws'))).toEqual([]);
});
