import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { startAwsProxy, type AwsProxy } from '../support/aws-proxy.ts';
import { portal } from '../support/manifests.ts';
import { World } from '../support/world.ts';

let world: World;
let proxy: AwsProxy;

beforeAll(async () => {
  world = await World.start();
  proxy = await startAwsProxy(world.aws.url);
});
afterAll(async () => {
  await proxy.stop();
  await world.stop();
});

async function portOf(operator: OperatorProcess): Promise<number> {
  const { address } = await operator.line((line) => line.msg === 'listening');
  return (address as { port: number }).port;
}

const everything = [portal.namespace, portal.account, portal.network];
const throughProxy = () => world.operator({ env: { AWS_ENDPOINT_URL: proxy.url } });

describe('the operator as a process', () => {
  it('finishes the call in flight when it is told to stop, writes it down, and gives up the Lease', async () => {
    const before = await world.aws.dump();
    const operator = throughProxy();
    const stopAt = 10;
    proxy.count({
      before: ({ n }) => {
        if (n === stopAt) operator.process.kill('SIGTERM');
      },
    });
    await world.apply(everything);
    expect(await operator.ended).toBe(0);
    const sent = await world.aws.ledger();
    const made = sent.filter((call) => call.write);
    // Steps that were under way beside the tenth end too; none begins after.
    expect(made.length).toBeGreaterThanOrEqual(stopAt);
    expect(made.length).toBeLessThan(stopAt + 12);
    const network = await world.read(portal.network);
    const resources = (network?.status?.['resources'] ?? []) as { id: string }[];
    expect(resources.length).toBeGreaterThan(0);
    expect(
      await world.kubectl(
        'get',
        'lease',
        '-n',
        'landfall-system',
        '-o',
        'jsonpath={.items[*].spec.holderIdentity}',
      ),
    ).toBe('');

    proxy.count();
    const successor = throughProxy();
    await world.ready(portal.network);
    await world.remove(portal.network);
    await world.remove(portal.account);
    await successor.stop();
    expect(await world.aws.dump()).toBe(before);
  });

  it('tells by /metrics what it does, and by /healthz and /readyz that it does', async () => {
    const operator = throughProxy();
    await world.apply(everything);
    await world.ready(portal.network);
    const base = `http://127.0.0.1:${await portOf(operator)}`;
    const text = await (await fetch(`${base}/metrics`)).text();
    expect(text).toMatch(/landfall_aws_calls_total\{service="ec2",action="CreateVpc",result="ok"\} 1/);
    expect(text).toMatch(/landfall_resources\{kind="SecureVpc",ready="True"\} 1/);
    expect(text).toMatch(/landfall_reconcile_seconds_count\{kind="SecureVpc",result="ok"\} [1-9]/);
    expect(text).toMatch(/landfall_queue_depth \d/);
    expect(text).toMatch(/landfall_leader 1/);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    expect((await fetch(`${base}/secrets`)).status).toBe(404);
    await world.remove(portal.network);
    await world.remove(portal.account);
    await operator.stop();
  });

  it('never writes a credential into its log', async () => {
    const secret = world.aws.credentials('123456789012').secretAccessKey;
    const operator = world.operator({ env: { LANDFALL_LOG_LEVEL: 'debug' } });
    await world.apply(everything);
    await world.ready(portal.network);
    await world.remove(portal.network);
    await world.remove(portal.account);
    await operator.stop();
    const text = JSON.stringify(operator.lines);
    expect(text).toContain('vpc-');
    expect(text).not.toContain(secret);
    expect(text).not.toContain(world.plane.adminToken);
  });
});
