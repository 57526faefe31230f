import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { freePorts } from '../../k8s-local/cluster/ports.ts';
import { eventually } from '../support/eventually.ts';
import { docker } from '../support/image.ts';

const root = resolve(import.meta.dirname, '../..');
const hasDocker = await dockerAnswers(process.env);
if (process.env['CI'] === 'true') {
  it('in CI a Docker daemon answers', () => expect(hasDocker, 'see .ci/docker').toBe(true));
}

/** `make service`, as somebody at a terminal has it. */
interface Made {
  readonly url: string;
  /** All that it has printed. */
  output(): string;
  /** Resolves when it has told where it answers. */
  up(): Promise<void>;
  /** Presses Ctrl-C and waits until it has ended. */
  interrupt(): Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
}

let state: string;
let made: Made | undefined;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'landfall-command-'));
});
afterEach(async () => {
  await made?.interrupt();
  await rm(state, { recursive: true });
});

async function makeService(variables: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Made> {
  const [port] = await freePorts(1);
  // Who runs the tests has a variable of this name for something else.
  const { MODE: _, ...inherited } = process.env;
  const child = spawn('make', ['service', ...variables], {
    cwd: root,
    env: { ...inherited, LANDFALL_STATE: state, SERVICE_PORT: String(port), ...env },
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close');
  made = {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async up() {
      const told = async () => {
        if (child.exitCode !== null) throw new Error(`it has ended:\n${output}`);
        return output.includes('It answers at');
      };
      await eventually('the service to answer', told, { timeoutMs: 240_000, seen: () => output });
    },
    async interrupt() {
      // A terminal tells everything in it.
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
        process.kill(-child.pid, 'SIGINT');
      await ended;
    },
    ended,
  };
  return made;
}

const health = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;
const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

it('runs from source without a database, and anew when a file changes', async () => {
  const service = await makeService([]);
  await service.up();
  expect(await health(`${service.url}/database/health`)).toMatchObject({
    status: 'healthy',
    databases: { postgresql: { status: 'disabled' }, redis: { status: 'disabled' } },
  });
  const starts = () => service.output().split('INFO: listening').length - 1;
  for (const file of ['ports.ts', 'website/index.html']) {
    const before = starts();
    const now = new Date();
    await utimes(join(root, 'service', file), now, now);
    await eventually(`it to listen again after ${file}`, async () => starts() > before);
  }
  await service.interrupt();
  expect(service.output()).toContain('Nothing is left running.');
  expect(await answers(service.url)).toBe(false);
});

it('says what it needs where there is no Docker, and what a mode can be', async () => {
  const bare = await makeService(['STORES=1'], { DOCKER_HOST: 'unix:///nowhere.sock' });
  await bare.ended;
  expect(bare.output()).toContain('need Docker, and no Docker daemon answers');
  const other = await makeService(['MODE=shop']);
  await other.ended;
  expect(other.output()).toContain('MODE is microservice or portal, not shop.');
});

describe.runIf(hasDocker)('with Docker', () => {
  /** Names of images that are only this test's, so that its containers can be told from those of others. */
  async function ownImages(): Promise<{ env: Record<string, string>; containers: () => Promise<string[]> }> {
    const tag = `command-${process.pid}-${Date.now()}`;
    const images = {
      TEST_POSTGRES_IMAGE: process.env['TEST_POSTGRES_IMAGE'] ?? 'postgres:15-alpine',
      TEST_MYSQL_IMAGE: process.env['TEST_MYSQL_IMAGE'] ?? 'mysql:8.4',
      TEST_REDIS_IMAGE: process.env['TEST_REDIS_IMAGE'] ?? 'redis:7-alpine',
    };
    const env: Record<string, string> = {};
    for (const [variable, image] of Object.entries(images)) {
      if ((await docker('image', 'inspect', image)).code !== 0) await docker('pull', image);
      const own = `${image.split(':')[0]}:${tag}`;
      expect(await docker('tag', image, own)).toMatchObject({ code: 0, err: '' });
      env[variable] = own;
    }
    const containers = async () => {
      const { out } = await docker('ps', '--all', '--format', '{{.Image}}');
      return out.split('\n').filter((image) => image.endsWith(`:${tag}`));
    };
    return { env, containers };
  }

  it('runs with all of its databases, and leaves nothing of them', async () => {
    const { env, containers } = await ownImages();
    const service = await makeService(['STORES=1'], env);
    await service.up();
    await eventually('the schema to be there', async () => (await fetch(`${service.url}/ready`)).ok);
    expect(await health(`${service.url}/database/health`)).toMatchObject({
      status: 'healthy',
      databases: {
        postgresql: { status: 'healthy' },
        dynamodb: { status: 'healthy' },
        redis: { status: 'healthy' },
      },
    });
    expect(await containers()).toHaveLength(2);
    expect(existsSync(join(state, 'service-dev.env'))).toBe(true);
    await service.interrupt();
    expect(service.output()).toContain('Nothing is left running.');
    expect(await containers()).toEqual([]);
    expect((await readdir(state, { recursive: true })).toSorted()).toEqual(['service']);
    expect(await answers(service.url)).toBe(false);
    await forget(env);
  });

  it('takes down what was still starting when it is told to end', async () => {
    const { env, containers } = await ownImages();
    const service = await makeService(['STORES=1'], env);
    await eventually('a container to be there', async () => (await containers()).length > 0);
    await service.interrupt();
    expect(service.output()).toContain('Nothing is left running.');
    expect(service.output()).not.toContain('It answers at');
    expect(await containers()).toEqual([]);
    await forget(env);
  });

  it('runs the portal in its image, with its databases and an administrator of its own', async () => {
    const { env, containers } = await ownImages();
    const base = process.env['LANDFALL_TEST_NODE_IMAGE'];
    const service = await makeService(['MODE=portal', 'STORES=1', 'IMAGE=1'], {
      ...env,
      ...(base !== undefined && { BASE_IMAGE: base }),
    });
    await service.up();
    await eventually('the schema to be there', async () => (await fetch(`${service.url}/ready`)).ok);
    const [, password = ''] = /Log in as admin with (\S+)/.exec(service.output()) ?? [];
    const logIn = (password: string) =>
      fetch(`${service.url}/admin/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password }),
      });
    expect((await logIn('another')).status).toBe(401);
    expect((await logIn(password)).status).toBe(200);
    const { out } = await docker('ps', '--format', '{{.Names}}', '--filter', 'ancestor=landfall-service:dev');
    const own = out.trim();
    expect(own).toMatch(/^landfall-service-\d+$/);
    const format = '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.Config.User}}';
    expect((await docker('inspect', '--format', format, own)).out.trim()).toBe('true [ALL] 65532:65532');
    await service.interrupt();
    expect(service.output()).toContain('Nothing is left running.');
    expect((await docker('ps', '--all', '--format', '{{.Names}}')).out).not.toContain(own);
    expect(await containers()).toEqual([]);
    await forget(env);
  });
});

async function forget(images: Readonly<Record<string, string>>): Promise<void> {
  await docker('rmi', '--no-prune', ...Object.values(images));
}
