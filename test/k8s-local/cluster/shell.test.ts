import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { down, status, up } from '../../../k8s-local/cluster/shell.ts';
import type { FakeMachine } from './fakes.ts';
import { fakeMachine } from './fakes.ts';

let machine: FakeMachine;
let options: { folder: string; env: Record<string, string | undefined>; progress: (line: string) => void };
beforeEach(async () => {
  machine = await fakeMachine();
  options = { folder: join(machine.root, 'state', 'cluster'), env: machine.env, progress: machine.progress };
});
afterEach(() => machine.remove());

const kindCalls = async () => (await readFile(join(machine.root, 'kind.log'), 'utf8')).trim().split('\n');

describe('a cluster that the user names', () => {
  it('is used as it is and left as it was', async () => {
    const kubeconfig = join(machine.root, 'mine');
    await writeFile(kubeconfig, 'mine');
    expect(await up({ ...options, kubeconfig })).toMatchObject({
      rung: 'cluster',
      kubeconfig,
      already: false,
    });
    expect(await up(options)).toMatchObject({ kubeconfig, already: true });
    expect(await status(options)).toMatchObject({ kubeconfig });
    await down(options);
    expect(await status(options)).toBeUndefined();
    expect(await readFile(kubeconfig, 'utf8')).toBe('mine');
    expect(await readdir(join(machine.root, 'state'))).toEqual([]);
  });
});

describe('a kind cluster', () => {
  beforeEach(async () => {
    await machine.install('docker', 'exit 0');
    await machine.install('kind', `echo "$@" >> ${join(machine.root, 'kind.log')}`);
  });

  it('gets a name of this clone and a kubeconfig of its own, and is deleted by down', async () => {
    const cluster = await up(options);
    expect(cluster).toMatchObject({ rung: 'kind', already: false });
    expect(await up(options)).toEqual({ ...cluster, already: true });
    await down(options);
    const named = `--name ${cluster.kindName} --kubeconfig ${cluster.kubeconfig}`;
    expect(await kindCalls()).toEqual([`create cluster ${named} --wait 120s`, `delete cluster ${named}`]);
    expect(cluster.kindName).toMatch(/^landfall-[0-9a-f]{6}$/);
    expect(existsSync(options.folder)).toBe(false);
  });

  it('that cannot be made is cleaned away, with the words of kind', async () => {
    const log = join(machine.root, 'kind.log');
    await machine.install(
      'kind',
      `echo "$1" >> ${log}; [ $1 = delete ] && exit; echo no space left >&2; exit 1`,
    );
    await expect(up(options)).rejects.toThrow(/^kind create cluster .* failed: no space left$/);
    expect(await kindCalls()).toEqual(['create', 'delete']);
    expect(await status(options)).toBeUndefined();
  });

  it('is not replaced by a cluster that is named later', async () => {
    await up(options);
    const kubeconfig = join(machine.root, 'mine');
    await writeFile(kubeconfig, 'mine');
    await expect(up({ ...options, kubeconfig })).rejects.toThrow(
      /is up already: take it down before naming another/,
    );
    await down(options);
  });
});
