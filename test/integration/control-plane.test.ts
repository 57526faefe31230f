import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { ControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { commandOf } from '../../k8s-local/cluster/process.ts';
import { down, status, up } from '../../k8s-local/cluster/shell.ts';

const controlPlaneModule = resolve(import.meta.dirname, '../../k8s-local/cluster/control-plane.ts');

const expectGone = async (pids: readonly number[], folder: string) => {
  for (const pid of pids) await vi.waitFor(async () => expect(await commandOf(pid)).toBeUndefined(), 10_000);
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), 10_000);
};

/** Standard output of a kubectl call that must succeed. */
const ok = async (plane: ControlPlane, args: readonly string[], input?: string): Promise<string> => {
  const done = await plane.kubectl(args, input === undefined ? {} : { input });
  expect(done).toMatchObject({ code: 0 });
  return done.stdout.trim();
};

describe('two control planes side by side', () => {
  let a: ControlPlane;
  let b: ControlPlane;
  beforeAll(async () => {
    [a, b] = await Promise.all([startControlPlane(), startControlPlane()]);
  });
  afterAll(() => Promise.all([a.stop(), b.stop()]));

  it('share nothing', async () => {
    await ok(a, ['create', 'namespace', 'only-in-a']);
    expect(await ok(a, ['get', 'namespace', 'only-in-a', '-o', 'name'])).toBe('namespace/only-in-a');
    expect(await b.kubectl(['get', 'namespace', 'only-in-a'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NotFound') as string,
    });
    // The certificate of the one does not vouch for the other.
    const crossed = ['--server', b.url, 'get', 'namespaces'];
    expect((await a.kubectl(crossed)).stderr).toContain('certificate signed by unknown authority');
  });

  it('speak the version that they say', async () => {
    const version = JSON.parse(await ok(a, ['version', '-o', 'json'])) as Record<
      string,
      { gitVersion: string }
    >;
    expect(version['serverVersion']?.gitVersion).toBe(a.version);
    expect(version['clientVersion']?.gitVersion).toBe(a.version);
  });

  it('refuse a service account what no role allows, and allow what one does', async () => {
    const manifests = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader, namespace: default }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: default }
rules: [{ apiGroups: [''], resources: [configmaps], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: default }]
`;
    await ok(b, ['apply', '-f', '-'], manifests);
    const kubeconfig = await b.kubeconfigForServiceAccount('default', 'reader');
    expect(await b.kubectl(['get', 'secrets'], { kubeconfig })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'secrets is forbidden: User "system:serviceaccount:default:reader" cannot list resource "secrets"',
      ) as string,
    });
    // The authorizer learns of a binding by its watch, a moment later.
    await vi.waitFor(
      async () => expect(await b.kubectl(['get', 'configmaps'], { kubeconfig })).toMatchObject({ code: 0 }),
      5_000,
    );
    await expect(b.kubeconfigForServiceAccount('default', 'nobody')).rejects.toThrow(
      /^no token for default\/nobody: .*serviceaccounts "nobody" not found/,
    );
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'keep data, address and tokens when the API server is away (%s)',
    async (signal) => {
      await ok(b, ['create', 'configmap', `before-${signal.toLowerCase()}`, '--from-literal=a=1']);
      const before = b.pids();
      await b.stopApiServer(signal);
      expect(b.pids()).toEqual({ etcd: before.etcd });
      expect((await b.kubectl(['get', 'configmaps'])).stderr).toContain('was refused');
      await b.startApiServer();
      expect(b.pids().kubeApiserver).not.toBe(before.kubeApiserver);
      expect(
        await ok(b, ['get', 'configmap', `before-${signal.toLowerCase()}`, '-o', 'jsonpath={.data.a}']),
      ).toBe('1');
    },
  );
});

describe('the end of a control plane', () => {
  it('leaves no process and no folder after stop', async () => {
    const plane = await startControlPlane();
    const { etcd, kubeApiserver = 0 } = plane.pids();
    expect(await commandOf(etcd)).toContain(plane.dir);
    expect(await commandOf(kubeApiserver)).toContain(plane.dir);
    await Promise.all([plane.stop(), plane.stop()]);
    expect(await commandOf(etcd)).toBeUndefined();
    expect(await commandOf(kubeApiserver)).toBeUndefined();
    expect(existsSync(plane.dir)).toBe(false);
  });

  it('leaves none when the process that started it is killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { startControlPlane } from ${JSON.stringify(controlPlaneModule)};
         const plane = await startControlPlane();
         console.log(JSON.stringify({ dir: plane.dir, pids: Object.values(plane.pids()) }));
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { dir, pids } = JSON.parse(line.toString()) as { dir: string; pids: number[] };
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(await commandOf(pid)).toContain(dir);
    parent.kill('SIGKILL');
    await expectGone(pids, dir);
  });

  it('leaves none when the start fails, and shows the reason from the log', async () => {
    const plane = await startControlPlane();
    const temporary = await mkdtemp(join(tmpdir(), 'landfall-test-'));
    vi.stubEnv('TMPDIR', temporary);
    const port = Number(new URL(plane.url).port);
    await expect(startControlPlane({ port })).rejects.toThrow('address already in use');
    vi.unstubAllEnvs();
    expect(await readdir(temporary)).toEqual([]);
    await rm(temporary, { recursive: true });
    await plane.stop();
  });
});

describe('the cluster of the shell', () => {
  it('outlives its process, is found again, and goes with down', async () => {
    const root = await mkdtemp(join(tmpdir(), 'landfall-shell-'));
    const options = {
      folder: join(root, 'cluster'),
      progress: () => undefined,
      env: { ...process.env, LANDFALL_KUBECONFIG: '' },
    };
    expect(await status(options)).toBeUndefined();
    // Two at once: one makes it, the other finds it.
    const both = await Promise.all([up(options), up(options)]);
    expect(new Set(both.map(({ already }) => already))).toEqual(new Set([false, true]));
    const first = { ...both[0], already: false };
    expect(first).toMatchObject({
      rung: 'control-plane',
      already: false,
      kubeconfig: join(root, 'cluster', 'kubeconfig'),
    });
    expect(await up(options)).toEqual({ ...first, already: true });
    const pids = first.servers?.pids ?? [];
    expect(pids).toHaveLength(2);

    // Half of it dies, as after a crash: up makes a new one.
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await vi.waitFor(async () => expect(await status(options)).toBeUndefined(), 5_000);
    const second = await up(options);
    expect(second.already).toBe(false);
    expect(second.servers?.pids).not.toEqual(pids);

    await down(options);
    await expectGone([...pids, ...(second.servers?.pids ?? [])], join(root, 'cluster'));
    expect(await readdir(root)).toEqual([]);
    expect(await down(options)).toBeUndefined();
    await rm(root, { recursive: true });
  });
});
