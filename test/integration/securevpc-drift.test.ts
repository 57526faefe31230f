import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { SecureVpc } from '../../operator/api/secure-vpc.ts';
import { AwsAccountSchema } from '../../operator/api/account.ts';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { readRegionFacts } from '../../operator/aws/region-facts.ts';
import { openSession } from '../../operator/aws/session.ts';
import { systemClock } from '../../operator/clock.ts';
import { compileSecureVpc } from '../../operator/compile/secure-vpc.ts';
import { secureVpcKind } from '../../operator/controllers/secure-vpc.ts';
import { kindOf } from '../../operator/graph/kind.ts';
import { NO_MEMORY, plan } from '../../operator/graph/plan.ts';
import { resolve } from '../../operator/graph/ref.ts';
import { Inventory } from '../../operator/inventory/inventory.ts';
import { changePaths } from '../contract/change-paths.ts';
import { type DriftCase, type DriftContext, driftCases } from '../contract/drift-cases.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { portrait } from '../support/portrait.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

let world: World;
let operator: OperatorProcess;
let clients: Omit<DriftContext, 'ids'>;
let asMade: unknown;
let readySince: string | undefined;

beforeAll(async () => {
  world = await World.start();
  clients = {
    ec2: world.ec2,
    iam: new IAMClient(world.clientOptions()),
    logs: new CloudWatchLogsClient(world.clientOptions()),
  };
  operator = world.operator({
    env: { LANDFALL_FAST_LANE_SECONDS: '0.3', LANDFALL_SLOW_LANE_SECONDS: '0.3' },
  });
  await world.apply([portal.namespace, portal.account]);
  await world.apply([portal.network]);
  const made = await world.ready(portal.network);
  asMade = await portrait(world);
  readySince = conditionOf(made, 'Ready')?.lastTransitionTime;
});
afterAll(async () => {
  clients?.iam.destroy();
  clients?.logs.destroy();
  await world?.stop();
});

async function context(): Promise<DriftContext> {
  const object = await world.read(portal.network);
  if (!object) throw new Error('the network is gone');
  return { ...clients, ids: idsOf(object) };
}

it('drift is told in an event', async () => {
  const entry = driftCases['Vpc']?.['tags changed'];
  if (!entry || !('node' in entry)) throw new Error('no case');
  await proveRepair(entry);
  const told = await eventually('the event', async () =>
    (await world.events(portal.network)).find(({ reason }) => reason === 'DriftRepaired'),
  );
  expect(told.type).toBe('Warning');
  expect(told.note).toMatch(/changed Vpc vpc-\w+ \(vpc\) outside Git; put back: tags\.project/);
});

describe.each([...awsKinds.keys()])('drift of %s', (type) => {
  const cases = Object.entries(driftCases[type] ?? {});

  it('has a case for each change that its diff finds', async () => {
    const wanted = (await changesOf(type)).sort();
    const given = cases.map(([name]) => name).filter((name) => !name.endsWith(')'));
    expect(given.sort()).toEqual(wanted);
  });

  for (const [name, entry] of cases) {
    if ('refused' in entry) {
      it(`${name}: AWS refuses it`, async () => {
        const refusal = await entry.attempt(await context()).then(
          () => 'allowed',
          (error: unknown) => (error as Error).name,
        );
        expect(refusal).toBe(entry.refused);
      });
    } else {
      it(`${name}: repaired, Ready all the while`, () => proveRepair(entry));
    }
  }
});

it('one of each kind that can be deleted is lost while nobody looks: all are made again', async () => {
  const at = await context();
  // A subnet last: tables, ACLs and groups are lost while they still serve it.
  const types = Object.keys(driftCases).sort((a, b) => Number(a === 'Subnet') - Number(b === 'Subnet'));
  const lost = types.flatMap((type) => {
    const entry = driftCases[type]?.['deleted'];
    return entry && 'node' in entry ? [entry] : [];
  });
  expect(lost.length).toBe(9);
  operator.process.kill('SIGSTOP');
  for (const entry of lost) await entry.drift(at);
  operator.process.kill('SIGCONT');
  let seen: unknown;
  await eventually(
    'the network is as it was',
    async () => {
      seen = await portrait(world);
      return same(seen);
    },
    { everyMs: 500 },
  ).catch(() => expect(seen).toEqual(asMade));
  await world.ready(portal.network);
});

it('after all this, further refreshes make no write', async () => {
  await world.refreshes(3);
  const mark = await world.mark();
  await world.refreshes(3);
  expect((await world.writes(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
});

async function proveRepair({ node, drift }: DriftCase): Promise<void> {
  // What the repair before wrote is believed until a listing shows it; only then is a difference drift.
  await world.refreshes(2);
  const since = new Date();
  const said = operator.lines.length;
  const tidy = await drift(await context());
  const mark = await world.mark();
  await eventually('the first write of the repair', async () => (await world.writes(mark))[0]);
  let seen: unknown;
  await eventually(
    'the network is as it was, but for what the case itself made',
    async () => {
      seen = await portrait(world);
      return tidy ? planIsEmpty() : same(seen);
    },
    { everyMs: 150, timeoutMs: 15_000 },
  ).catch((error: unknown) => {
    expect(seen).toEqual(asMade);
    throw error;
  });
  const calls = await world.aws.ledger(mark);
  const repair = calls.findIndex((call) => call.write);
  const listing = node.startsWith('role') ? 'GetAccountAuthorizationDetails' : 'DescribeSecurityGroups';
  const refreshes = calls.slice(0, repair).filter(({ action }) => action === listing);
  // One that began before the drift may be under way; the next shows it.
  expect(refreshes.length, 'refreshes until the repair').toBeLessThanOrEqual(2);
  if (tidy) {
    await tidy();
    await eventually('the network is as it was', async () => same(await portrait(world)));
  }
  const object = await settled(since);
  expect(conditionOf(object, 'Ready')).toMatchObject({ status: 'True', lastTransitionTime: readySince });
  expect(conditionOf(object, 'Drifted')).toMatchObject({ status: 'False', reason: 'DriftRepaired' });
  await eventually('a log line that names the node', async () =>
    operator.lines.slice(said).some((line) => line.msg === 'done' && line['node'] === node),
  );
}

/** The object when the repair is written down. */
async function settled(since: Date): Promise<Manifest> {
  let last: Manifest | undefined;
  return eventually(
    'the repair is in the condition',
    async () => {
      last = await world.read(portal.network);
      const drifted = conditionOf(last, 'Drifted');
      return drifted?.status === 'False' && conditionOf(last, 'Reconciling') === undefined && last;
    },
    { seen: () => ({ since, conditions: last?.status?.conditions }) },
  );
}

function same(seen: unknown): boolean {
  return JSON.stringify(seen) === JSON.stringify(asMade);
}

/** The portal's graph beside a fresh reading of AWS, as the operator sees both. */
async function look() {
  const object = await world.read<SecureVpc>(portal.network);
  if (!object) throw new Error('the network is gone');
  const session = openSession({
    accountId: '123456789012',
    region: 'us-east-1',
    credentials: () => Promise.resolve(world.aws.credentials('123456789012')),
    endpoint: world.aws.url,
    callGuard: { before: () => Promise.resolve(), after: () => {} },
  });
  try {
    const inventory = new Inventory({
      session,
      collections: [...awsKinds.values()].map((kind) => kind.collection),
      installation: 'local',
      clock: systemClock,
      graceMs: 0,
      slowLaneMs: 1000,
      onChange: () => {},
    });
    await inventory.load();
    const account = AwsAccountSchema.parse((portal.account.spec as { aws: unknown }).aws);
    const graph = compileSecureVpc({
      object: secureVpcKind.parse(object),
      installation: 'local',
      account,
      facts: await readRegionFacts(session),
    });
    const made = plan({
      graph,
      kinds: awsKinds,
      world: inventory,
      memory: NO_MEMORY,
      survivors: new Map(),
      ignoredTagKeys: account.ignoredTagKeys,
      mayRepeat: () => true,
    });
    return { graph, inventory, plan: made };
  } finally {
    session.close();
  }
}

async function planIsEmpty(): Promise<boolean> {
  return (await look()).plan.actions.length === 0;
}

/** The changes that the diff of a kind finds in any of the portal's nodes of it, and the loss of tags and thing. */
async function changesOf(type: string): Promise<string[]> {
  const { graph, inventory, plan: made } = await look();
  const kind = kindOf(awsKinds, type);
  const outputs = new Map(made.standing.map((standing) => [standing.node, standing.outputs]));
  const paths = [...graph.nodes.values()]
    .filter((node) => node.type === type)
    .flatMap((node) => {
      const inputs = resolve(node.inputs, (at) => outputs.get(at.node)?.[at.output]);
      const view = inventory.view(kind.collection);
      const id = made.standing.find((standing) => standing.node === node.key)?.id ?? '';
      const record = kind.find ? kind.find(view, inputs) : view.get(id);
      if (!record) throw new Error(`${node.key} is not there`);
      return changePaths(kind, inputs, record);
    });
  const own = kind.create ? ['tags missing', 'tags extra', 'tags changed', 'deleted'] : [];
  return [...new Set([...paths.filter(({ fixed }) => !fixed).map(({ path }) => path), ...own])];
}
