import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { commandOf } from '../../k8s-local/cluster/process.ts';
import { run } from '../../k8s-local/cluster/run.ts';
import { type GitOpsAgent, startGitOpsAgent } from '../../k8s-local/gitops/agent.ts';
import { resolveGitOpsProgram } from '../../k8s-local/gitops/programs.ts';

let plane: ControlPlane;
let repository = '';
let agent: GitOpsAgent | undefined;

/** Git that knows nothing of the user's settings: no hooks, no signing. */
async function git(...args: string[]): Promise<string> {
  const done = await run('git', ['-C', repository, ...args], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'test',
      GIT_AUTHOR_EMAIL: 'test@example.com',
      GIT_COMMITTER_NAME: 'test',
      GIT_COMMITTER_EMAIL: 'test@example.com',
    },
  });
  expect(done, `git ${args.join(' ')}`).toMatchObject({ code: 0 });
  return done.stdout.trim();
}

const configMap = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: ${value}\n`;

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(repository, file)), { recursive: true });
  await writeFile(join(repository, file), text);
}

async function commit(): Promise<string> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'change');
  return git('rev-parse', 'HEAD');
}

const value = async (name: string) =>
  (await plane.kubectl(['get', 'configmap', name, '--ignore-not-found', '-o', 'jsonpath={.data.key}']))
    .stdout;

const options = () => ({
  repository,
  path: 'app',
  kubeconfigPath: plane.kubeconfigPath,
  namespace: 'default',
  resyncSeconds: 0.2,
});
const start = () => startGitOpsAgent(options());

beforeAll(async () => {
  // Here, since a hook may take the minutes of a first build.
  await resolveGitOpsProgram();
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'landfall-repository-'));
  await git('init', '--quiet', '--initial-branch=main');
});
afterEach(async () => {
  await agent?.stop();
  agent = undefined;
  await rm(repository, { recursive: true });
});

describe('the sync engine of Argo CD', () => {
  it('applies, edits, corrects and prunes what is committed, and nothing else', async () => {
    await plane.kubectl(['create', 'configmap', 'foreign', '--from-literal=key=mine']);
    await write('app/one.yaml', configMap('one', 'first'));
    await write('app/deep/two.yaml', configMap('two', 'second'));
    await write('elsewhere/three.yaml', configMap('three', 'third'));
    const first = await commit();
    const engine = (agent = await start());
    expect((await engine.syncs())[0]).toMatchObject({ revision: first });
    expect((await engine.syncs())[0]?.error).toBeUndefined();
    expect([await value('one'), await value('two'), await value('three')]).toEqual(['first', 'second', '']);

    await write('app/one.yaml', configMap('one', 'edited'));
    await engine.nextSync();
    expect(await value('one')).toBe('first');
    const second = await commit();
    expect(await engine.nextSync()).toMatchObject({ revision: second });
    expect(await value('one')).toBe('edited');

    await plane.kubectl(['patch', 'configmap', 'two', '--type=merge', '-p', '{"data":{"key":"by hand"}}']);
    await vi.waitFor(async () => expect(await value('two')).toBe('second'), 10_000);

    await git('rm', '--quiet', '-r', 'app');
    await commit();
    expect((await engine.nextSync()).error).toBeUndefined();
    expect([await value('one'), await value('two'), await value('foreign')]).toEqual(['', '', 'mine']);
  });

  it('prunes in a later run what an earlier one applied', async () => {
    await write('app/one.yaml', configMap('kept', 'a'));
    await write('app/two.yaml', configMap('gone', 'b'));
    await commit();
    await (await start()).stop();
    expect([await value('kept'), await value('gone')]).toEqual(['a', 'b']);
    await git('rm', '--quiet', 'app/two.yaml');
    await commit();
    agent = await start();
    expect([await value('kept'), await value('gone')]).toEqual(['a', '']);
  });

  it('reports what cannot be read or applied, and goes on', async () => {
    await write('app/one.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one\n');
    await commit();
    const engine = (agent = await start());
    expect((await engine.syncs())[0]?.error).toContain('app/one.yaml');
    await write('app/one.yaml', configMap('Not_A_Name', 'x'));
    await commit();
    expect((await engine.nextSync()).resources).toMatchObject([
      { kind: 'ConfigMap', name: 'Not_A_Name', status: 'SyncFailed' },
    ]);
    await write('app/one.yaml', configMap('mended', 'x'));
    await commit();
    await engine.nextSync();
    expect(await value('mended')).toBe('x');
  });

  it('leaves no process and no file', async () => {
    await write('app/one.yaml', configMap('left', 'x'));
    await commit();
    const temporary = await mkdtemp(join(tmpdir(), 'landfall-test-'));
    vi.stubEnv('TMPDIR', temporary);
    try {
      const engine = await start();
      const command = await commandOf(engine.pid);
      expect(command).toContain('gitops sync');
      expect(await readdir(temporary)).toHaveLength(1);
      await Promise.all([engine.stop(), engine.stop()]);
      expect(await commandOf(engine.pid)).not.toBe(command);
      expect(await engine.logs()).toContain('"revision"');
      await expect(
        startGitOpsAgent({ repository, path: 'app', kubeconfigPath: '/nowhere', namespace: 'default' }),
      ).rejects.toThrow(/^the sync engine ended: .*\/nowhere/su);
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await rm(temporary, { recursive: true });
    }
    // Where the engine would write its kubeconfig if nobody stopped it.
    for (const name of existsSync('/dev/shm') ? await readdir('/dev/shm') : []) {
      expect(await readFile(join('/dev/shm', name), 'utf8').catch(() => '')).not.toContain(plane.url);
    }
  });

  it('ends, and leaves no file, when the process that started it is killed', async () => {
    await write('app/one.yaml', configMap('orphan', 'x'));
    await commit();
    const temporary = await mkdtemp(join(tmpdir(), 'landfall-test-'));
    const module = join(import.meta.dirname, '../../k8s-local/gitops/agent.ts');
    const code = `import { startGitOpsAgent } from ${JSON.stringify(module)};
      const agent = await startGitOpsAgent(${JSON.stringify(options())});
      console.log(agent.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: temporary },
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(await commandOf(pid)).toContain('gitops sync');
    expect(await readdir(temporary)).toHaveLength(1);
    parent.kill('SIGKILL');
    await vi.waitFor(async () => {
      expect(await commandOf(pid)).toBeUndefined();
      expect(await readdir(temporary)).toEqual([]);
    }, 10_000);
    await rm(temporary, { recursive: true });
  });
});
