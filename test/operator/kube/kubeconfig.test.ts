import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCredentials } from '../../../operator/kube/credentials.ts';
import { UnusableKubeconfig } from '../../../operator/kube/errors.ts';
import { loadKubeConfig } from '../../../operator/kube/kubeconfig.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'landfall-kubeconfig-'));
  path = join(dir, 'config');
  const plugin = `console.log(JSON.stringify({ status: { token: 'from-plugin' } }))`;
  const config = {
    'current-context': 'one',
    clusters: [
      { name: 'c', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'Y2E=' } },
    ],
    users: [
      { name: 'static', user: { token: 'from-file' } },
      {
        name: 'plugin',
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: process.execPath,
            args: ['-e', plugin],
          },
        },
      },
    ],
    contexts: [
      { name: 'one', context: { cluster: 'c', user: 'static' } },
      { name: 'two', context: { cluster: 'c', user: 'plugin' } },
    ],
  };
  await writeFile(path, JSON.stringify(config));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const optionsOf = async (context?: string): Promise<RequestOptions> =>
  createCredentials(loadKubeConfig(context === undefined ? { path } : { path, context })).get();

test('the current context, or the one named: its authority and token, static or from an exec plugin', async () => {
  const one = await optionsOf();
  expect(one.headers).toMatchObject({ Authorization: 'Bearer from-file' });
  expect(String(one.ca)).toBe('ca');
  expect(one.agent).toBeUndefined();
  expect((await optionsOf('two')).headers).toMatchObject({ Authorization: 'Bearer from-plugin' });
});

test('several files, as in KUBECONFIG, are merged', async () => {
  const other = join(dir, 'other');
  const contexts = [{ name: 'three', context: { cluster: 'c', user: 'static' } }];
  await writeFile(other, JSON.stringify({ contexts }));
  const config = loadKubeConfig({ path: [path, other].join(delimiter), context: 'three' });
  expect(config.getContexts().map(({ name }) => name)).toEqual(['one', 'two', 'three']);
});

test.for([
  ['a folder', () => dir, 'EISDIR: illegal operation on a directory, read'],
  ['a file that is not there', () => join(dir, 'none'), 'ENOENT: no such file or directory'],
] as const)('%s is named with what to do', ([, file, why]) => {
  expect(() => loadKubeConfig({ path: file() })).toThrow(UnusableKubeconfig);
  expect(() => loadKubeConfig({ path: file() })).toThrow(`the kubeconfig ${file()} cannot be read (${why}`);
  expect(() => loadKubeConfig({ path: file() })).toThrow(
    'set KUBECONFIG to a kubeconfig that this user may read',
  );
});

test.for(['a: [', '{}'])('a file that says %j is named', async (text) => {
  await writeFile(path, text);
  expect(() => loadKubeConfig({ path })).toThrow(UnusableKubeconfig);
  expect(() => loadKubeConfig({ path })).toThrow(`the kubeconfig ${path} `);
});

test('an unknown context is named together with those that exist', () => {
  expect(() => loadKubeConfig({ path, context: 'three' })).toThrow(
    'kubeconfig has no context "three"; it has: one, two',
  );
});
