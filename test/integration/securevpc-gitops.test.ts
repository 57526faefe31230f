import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../k8s-local/cluster/run.ts';
import { type GitOpsAgent, startGitOpsAgent } from '../../k8s-local/gitops/agent.ts';
import { resolveGitOpsProgram } from '../../k8s-local/gitops/programs.ts';
import { eventually } from '../support/eventually.ts';
import { World } from '../support/world.ts';

const ROOT = join(import.meta.dirname, '../..');
const PORTAL = join(ROOT, 'manifests/examples/portal');

let world: World;
let repository = '';
let agent: GitOpsAgent | undefined;
let emptyAws = '';

/** Git that knows nothing of the user's settings: no hooks, no signing. */
async function git(...args: string[]): Promise<void> {
  const identity = {
    GIT_AUTHOR_NAME: 'test',
    GIT_AUTHOR_EMAIL: 'test@example.com',
    GIT_COMMITTER_NAME: 'test',
    GIT_COMMITTER_EMAIL: 'test@example.com',
  };
  const done = await run('git', ['-C', repository, ...args], {
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...identity },
  });
  expect(done, `git ${args.join(' ')}`).toMatchObject({ code: 0 });
}

async function commit(message: string): Promise<void> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message', message);
}

/** The status is of the present generation, and Ready. */
async function networkIsReady(): Promise<boolean> {
  const path =
    '{.metadata.generation} {.status.observedGeneration} {.status.conditions[?(@.type=="Ready")].status}';
  const { stdout } = await world.plane.kubectl([
    'get',
    'securevpc',
    'portal',
    '-n',
    'portal',
    '-o',
    `jsonpath=${path}`,
  ]);
  const [generation, observed, ready] = stdout.split(' ');
  return generation === observed && ready === 'True';
}

/** What a write to the object would change: its spec's generation and, with every write, its resource version. */
async function versions(): Promise<string> {
  return world.kubectl(
    'get',
    'securevpc',
    'portal',
    '-n',
    'portal',
    '-o',
    'jsonpath={.metadata.generation} {.metadata.resourceVersion}',
  );
}

beforeAll(async () => {
  await resolveGitOpsProgram();
  world = await World.start();
  // They are to come from Git, like everything else.
  await world.kubectl('delete', '-k', join(ROOT, 'crds'));
  emptyAws = await world.aws.dump();
  repository = await mkdtemp(join(tmpdir(), 'landfall-repository-'));
  await git('init', '--quiet', '--initial-branch=main');
  await mkdir(join(repository, 'platform'));
});
afterAll(async () => {
  await agent?.stop();
  await world.stop();
  await rm(repository, { recursive: true, force: true });
});

describe('a network that lives in Git, followed by Argo CD’s sync engine', () => {
  it('becomes Ready from one commit that brings the CRDs along', async () => {
    world.operator();
    await cp(join(ROOT, 'crds'), join(repository, 'platform/crds'), { recursive: true });
    for (const file of ['account.yaml', 'base/namespace.yaml', 'base/network.yaml'])
      await cp(join(PORTAL, file), join(repository, 'platform/portal', basename(file)));
    await commit('the portal’s network');
    agent = await startGitOpsAgent({
      repository,
      path: 'platform',
      kubeconfigPath: world.plane.kubeconfigPath,
      namespace: 'portal',
      resyncSeconds: 0.5,
    });
    await eventually('the network is Ready', networkIsReady, { timeoutMs: 90_000 });
  });

  it('leaves no difference between Git and cluster while it is Ready, over several syncs (ACK#2361)', async () => {
    const before = await versions();
    for (let count = 0; count < 3; count += 1) {
      const report = await agent?.nextSync();
      expect(report?.error).toBeUndefined();
    }
    expect(await versions()).toBe(before);
    const { stdout } = await world.plane.kubectl(['diff', '-R', '-f', join(repository, 'platform')]);
    const changed = stdout
      .split('\n')
      .filter((line) => /^[-+] /.test(line) && !line.includes('argocd.argoproj.io/tracking-id'));
    expect(changed).toEqual([]);
  });

  it('converges after a commit that edits it', async () => {
    const file = join(repository, 'platform/portal/network.yaml');
    const text = await readFile(file, 'utf8');
    expect(text).toContain('port: 3306');
    await writeFile(file, text.replace('port: 3306', 'port: 3307'));
    await commit('the database moves to another port');
    await eventually(
      'the new port is open',
      async () => {
        const ledger = await world.aws.ledger();
        return ledger.some(
          ({ action, params }) =>
            action === 'AuthorizeSecurityGroupIngress' && JSON.stringify(params).includes('3307'),
        );
      },
      { timeoutMs: 60_000 },
    );
    await eventually('the network is Ready', networkIsReady, { timeoutMs: 30_000 });
  });

  it('is pruned with its Account in one commit, and leaves AWS empty (crossplane/crossplane#6393)', async () => {
    await rm(join(repository, 'platform/portal/network.yaml'));
    await rm(join(repository, 'platform/portal/account.yaml'));
    await commit('the portal is given up');
    await eventually(
      'both objects are gone',
      async () => (await world.kubectl('get', 'securevpc,account', '-A', '--ignore-not-found')) === '',
      { timeoutMs: 90_000 },
    );
    expect(await world.aws.dump()).toBe(emptyAws);
  });
});
