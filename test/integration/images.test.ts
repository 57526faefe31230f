import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { CreateVpcCommand, DeleteVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeAll, describe, expect, test } from 'vitest';

import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { type LocalAws, startLocalAws } from '../../k8s-local/aws/local-aws.ts';
import { CONFINED } from '../../k8s-local/service/run.ts';
import { build, docker, filesOf, type Run, WHO_AND_WHAT } from '../support/image.ts';
import { portal } from '../support/manifests.ts';
import { QUICK, World } from '../support/world.ts';

// Another base image than the public one, where that cannot be pulled; .ci/docker makes it.
const pythonImage = process.env['LANDFALL_TEST_PYTHON_IMAGE'];

const root = resolve(import.meta.dirname, '../..');

const answers = await dockerAnswers(process.env);
const ci = process.env['CI'] === 'true';

describe(
  answers ? 'images' : 'images: no Docker daemon answers, so only what is said about that is tested',
  () => {
    if (ci) {
      test('in CI a Docker daemon answers', () => {
        expect(answers, 'no Docker daemon answers, so the images cannot be tested: see .ci/docker').toBe(
          true,
        );
      });
    }

    test('without a daemon the launcher says so in one sentence', async () => {
      const env = { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
      await expect(startLocalAws({ image: 'landfall-local-aws', env })).rejects.toThrow(
        /^The local AWS as a container needs Docker, and no Docker daemon answers: [^.]*\.$/,
      );
    });

    if (answers) {
      describe('the local AWS', localAws);
      describe('the operator', operator);
      test('both together make a network and leave nothing, with the rights of manifests/install', together);
    }
  },
);

/** What an SDK client needs to be the administrator of `account`. */
function clientOptions(aws: LocalAws, account: string) {
  return { endpoint: aws.url, region: 'us-east-1', credentials: aws.credentials(account) };
}

/** A few calls of two accounts, the ledger that counted them, and the dump before and after. */
async function use(aws: LocalAws): Promise<void> {
  const before = await aws.dump();
  const identity = await new STSClient(clientOptions(aws, 'provider-account')).send(
    new GetCallerIdentityCommand({}),
  );
  expect(identity.Account).toBe('222222222222');

  const ec2 = new EC2Client(clientOptions(aws, 'portal'));
  const { Vpc: vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { Vpcs: listed } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpc?.VpcId ?? ''] }));
  expect(listed?.map((each) => each.CidrBlock)).toEqual(['10.0.0.0/16']);
  expect(await aws.dump()).toContain(vpc?.VpcId);

  await ec2.send(new DeleteVpcCommand({ VpcId: vpc?.VpcId }));
  expect(await aws.dump()).toBe(before);
  const writes = (await aws.ledger()).filter((call) => call.write).map((call) => call.action);
  expect(writes).toEqual(['CreateVpc', 'DeleteVpc']);
}

function localAws(): void {
  test('is built and started where there is no Python, and then runs by the name of its image', async () => {
    const said: string[] = [];
    const env = {
      ...process.env,
      LANDFALL_PYTHON: '/nonexistent/python3',
      ...(pythonImage === undefined ? {} : { BASE_IMAGE: pythonImage }),
    };
    const built = await startLocalAws({ env, progress: (line) => said.push(line) });
    try {
      expect(said.join('\n')).toMatch(/Python 3\.10.*runs in a container instead/);
      expect(built.pid).toBe(0);
      await use(built);
    } finally {
      await built.stop();
    }

    const named = await startLocalAws({ image: 'landfall-local-aws' });
    try {
      await use(named);
    } finally {
      await named.stop();
    }
    expect(await named.ready()).toBe(false);
  });

  test('does not run as root', async () => {
    const { out } = await docker('run', '--rm', '--entrypoint', 'id', 'landfall-local-aws', '-u');
    expect(out.trim()).toBe('10001');
  });
}

const image = 'landfall:test';
function operator(): void {
  /** Runs the image as the Deployment does, here without a network, too. */
  function run(args: string[], options: string[] = []): Promise<Run> {
    return docker('run', '--rm', ...CONFINED, '--network=none', ...options, image, ...args);
  }

  beforeAll(async () => {
    await build(image);
  });

  test('runs as a user that is not root and can write nowhere', async () => {
    const ran = await run(['-e', WHO_AND_WHAT]);
    expect(ran.err).toBe('');
    expect(JSON.parse(ran.out)).toEqual({ uid: 65532, gid: 65532, major: '24', writable: [] });
  });

  test('holds no shell, no npm, no sources and nothing of the machine that built it', async () => {
    const { files, foreign } = await filesOf(image);
    expect(files).toContain('usr/local/bin/node');
    expect(files).toContain('app/dist/operator.js');
    expect(foreign).toEqual([]);
    expect(files.filter((path) => /node_modules|\.npmrc|\.ts$/.test(path))).toEqual([]);
    const shell = await run([], ['--entrypoint', '/bin/sh']);
    expect(shell.code).toBe(127);
  });

  test('finds the libraries to look up names', async () => {
    const lookup =
      "require('node:dns').lookup('aws.test', (error, address) => console.log(error ?? address))";
    const ran = await run(['-e', lookup], ['--add-host', 'aws.test:192.0.2.7']);
    expect(ran.out.trim()).toBe('192.0.2.7');
  });

  test('without the kubeconfig that it is told to use, says so in one log line and ends', async () => {
    const ran = await run([], ['--env', 'KUBECONFIG=/etc/landfall/kubeconfig']);
    expect(ran.code).toBe(1);
    const lines = ran.out.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'fatal',
      msg: 'cannot start',
      message: expect.stringContaining('the kubeconfig /etc/landfall/kubeconfig cannot be read'),
    });
  });

  test('with nothing that names a cluster, says what to do', async () => {
    const ran = await run([], []);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('no cluster: set KUBECONFIG');
  });

  test('is the command line, too, and has the examples with it', async () => {
    const help = await run(['dist/cli.js', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toMatch(/^Usage: landfall /m);
    const graph = await run(['dist/cli.js', 'render', '-f', 'manifests/examples/portal']);
    expect(graph.code, graph.err).toBe(0);
    expect(Object.keys(JSON.parse(graph.out) as object)).not.toEqual([]);
  });
}

async function together(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-images-'));
  const world = await World.start({ LANDFALL_AWS_IMAGE: 'landfall-local-aws' });
  let container = '';
  try {
    expect(world.aws.pid, 'AWS runs in its container').toBe(0);
    await world.claim();
    const empty = await world.aws.dump();
    await world.kubectl('apply', '--server-side', '-k', join(root, 'manifests/install'));
    await world.apply([portal.namespace, portal.account, portal.network]);

    // The user of the image is nobody's here; in a Pod the token is a mounted file that it may read.
    const kubeconfig = join(folder, 'kubeconfig');
    await copyFile(await world.plane.kubeconfigForServiceAccount('landfall-system', 'landfall'), kubeconfig);
    await chmod(kubeconfig, 0o644);
    await chmod(folder, 0o755);
    const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = world.aws.env();
    const env = {
      ...QUICK,
      AWS_ENDPOINT_URL,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      LANDFALL_HTTP_PORT: '0',
      KUBECONFIG: '/kubeconfig',
    };
    const started = await docker(
      'run',
      '--detach',
      ...CONFINED,
      '--network=host',
      '--memory=256m',
      `--volume=${kubeconfig}:/kubeconfig:ro`,
      ...Object.entries(env).map(([name, value]) => `--env=${name}=${value ?? ''}`),
      image,
    );
    expect(started.code, started.err).toBe(0);
    container = started.out.trim();

    await world.ready(portal.network, 60_000);
    await world.remove(portal.network, 60_000);
    expect(await world.aws.dump()).toBe(empty);

    // As Kubernetes ends it: it finishes by itself, before it is killed.
    await docker('stop', '--time', '20', container);
    const { out: code } = await docker('inspect', '--format', '{{.State.ExitCode}}', container);
    expect(code.trim()).toBe('0');
  } catch (error) {
    const { out } = await docker('logs', '--tail', '20', container);
    throw new Error(`the last words of the operator:\n${out}`, { cause: error });
  } finally {
    if (container !== '') await docker('rm', '--force', container);
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
