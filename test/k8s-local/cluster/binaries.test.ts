import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { resolveBinaries } from '../../../k8s-local/cluster/binaries.ts';
import type { FakeMachine } from './fakes.ts';
import { archiveServer, fakeGo, fakeMachine, GO_VERSION } from './fakes.ts';

const binariesModule = resolve(import.meta.dirname, '../../../k8s-local/cluster/binaries.ts');

let machine: FakeMachine;
beforeEach(async () => {
  machine = await fakeMachine();
});
afterEach(() => machine.remove());

/** What lies in the cache besides finished folders. */
const leftovers = async () =>
  (await readdir(join(machine.cache, 'bin'))).filter(
    (name) => !/^v1\.36\.1-[a-z0-9]+-[a-z0-9]+-[0-9a-f]{12}$/.test(name),
  );

describe('resolveBinaries', () => {
  it('takes KUBEBUILDER_ASSETS before the cache, and says its version', async () => {
    await machine.fillCache();
    machine.env['KUBEBUILDER_ASSETS'] = await machine.programs(join(machine.root, 'assets'), 'v1.34.2');
    expect(await resolveBinaries(machine)).toMatchObject({
      dir: join(machine.root, 'assets'),
      kubectl: join(machine.root, 'assets', 'kubectl'),
      version: 'v1.34.2',
      source: 'KUBEBUILDER_ASSETS',
    });
  });

  it('refuses KUBEBUILDER_ASSETS that lack a program, and names it', async () => {
    await machine.fillCache();
    machine.env['KUBEBUILDER_ASSETS'] = await machine.programs(join(machine.root, 'assets'), 'v1.34.2', [
      'etcd',
      'kubectl',
    ]);
    await expect(resolveBinaries(machine)).rejects.toThrow(
      /^KUBEBUILDER_ASSETS names .*assets, which lacks kube-apiserver:/,
    );
  });

  it('takes the cache before the network', async () => {
    const server = await archiveServer(machine, 'v1.36.1');
    machine.env['LANDFALL_ENVTEST_INDEX'] = server.index;
    const dir = await machine.fillCache();
    expect((await resolveBinaries(machine)).dir).toBe(dir);
    expect(server.paths).toEqual([]);
    await server.close();
  });

  it('downloads the archive before it builds, keeps it, and leaves nothing else', async () => {
    const server = await archiveServer(machine, 'v1.36.0');
    machine.env['LANDFALL_ENVTEST_INDEX'] = server.index;
    await machine.install('go', 'exit 1');
    const first = await resolveBinaries(machine);
    expect(first).toMatchObject({ version: 'v1.36.0', source: 'envtest archive' });
    expect(await resolveBinaries(machine)).toEqual(first);
    expect(server.paths).toEqual(['/index.yaml', '/archive.tar.gz']);
    expect((await readdir(first.dir)).sort()).toEqual(['etcd', 'kube-apiserver', 'kubectl', 'landfall.json']);
    expect(await leftovers()).toEqual([]);
    await server.close();
  });

  it('does not unpack an archive with another checksum; says why and builds', async () => {
    const server = await archiveServer(machine, 'v1.36.1', 'ab'.repeat(64));
    machine.env['LANDFALL_ENVTEST_INDEX'] = server.index;
    await machine.install('go', fakeGo(join(machine.root, 'go.log')));
    expect((await resolveBinaries(machine)).source).toBe('go build');
    expect(machine.lines).toContainEqual(
      expect.stringMatching(/^no envtest archive: .* has sha512 .*, its index says abab/),
    );
    await server.close();
  });

  it('builds with caches below LANDFALL_CACHE and the version of go.mod, and shows progress', async () => {
    await machine.install('go', fakeGo(join(machine.root, 'go.log')));
    const made = await resolveBinaries(machine);
    expect(made).toMatchObject({ version: 'v1.36.1', source: 'go build' });
    const log = await readFile(join(machine.root, 'go.log'), 'utf8');
    expect(log).toContain(
      `mod=${machine.cache}/go/mod cache=${machine.cache}/go/build flags=-modcacherw -buildvcs=false`,
    );
    expect(log).toContain('-X k8s.io/component-base/version.gitVersion=v1.36.1');
    expect(log).toContain('version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36');
    expect(machine.lines[0]).toBe('no envtest archive: switched off by LANDFALL_ENVTEST_INDEX');
    expect(machine.lines[1]).toMatch(
      /^building etcd v3\.6\.8, kube-apiserver and kubectl v1\.36\.1 from Go modules, once: nothing cached/,
    );
    expect(machine.lines[2]).toBe('1 of up to 2 modules downloaded, 0:00');
    expect(machine.lines.at(-1)).toBe('built in 0:00');
    expect(await leftovers()).toEqual([]);
  });

  it('lets two that come at once build only once', async () => {
    await machine.install('go', fakeGo(join(machine.root, 'go.log')));
    const [a, b] = await Promise.all([resolveBinaries(machine), resolveBinaries(machine)]);
    expect(a).toEqual(b);
    const log = await readFile(join(machine.root, 'go.log'), 'utf8');
    expect(log.match(/^build /gm)).toHaveLength(1);
    expect(machine.lines).toContainEqual(
      expect.stringMatching(/^another process is making the same programs/),
    );
  });

  it('keeps nothing of a build that fails, and says so in one sentence with every alternative', async () => {
    await machine.install(
      'go',
      `${GO_VERSION}; [ $1 = list ] && echo a/b && exit; echo "a.go:1: no such host" >&2; exit 1`,
    );
    const failure = await resolveBinaries(machine).then(String, (error: unknown) => (error as Error).message);
    expect(failure).toMatchInlineSnapshot(
      `"Nothing to start a Kubernetes control plane with: name a cluster by LANDFALL_KUBECONFIG, or name a folder with etcd, kube-apiserver and kubectl by KUBEBUILDER_ASSETS, or install kind and Docker (for the shell, not for tests), or let the envtest archive be downloaded, or install Go and let it reach its module proxy (no envtest archive: switched off by LANDFALL_ENVTEST_INDEX; no go build: go build failed: a.go:1: no such host)."`,
    );
    expect(await leftovers()).toEqual([]);
  });

  it('leaves nothing of a build whose process is killed, and does not wait for its lock', async () => {
    await machine.install(
      'go',
      `${GO_VERSION}; echo started >&2; echo half > "\${PWD%/modules}/half"; exec sleep 60`,
    );
    const script = `import { resolveBinaries } from ${JSON.stringify(binariesModule)};
      await resolveBinaries({ ...JSON.parse(process.argv[1]), progress: () => {} });`;
    const builder = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        script,
        JSON.stringify({ env: machine.env, modules: machine.modules }),
      ],
      { stdio: 'inherit' },
    );
    await vi.waitFor(() => expect(existsSync(join(machine.root, 'half'))).toBe(true), 10_000);
    expect(await leftovers()).toHaveLength(2);
    builder.kill('SIGKILL');
    await vi.waitFor(
      async () => expect(await leftovers()).toEqual([expect.stringMatching(/\.lock$/)]),
      10_000,
    );
    await machine.install('go', fakeGo(join(machine.root, 'go.log')));
    expect((await resolveBinaries(machine)).source).toBe('go build');
    expect(machine.lines.filter((line) => line.startsWith('another process'))).toEqual([]);
  });

  it('says that Go is missing where it is, without pretending to build', async () => {
    await expect(resolveBinaries(machine)).rejects.toThrow(/no go build: Go is not on the PATH\)\.$/);
    expect(machine.lines.filter((line) => line.startsWith('building'))).toEqual([]);
  });

  it('names an index that nobody answers at', async () => {
    machine.env['LANDFALL_ENVTEST_INDEX'] = 'http://127.0.0.1:1/index.yaml';
    await expect(resolveBinaries(machine)).rejects.toThrow('http://127.0.0.1:1/index.yaml cannot be read');
  });
});
