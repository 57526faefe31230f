import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { chooseRung } from '../../../k8s-local/cluster/ladder.ts';
import type { FakeMachine } from './fakes.ts';
import { fakeGo, fakeMachine } from './fakes.ts';

let machine: FakeMachine;
beforeEach(async () => {
  machine = await fakeMachine();
});
afterEach(() => machine.remove());

const withKind = async (dockerAnswers: boolean) => {
  await machine.install('kind', 'exit 0');
  await machine.install('docker', `exit ${dockerAnswers ? 0 : 1}`);
};

describe('chooseRung', () => {
  it('goes down the ladder as steps are taken away', async () => {
    const kubeconfig = join(machine.root, 'kubeconfig');
    await writeFile(kubeconfig, '');
    await withKind(true);
    const assets = await machine.programs(join(machine.root, 'assets'), 'v1.34.2');
    await machine.fillCache();
    await machine.install('go', fakeGo(join(machine.root, 'go.log')));

    machine.env['LANDFALL_KUBECONFIG'] = kubeconfig;
    machine.env['KUBEBUILDER_ASSETS'] = assets;
    expect(await chooseRung(machine)).toEqual({ rung: 'cluster', kubeconfig });
    machine.env['LANDFALL_KUBECONFIG'] = '';
    expect(await chooseRung(machine)).toMatchObject({ binaries: { source: 'KUBEBUILDER_ASSETS' } });
    machine.env['KUBEBUILDER_ASSETS'] = '';
    expect(await chooseRung(machine)).toMatchObject({
      rung: 'control-plane',
      binaries: { version: 'v1.36.1' },
    });
    expect(machine.lines).toEqual([]);
    machine.env['LANDFALL_CACHE'] = join(machine.root, 'empty-cache');
    expect(await chooseRung(machine)).toMatchObject({ rung: 'kind' });
    await withKind(false);
    expect(await chooseRung(machine)).toMatchObject({
      rung: 'control-plane',
      binaries: { source: 'go build' },
    });
    expect(machine.lines.at(-1)).toMatch(/^built in/);
  });

  it('lets the flag win over LANDFALL_KUBECONFIG', async () => {
    const kubeconfig = join(machine.root, 'other');
    await writeFile(kubeconfig, '');
    machine.env['LANDFALL_KUBECONFIG'] = '/nowhere';
    expect(await chooseRung({ ...machine, kubeconfig })).toEqual({ rung: 'cluster', kubeconfig });
  });

  it('does not fall past a named cluster that is not there', async () => {
    await machine.fillCache();
    machine.env['LANDFALL_KUBECONFIG'] = '/nowhere/config';
    await expect(chooseRung(machine)).rejects.toThrow(
      'LANDFALL_KUBECONFIG names /nowhere/config, which cannot be read.',
    );
  });
});
