import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

it('make proof runs each file of which make test does a share', () => {
  const [, command = ''] = /LANDFALL_PROOF=all (.*)/.exec(readFileSync(join(root, 'Makefile'), 'utf8')) ?? [];
  const filters = command.match(/test\/\S+/g) ?? [];
  const shared = globSync('test/integration/**/*.test.ts', { cwd: root }).filter((file) =>
    /proveCrashes\(|proveContract\(|LANDFALL_PROOF/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(shared.length).toBeGreaterThan(20);
  expect(shared.filter((file) => !filters.some((filter) => file.startsWith(filter)))).toEqual([]);
});
