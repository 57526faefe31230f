import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { run } from '../../../k8s-local/cluster/run.ts';

const cli = resolve(import.meta.dirname, '../../../k8s-local/cluster/cli.ts');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "landfall it's "));
});
afterEach(() => rm(folder, { recursive: true }));

const call = (args: string[], env: Record<string, string>) =>
  run(process.execPath, [cli, ...args], { env: { ...process.env, ...env } });

describe('the command line', () => {
  it('prints an export line that a shell takes back, whatever the path', async () => {
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, '');
    const printed = await call(['env'], { LANDFALL_KUBECONFIG: kubeconfig });
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    const taken = await run('/bin/sh', ['-c', `${printed.stdout}printf %s "$KUBECONFIG"`]);
    expect(taken.stdout).toBe(kubeconfig);
  });

  it('hands arguments to kubectl as they are, and its exit code back', async () => {
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, '');
    await writeFile(join(folder, 'kubectl'), '#!/bin/sh\necho "$KUBECONFIG|$@"; exit 7\n', { mode: 0o755 });
    for (const name of ['etcd', 'kube-apiserver'])
      await writeFile(join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
    const env = { LANDFALL_KUBECONFIG: kubeconfig, KUBEBUILDER_ASSETS: folder };
    const done = await call(['kubectl', '--', 'get', 'svpc', '-o', 'wide', '--watch'], env);
    expect(done).toEqual({ code: 7, stdout: `${kubeconfig}|get svpc -o wide --watch\n`, stderr: '' });
  });

  it('says one sentence on standard error and exits 1', async () => {
    expect(await call(['env'], { LANDFALL_KUBECONFIG: '/nowhere' })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'LANDFALL_KUBECONFIG names /nowhere, which cannot be read.\n',
    });
  });

  it('suggests the command that was meant', async () => {
    const done = await call(['stauts'], {});
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('Did you mean status?');
  });
});
