import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { CreateVpcCommand, DeleteVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { adminClient } from '../../k8s-local/aws/admin-client.ts';
import { accessKeyOf } from '../../k8s-local/aws/identity-files.ts';
import { type LocalAws, serverCommand, startLocalAws } from '../../k8s-local/aws/local-aws.ts';
import { startNursery } from '../../k8s-local/aws/nursery.ts';
import { eventually } from '../support/eventually.ts';

const folder = resolve(import.meta.dirname, '../../k8s-local/aws');

test('the server ends when the process that started it is killed', async () => {
  const program = `
    const { startLocalAws } = await import('${folder}/local-aws.ts');
    const aws = await startLocalAws();
    console.log(aws.url);
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((answer) =>
    createInterface({ input: parent.stdout }).once('line', answer),
  );
  expect(await adminClient(url).ready()).toBe(true);
  parent.kill('SIGKILL');
  await eventually('the server has ended', async () => !(await adminClient(url).ready()));
});

test('a quota of VPCs counts the default one, is of one region, and leaves room again', async () => {
  const aws = await startLocalAws({
    env: { ...process.env, LANDFALL_AWS_DIFFICULTY: '{"quotas":{"vpcs":2}}' },
  });
  const credentials = aws.credentials('portal');
  const client = (region: string) =>
    new EC2Client({ endpoint: aws.url, region, credentials, maxAttempts: 1 });
  const make = (ec2: EC2Client) => ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  try {
    const here = client('us-east-1');
    const made = await make(here);
    await expect(make(here)).rejects.toMatchObject({
      name: 'VpcLimitExceeded',
      message: 'The maximum number of VPCs has been reached.',
    });
    await make(client('eu-west-1'));
    await here.send(new DeleteVpcCommand({ VpcId: made.Vpc?.VpcId }));
    await make(here);
  } finally {
    await aws.stop();
  }
});

test('begins as hard as the environment says, goes back to that with a reset, and refuses nonsense', async () => {
  const start = (difficulty: unknown) =>
    startLocalAws({ env: { ...process.env, LANDFALL_AWS_DIFFICULTY: JSON.stringify(difficulty) } });
  const aws = await start({ throttling: { scale: 0.5 }, permissions: { enforced: true } });
  try {
    const begun = { faults: [], throttling: { scale: 0.5 }, permissions: { enforced: true } };
    expect(await aws.difficulty()).toMatchObject(begun);
    await aws.setDifficulty({ faults: [{ action: 'CreateVpc' }], throttling: { scale: 0 } });
    expect(await aws.difficulty()).toMatchObject({
      faults: [{ action: 'CreateVpc' }],
      throttling: { scale: 0 },
    });
    await aws.reset();
    expect(await aws.difficulty()).toMatchObject(begun);
  } finally {
    await aws.stop();
  }
  await expect(start({ throttling: { scale: -1 } })).rejects.toThrow(
    '--difficulty: throttling: scale wants a number that is not negative',
  );
  await expect(start([1])).rejects.toThrow('--difficulty [1]: not a JSON object');
});

test('servers of one nursery are apart, begin as they are told, and end when they are stopped', async () => {
  const nursery = await startNursery(await serverCommand(0, process.env, console.log));
  const start = (difficulty: unknown) =>
    startLocalAws({
      nursery: nursery.socket,
      env: { ...process.env, LANDFALL_AWS_DIFFICULTY: JSON.stringify(difficulty) },
    });
  const vpcsOf = async ({ url, credentials }: LocalAws) => {
    const ec2 = new EC2Client({ endpoint: url, region: 'us-east-1', credentials: credentials('portal') });
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    return Vpcs.map(({ VpcId }) => VpcId);
  };
  const [first, second] = await Promise.all([start({}), start({ throttling: { scale: 0.5 } })]);
  try {
    expect(await second.difficulty()).toMatchObject({ throttling: { scale: 0.5 } });
    expect(await first.difficulty()).toMatchObject({ throttling: { scale: 0 } });
    expect(await vpcsOf(first)).not.toEqual(await vpcsOf(second));
    await expect(start([1])).rejects.toThrow('--difficulty [1]: not a JSON object');
    await nursery.stop();
    await first.stop();
    expect([await first.ready(), await second.ready()]).toEqual([false, true]);
  } finally {
    await second.stop();
  }
  expect(await second.ready()).toBe(false);
});

/** Runs the command line with a state folder of its own. */
function run(state: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, LANDFALL_STATE: state };
  return promisify(execFile)(process.execPath, [`${folder}/cli.ts`, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}

async function listening(): Promise<{ port: number; close: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return { port: address.port, close: () => server.close() };
}

let state: string;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'landfall-state-'));
});

afterEach(async () => rm(state, { recursive: true }));

test('a port that is taken is said, and a wrong command shows the right ones', async () => {
  const other = await listening();
  expect(await run(state, 'up', '--port', String(other.port))).toMatchObject({
    code: 2,
    err: `Port ${other.port} is taken by another program; choose one with --port N or LANDFALL_AWS_PORT.\n`,
  });
  other.close();
  expect(await run(state, 'upp')).toMatchObject({
    code: 2,
    err: expect.stringContaining('usage: cli.ts up') as string,
  });
  expect(await run(state, 'up', '--port', 'x')).toMatchObject({ code: 2 });
  expect(await run(state, 'ledger')).toMatchObject({
    code: 2,
    err: expect.stringContaining('cli.ts up') as string,
  });
});

test('up, status, ledger, dump and down from the shell', async () => {
  const { port, close } = await listening();
  close();
  try {
    const up = await run(state, 'up', '--port', String(port));
    expect(up.code).toBe(0);
    expect(up.out).toContain(`export AWS_ENDPOINT_URL='http://127.0.0.1:${port}'`);
    expect(await readFile(join(state, 'aws.env'), 'utf8')).toContain(
      `AWS_ENDPOINT_URL=http://127.0.0.1:${port}\n`,
    );
    expect((await run(state, 'up', '--port', String(port))).err).toContain('already running');
    expect((await run(state, 'status')).out).toContain(`running at http://127.0.0.1:${port}`);
    const aws = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: accessKeyOf('base-infra'),
    };
    await new EC2Client(aws).send(new DescribeVpcsCommand({}));
    expect((await run(state, 'ledger')).out).toMatch(/ 111111111111 ec2:DescribeVpcs 200 /);
    expect((await run(state, 'ledger', '--writes', '--json')).out).toBe('[]\n');
    expect(Object.keys(JSON.parse((await run(state, 'dump')).out) as object)).toContain('ec2');
  } finally {
    await run(state, 'down');
  }
  expect(await run(state, 'status')).toMatchObject({ code: 1, out: 'not running\n' });
  expect(existsSync(join(state, 'aws.env'))).toBe(false);
});
