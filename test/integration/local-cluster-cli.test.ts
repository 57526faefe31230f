import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../k8s-local/cluster/run.ts';
import { findKubectl } from '../../k8s-local/cluster/shell.ts';
import { type Remains, remainsIn } from '../../k8s-local/node/ending.ts';
import { makeImage } from '../../k8s-local/node/image.ts';
import { areOnAll, type NodeImages } from '../../k8s-local/platform/cluster-images.ts';
import { ownSourceName, SERVICE_IMAGE } from '../../k8s-local/platform/images.ts';
import { eventually } from '../support/eventually.ts';
import { descendants, expectNoTraces } from '../support/node-traces.ts';
import { PROBE_IMAGE, probeImage } from '../support/probe-image.ts';

const cli = resolve(import.meta.dirname, '../../k8s-local/cli.ts');
const ofDocker = `landfall-test/probe:${process.pid}`;

let state: string;
let folder: string;
let archive: string;
let kubeconfig: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'landfall-state-'));
  folder = join(state, 'local', 'node');
  archive = await probeImage();
});
afterAll(async () => {
  await local('down');
  await run('docker', ['image', 'rm', '--force', ofDocker, PROBE_IMAGE]);
  await rm(state, { recursive: true });
});

/** The command line with a state of its own; the docker of the PATH may be any. */
const localWith = (env: Readonly<Record<string, string>>, ...args: string[]) =>
  run(process.execPath, [cli, ...args], { env: { ...process.env, LANDFALL_STATE: state, ...env } });
const local = (...args: string[]) => localWith({}, ...args);
const ok = async (...args: string[]): Promise<string> => {
  const done = await local(...args);
  expect(done, done.stderr).toMatchObject({ code: 0 });
  return done.stdout.trim();
};
const kubectl = async (...args: string[]): Promise<string> => {
  const done = await run(await findKubectl(), [`--kubeconfig=${kubeconfig}`, ...args]);
  expect(done, done.stderr).toMatchObject({ code: 0 });
  return done.stdout;
};
const pidsOf = async ({ pid }: Remains): Promise<number[]> => [pid, ...(await descendants(pid))];

it('says that nothing is up', async () => {
  expect(await local('status')).toMatchObject({ code: 1, stdout: 'down\n' });
  expect(await local('kubeconfig')).toMatchObject({
    code: 1,
    stderr: 'No local cluster is up: bring one up first.\n',
  });
});

it('brings up a cluster that outlives it, and no second one', async () => {
  kubeconfig = await ok('up', '--provider', 'source');
  expect(await ok('up')).toBe(kubeconfig);
  expect(await ok('kubeconfig')).toBe(kubeconfig);
  expect(await ok('status')).toMatch(/^up: source\nkubeconfig: .*\nNAME .*\nlandfall +Ready /);
});

it('takes images of an archive and of Docker', async () => {
  const docker = async (...args: string[]) => expect(await run('docker', args)).toMatchObject({ code: 0 });
  await docker('load', '--input', archive);
  await docker('tag', PROBE_IMAGE, ofDocker);
  await ok('load-image', archive, ofDocker);
  for (const [name, image] of [
    ['archive', PROBE_IMAGE],
    ['docker', ofDocker],
  ] as const) {
    await kubectl('run', name, `--image=${image}`, '--image-pull-policy=Never', '--', 'serve', '8080');
    await kubectl('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s');
  }
  expect(await local('load-image', 'landfall-test/nowhere:1')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /docker save landfall-test\/nowhere:1 failed: Error response from daemon/,
    ) as string,
  });
});

it('passes the test of provider and consumer, without the operator; where the provider is not reached, it names the call', async () => {
  const namespace = ['-n', 'microservice-test'];
  await kubectl('create', 'namespace', 'microservice-test');
  await kubectl('create', 'service', 'clusterip', 'api-service-provider', '--tcp=8080', ...namespace);
  const failed = await local('test');
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/\nPOST \/call\/api-service was answered with 50\d: .*\n$/) as string,
  });
  expect(failed.stdout).toMatch(/^GET \/health: 200\n/);

  const nobodyElse = '{"spec":{"selector":{"app":null}}}';
  await kubectl('patch', 'service', 'api-service-provider', '-p', nobodyElse, ...namespace);
  const answered = await ok('test');
  expect(answered.match(/^(GET|POST) .*/gmu)).toEqual([
    'GET /health: 200',
    'GET /ready: 200',
    'GET /services: 200',
    'POST /call/api-service: 200',
    'POST /call/api-service: 200',
    'GET /status: 200',
    'GET /metrics: 200',
  ]);
  expect(answered).toContain('"action": "get_data"');
  expect(answered).toMatch(/\nGET \/metrics: 200\n(?:.*\n){5}… \(\d\d+ lines\)\nIt is up/);
  expect(answered).toContain('kubectl delete namespace microservice-test removes it.');
});

it('takes no other image of the name for what stands in service/, and says so where there is no Docker to build that', async () => {
  const other = join(state, 'other.tar');
  await makeImage({
    name: 'docker.io/library/microservice:latest',
    program: join(dirname(archive), 'probe'),
    archive: other,
  });
  await ok('load-image', other);
  await eventually('the node says so', async () => {
    const nodes = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as { items: NodeImages[] };
    const source = await ownSourceName(SERVICE_IMAGE);
    return areOnAll(nodes.items, [SERVICE_IMAGE]) && !areOnAll(nodes.items, [SERVICE_IMAGE, source]);
  });
  expect(await localWith({ PATH: state }, 'test')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(
      "no Docker here to build microservice:latest: the cluster's may be older than service/",
    ) as string,
  });

  const former = 'landfall.dev/runs=microservice:of-former';
  await kubectl('annotate', '--overwrite', '-n', 'microservice-test', 'deployment/api-consumer', former);
  const built = await local('test', '--delete');
  expect(built, built.stderr).toMatchObject({ code: 0 });
  expect(built.stderr).toContain("the cluster's microservice:latest is not of what stands in service/ now");
  expect(built.stderr.match(/^restarting .*/gmu)).toEqual([
    'restarting api-consumer, which may run an older image',
  ]);
  expect(await kubectl('get', 'namespace', 'microservice-test', '--ignore-not-found')).toBe('');
});

it('makes a new one after a crash, and takes it down', async () => {
  const first = await remainsIn(folder);
  if (!first) throw new Error('there is no node');
  // The machine was switched off, say.
  const pids = await pidsOf(first);
  process.kill(first.pid, 'SIGKILL');
  expect(await local('status')).toMatchObject({ code: 1 });
  await ok('up', '--provider', 'source');
  const second = await remainsIn(folder);
  if (!second) throw new Error('there is no second node');
  await expectNoTraces(join(state, 'gone'), first, pids);

  const others = await pidsOf(second);
  await ok('down');
  await expectNoTraces(folder, second, others);
  expect(await local('down')).toMatchObject({ code: 0, stderr: 'nothing was up\n' });
});
