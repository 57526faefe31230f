import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../k8s-local/cluster/run.ts';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { eventually } from '../support/eventually.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy.ts';
import { World } from '../support/world.ts';

const root = join(import.meta.dirname, '..', '..');

let world: World;
let proxy: KubeProxy;

beforeAll(async () => {
  world = await World.start();
  proxy = await startKubeProxy({ kubeconfigPath: world.plane.kubeconfigPath });
});
afterAll(async () => {
  await world.stop();
  await proxy.stop();
});

async function addressOf(operator: OperatorProcess): Promise<string> {
  const { address } = await operator.line((line) => line.msg === 'listening');
  return `http://127.0.0.1:${(address as { port: number }).port}`;
}

it('/healthz turns 503 when the API server has been silent for three times the setting, and back', async () => {
  const silence = 5;
  const operator = world.operator({
    kubeconfigPath: proxy.kubeconfigPath,
    restarts: false,
    // The Lease must not end the operator before its health is seen.
    env: { LANDFALL_WATCH_SILENCE_SECONDS: String(silence), LANDFALL_LEASE_SECONDS: '300' },
  });
  const base = await addressOf(operator);
  const answer = async (path: string) => {
    const response = await fetch(`${base}${path}`);
    return `${response.status} ${await response.text()}`;
  };
  await eventually('it watches', async () => (await answer('/readyz')) === '200 ok');
  expect(await answer('/healthz')).toBe('200 ok');

  const since = performance.now();
  proxy.setHang('all');
  await eventually('it is unhealthy', async () => (await answer('/healthz')) === '503 unhealthy', {
    timeoutMs: 60_000,
  });
  // The last word came before the silence began, by what the steps above took.
  expect((performance.now() - since) / 1000).toBeGreaterThan(silence);
  // Silence ends its life at the kubelet's hand, not its readiness: a Pod that is not ready is not started anew.
  expect(await answer('/readyz')).toBe('200 ok');

  proxy.setHang('off');
  // Requests that were swallowed have their own time-out of 30 s, and the next attempt waits a while.
  await eventually('it is healthy again', async () => (await answer('/healthz')) === '200 ok', {
    timeoutMs: 120_000,
  });
  await operator.stop();
});

it.each([
  [
    'a kubeconfig that cannot be read',
    { KUBECONFIG: '/' },
    /^the kubeconfig \/ cannot be read \(EISDIR: .*\): set KUBECONFIG/,
  ],
  [
    'a setting that is no number',
    { LANDFALL_FAST_LANE_SECONDS: 'abc' },
    /LANDFALL_FAST_LANE_SECONDS is "abc": must be a number of seconds$/,
  ],
  ['a port that is taken', {}, /^another program listens on the port of LANDFALL_HTTP_PORT: .*EADDRINUSE/],
])('it says in a sentence why it does not start: %s', async (_, env, sentence) => {
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  const done = await run(process.execPath, [join(root, 'operator/main.ts')], {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: world.plane.kubeconfigPath,
      LANDFALL_HTTP_PORT: String((taken.address() as AddressInfo).port),
      ...env,
    },
    timeoutMs: 60_000,
  });
  taken.close();
  expect(done).toMatchObject({ code: 1, stderr: '' });
  const lines = done.stdout.trim().split('\n');
  expect(lines).toHaveLength(1);
  const { time: _time, ...line } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect(line).toEqual({
    level: 'fatal',
    msg: 'cannot start',
    message: expect.stringMatching(sentence) as string,
  });
});
