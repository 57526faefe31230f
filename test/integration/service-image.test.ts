import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { CONFINED } from '../../k8s-local/service/run.ts';
import { verifyPassword } from '../../service/portal/admin/password.ts';
import { eventually } from '../support/eventually.ts';
import { build, docker, filesOf, WHO_AND_WHAT } from '../support/image.ts';

const image = 'landfall-service:test';
const answers = await dockerAnswers(process.env);

test.runIf(process.env['CI'] === 'true')('in CI a Docker daemon answers', () => {
  expect(answers, 'see .ci/docker').toBe(true);
});

describe.runIf(answers)('the image of the service', () => {
  beforeAll(() => build(image, 'service/Dockerfile'));

  test('runs as a user that is not root and can write nowhere', async () => {
    const ran = await docker('run', '--rm', ...CONFINED, '--network=none', image, '-e', WHO_AND_WHAT);
    expect(ran.err).toBe('');
    expect(JSON.parse(ran.out)).toEqual({ uid: 65532, gid: 65532, major: '24', writable: [] });
  });

  test('holds Node, the bundle and what it serves, and nothing else', async () => {
    const { files, foreign } = await filesOf(image);
    expect(foreign).toEqual([]);
    expect(files).toContain('app/main.js');
    expect(files.filter((path) => /\.npmrc|\.ts$|\.env/.test(path))).toEqual([]);
    const packages = files.flatMap((path) => /node_modules\/([^/]+)\//.exec(path)?.[1] ?? []);
    expect([...new Set(packages)].toSorted()).toEqual(['redoc', 'swagger-ui-dist']);
  });

  test('makes the hash that an administrator is known by', async () => {
    const command = [
      'run',
      '--rm',
      '--interactive',
      ...CONFINED,
      '--network=none',
      image,
      'hash-password.js',
    ];
    const hashing = promisify(execFile)('docker', command);
    hashing.child.stdin?.end('correct horse battery\n');
    const { stdout, stderr } = await hashing;
    expect(stderr).toBe('');
    expect(await verifyPassword('correct horse battery', stdout.trim())).toBe(true);
  });

  test('says what is wrong with its environment, and ends', async () => {
    const ran = await docker('run', '--rm', ...CONFINED, '--env', 'RATE_LIMIT=many', image);
    expect(ran).toEqual({
      code: 1,
      out: '',
      err: 'The environment is not valid:\nRATE_LIMIT: must be a whole number from 0 to 1000000, not "many"\n',
    });
  });

  describe.each([
    ['the microservice', 8000, []],
    ['the portal', 5000, ['--env', 'SERVICE_MODE=portal']],
  ])('as %s, in the 256 MiB of its task, without a database', (_what, port, env) => {
    const name = `landfall-service-${randomUUID()}`;
    let url: string;

    beforeAll(async () => {
      const options = ['--memory=256m', '--health-interval=1s', '--publish', `127.0.0.1::${port}`, ...env];
      const started = await docker('run', '--detach', '--name', name, ...CONFINED, ...options, image);
      expect(started.code, started.err).toBe(0);
      const { out } = await docker('port', name, String(port));
      url = `http://${out.trim()}`;
      await eventually('the service answers', () =>
        fetch(`${url}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
    });
    afterAll(() => docker('rm', '--force', name));

    test('answers at its port, with the pages of its document', async () => {
      for (const path of [
        '/ready',
        '/openapi.json',
        '/docs',
        '/docs/swagger-ui-bundle.js',
        '/redoc',
        '/docs/redoc.js',
      ]) {
        const answer = await fetch(url + path);
        // What is not read keeps its connection busy, which the end of the service then waits for.
        await answer.arrayBuffer();
        expect([path, answer.status]).toEqual([path, 200]);
      }
    });

    test('is healthy for Docker', async () => {
      const health = async () =>
        (await docker('inspect', '--format', '{{.State.Health.Status}}', name)).out.trim();
      await expect.poll(health, { timeout: 20_000 }).toBe('healthy');
    });

    test('ends at once when it is told to, as it should', async () => {
      await docker('stop', '--time', '10', name);
      const { out } = await docker('inspect', '--format', '{{.State.ExitCode}}', name);
      expect(out.trim(), (await docker('logs', '--tail', '5', name)).out).toBe('0');
    });
  });
});
