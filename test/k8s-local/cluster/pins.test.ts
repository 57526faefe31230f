import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { modulesFolder } from '../../../k8s-local/cluster/paths.ts';
import { goPlatform, readPins } from '../../../k8s-local/cluster/pins.ts';
import { fakeMachine } from './fakes.ts';

it('reads the versions from the committed go.mod', async () => {
  const pins = await readPins(modulesFolder);
  expect(pins.kubernetes).toMatch(/^v1\.\d+\.\d+$/);
  expect(pins.etcd).toMatch(/^v3\.\d+\.\d+$/);
  expect(pins.moduleCount).toBeGreaterThan(100);
});

it('changes the key of the cache with go.sum', async () => {
  const machine = await fakeMachine();
  const before = await readPins(machine.modules);
  expect(before).toMatchObject({ kubernetes: 'v1.36.1', etcd: 'v3.6.8', moduleCount: 2 });
  expect(before.key).toMatch(new RegExp(`^v1\\.36\\.1-${goPlatform()}-[0-9a-f]{12}$`));
  await appendFile(join(machine.modules, 'go.sum'), 'more\n');
  expect((await readPins(machine.modules)).key).not.toBe(before.key);
  await machine.remove();
});
