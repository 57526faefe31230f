import { ModifyVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import type { LogLine, OperatorProcess } from '../../k8s-local/operator-process.ts';
import { startAwsProxy, type AwsProxy } from '../support/aws-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { portal, smallNetwork } from '../support/manifests.ts';
import { idsOf, World } from '../support/world.ts';

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

const everything = [portal.namespace, portal.account, portal.network];
const throughProxy = (env: Readonly<Record<string, string>> = {}) =>
  world.operator({ env: { AWS_ENDPOINT_URL: proxy.url, ...env } });

async function baseOf(operator: OperatorProcess): Promise<string> {
  const { address } = await operator.line((line) => line.msg === 'listening');
  return `http://127.0.0.1:${(address as { port: number }).port}`;
}

const metricsOf = async (base: string): Promise<string> => (await fetch(`${base}/metrics`)).text();

async function queueDepth(base: string): Promise<number> {
  return Number(/^landfall_queue_depth (\d+)$/m.exec(await metricsOf(base))?.[1]);
}

/** The node for which a call made something, by the tag that it gave it; undefined for a call that makes no thing. */
function nodeMadeBy({ action, params }: LedgerEntry): string | undefined {
  if (!action?.startsWith('Create') || action === 'CreateTags') return undefined;
  return /"landfall\.dev\/node"(?::|,"Value":)"([^"]+)"/.exec(JSON.stringify(params))?.[1];
}

describe('the operator as a process', () => {
  it('finishes the calls in flight when it is told to stop, writes them down, and gives up the Lease', async () => {
    const before = await world.aws.dump();
    const operator = throughProxy();
    let told: number | undefined;
    proxy.count({
      before: async ({ n, action }) => {
        if (told === undefined && action === 'CreateSubnet') {
          told = n;
          operator.process.kill('SIGTERM');
        }
        // Nobody who left at once would hear the answer.
        if (told !== undefined) await delay(500);
      },
    });
    await world.apply(everything);
    expect(await operator.ended).toBe(0);

    const calls = (await world.writes()).filter(({ status }) => status < 300);
    // Steps that were under way beside the subnet end too; none begins after.
    expect(calls.length).toBeLessThan((told ?? 0) + 12);
    const made = calls.flatMap((call) => nodeMadeBy(call) ?? []);
    expect(made.filter((node) => node.startsWith('subnet/')).length).toBeGreaterThan(0);
    const network = await world.read(portal.network);
    const resources = network ? idsOf(network) : {};
    expect(Object.keys(resources).sort()).toEqual([...new Set(made)].sort());
    const after = await world.aws.dump();
    for (const id of Object.values(resources)) expect(after).toContain(id);
    const lease = await world.kubectl('get', 'lease', '-n', 'landfall-system', '-o', 'json');
    const { items } = JSON.parse(lease) as { items: { spec: { holderIdentity?: string } }[] };
    expect(items.map(({ spec }) => spec.holderIdentity ?? '')).toEqual(['']);

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
    const base = await baseOf(operator);
    const text = await metricsOf(base);
    expect(text).toMatch(/landfall_aws_calls_total\{service="ec2",action="CreateVpc",result="ok"\} 1/);
    expect(text).toMatch(/landfall_resources\{kind="SecureVpc",ready="True"\} 1/);
    expect(text).toMatch(/landfall_reconcile_seconds_count\{kind="SecureVpc",result="ok"\} [1-9]/);
    expect(text).toMatch(/landfall_leader 1/);
    expect(text).not.toContain('landfall_drift_repairs_total{');
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    expect((await fetch(`${base}/secrets`)).status).toBe(404);

    const network = await world.read(portal.network);
    const { vpc } = network ? idsOf(network) : {};
    await world.ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: false } }));
    await eventually('a repair is counted', async () =>
      (await metricsOf(base)).includes(
        'landfall_drift_repairs_total{kind="SecureVpc",type="VpcAttributes"} 1\n',
      ),
    );
    await world.remove(portal.network);
    await world.remove(portal.account);
    await operator.stop();
  });

  it('counts by /metrics what waits for a worker, and what AWS refused because it came too fast', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    let reached = false;
    let throttled = 0;
    proxy.count({
      before: async ({ action }) => {
        if (action === 'CreateVpc') {
          reached = true;
          await held;
        }
        return action === 'CreateRouteTable' && (throttled += 1) === 1 ? 'throttle' : undefined;
      },
    });
    const operator = throughProxy({ LANDFALL_CONCURRENCY: '1' });
    const base = await baseOf(operator);
    await world.apply(everything);
    await eventually('the only worker is busy', async () => reached);
    const others = Array.from({ length: 20 }, (_, n) =>
      smallNetwork(`other-${n}`, 'portal', { accountRef: { name: 'nobodys' } }),
    );
    await world.apply(others);
    await eventually('all others wait', async () => (await queueDepth(base)) >= others.length);
    release();
    await world.ready(portal.network);
    await Promise.all(others.map((other) => world.condition(other, 'Stalled')));
    await Promise.all(others.map((other) => world.remove(other)));
    await eventually('none waits', async () => (await queueDepth(base)) === 0);
    expect(await metricsOf(base)).toContain(
      'landfall_aws_throttles_total{service="ec2",action="CreateRouteTable"} 1\n',
    );
    await world.remove(portal.network);
    await world.remove(portal.account);
    await operator.stop();
    proxy.count();
  });
});

describe('the log of a process', () => {
  let lines: readonly LogLine[];
  beforeAll(async () => {
    const operator = world.operator({ env: { LANDFALL_LOG_LEVEL: 'debug' } });
    await world.apply(everything);
    await world.ready(portal.network);
    await world.remove(portal.network);
    await world.remove(portal.account);
    await operator.stop();
    lines = operator.lines;
  });

  it('holds no credential', () => {
    const text = JSON.stringify(lines);
    expect(text).toContain('vpc-');
    expect(text).not.toContain(world.aws.credentials('123456789012').secretAccessKey);
    expect(text).not.toContain(world.plane.adminToken);
  });

  it('tells of every line to which pass over which object it belongs', () => {
    const passes = Map.groupBy(
      lines.filter((line) => line['kind'] !== undefined),
      (line) => String(line['reconcileId']),
    );
    const seen = [...passes.values()].map((pass) => {
      // A second pass of the same id would begin within the first.
      expect(pass.map(({ msg }) => msg).lastIndexOf('pass begins')).toBe(0);
      const [object, ...more] = new Set(pass.map(({ kind, name }) => `${String(kind)} ${String(name)}`));
      expect(more).toEqual([]);
      return { object, msgs: pass.map(({ msg }) => msg) };
    });
    const of = (object: string, msg: string) =>
      seen.filter((pass) => pass.object === object && pass.msgs.includes(msg)).length;
    expect(of('SecureVpc portal/portal', 'plan')).toBeGreaterThan(1);
    expect(of('Account portal', 'account checked')).toBeGreaterThan(1);
    // The first plan and what came of it stand under one id.
    const made = seen.find(({ msgs }) => msgs.includes('plan'));
    expect(made?.msgs.filter((msg) => msg === 'done').length).toBeGreaterThan(10);
    expect(lines.filter(({ msg, reconcileId }) => msg === 'done' && reconcileId === undefined)).toEqual([]);
  });
});
