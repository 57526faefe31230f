import { randomBytes } from 'node:crypto';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../k8s-local/aws/local-aws.ts';
import { interpret } from '../../operator/aws/errors.ts';
import { awsKinds, awsKindsOf } from '../../operator/aws/kinds.ts';
import { readRegionFacts } from '../../operator/aws/region-facts.ts';
import { type AwsSession, openSession } from '../../operator/aws/session.ts';
import { systemClock } from '../../operator/clock.ts';
import { compileSecureVpc, SECURE_VPC_NODES } from '../../operator/compile/secure-vpc.ts';
import type { Outcome } from '../../operator/graph/outcome.ts';
import { apply } from '../../operator/graph/apply.ts';
import { buildGraph, type Graph } from '../../operator/graph/graph.ts';
import { kindOf, type AnyKind, type Collection, type Kinds } from '../../operator/graph/kind.ts';
import { ownerTag, TAG } from '../../operator/graph/ownership.ts';
import { describePlan, NO_MEMORY, plan, type Memory, type Plan } from '../../operator/graph/plan.ts';
import { AWS } from '../../operator/graph/place.ts';
import { Inventory } from '../../operator/inventory/inventory.ts';
import { inputFor, secureVpc } from '../operator/compile/fixtures.ts';
import { small } from '../support/crash-subjects.ts';
import { eventually } from '../support/eventually.ts';
import { nursery } from '../support/prepared.ts';

/**
 * What keeps a repeated create from making a second thing, each means by itself: with it nothing is twice, and with
 * it taken away something is, so that no test here can pass for another reason. The crash suite shows the whole.
 */

const ACCOUNT = '123456789012';
const OWNER = 'SecureVpc/team/net';
const NOTHING = buildGraph(OWNER, []);
/** A listing shows nothing of the last minute's writes. */
const LAGGING = { minSeconds: 60 };

let aws: LocalAws;
let session: AwsSession;
let graph: Graph;
let empty: string;

beforeAll(async () => {
  aws = await startLocalAws({
    nursery,
    progress: console.log,
    env: { ...process.env, LANDFALL_AWS_ENDPOINT_SECONDS: '0.1', LANDFALL_AWS_INTERFACE_SECONDS: '0.1' },
  });
  session = openSession({
    accountId: ACCOUNT,
    region: 'us-east-1',
    credentials: () => Promise.resolve(aws.credentials(ACCOUNT)),
    endpoint: aws.url,
    as: 'the test',
    callGuard: { before: () => Promise.resolve(), after: () => {} },
  });
  const facts = await readRegionFacts(session);
  graph = compileSecureVpc(inputFor(secureVpc(small.made.spec as object), { facts }));
  empty = await aws.dump();
});
afterAll(async () => {
  session?.close();
  await aws?.stop();
});

/** What a process knows of AWS after its first listing; one that lags may not show the thing of a node. */
async function listing(hidden?: string): Promise<Inventory<AwsSession>> {
  const world = new Inventory<AwsSession>({
    session,
    collections: [...awsKinds.values()].map(({ collection }) => without(collection, hidden)),
    installation: 'test',
    clock: systemClock,
    graceMs: 600_000,
    slowLaneMs: 60_000,
    onChange: () => {},
  });
  await world.load();
  return world;
}

function without(
  collection: Collection<object, AwsSession>,
  node: string | undefined,
): Collection<object, AwsSession> {
  return {
    ...collection,
    async *list(...args) {
      for await (const page of collection.list(...args))
        yield page.filter((record) => node === undefined || collection.tags(record)[TAG.node] !== node);
    },
  };
}

/** Of the object whose network it is; a new one after each deletion, since tokens are remembered longer than things. */
let uid = 0;

interface Weakness {
  readonly kinds?: Kinds<AwsSession>;
  readonly memory?: Memory;
  readonly session?: AwsSession;
  /** Whether acknowledged writes are laid over what is listed. */
  readonly overlay?: boolean;
  /** Only what the plan does with this node. */
  readonly only?: string;
}

/** One pass, with some of what keeps it safe taken away. */
async function pass(
  world: Inventory<AwsSession>,
  wanted: Graph,
  { kinds = awsKinds, memory = NO_MEMORY, overlay = true, only, ...weak }: Weakness = {},
): Promise<{ made: Plan; outcomes: Outcome[] }> {
  const whole = plan<AwsSession>({
    graph: wanted,
    kinds,
    place: AWS,
    world,
    memory,
    survivors: new Map(),
    ignoredTagKeys: [],
    mayRepeat: () => false,
  });
  const actions = whole.actions.filter(({ node }) => only === undefined || node === only);
  const outcomes = await apply<AwsSession>({
    plan: { ...whole, actions },
    graph: wanted,
    kinds,
    place: AWS,
    world,
    session: weak.session ?? session,
    uid: `uid-${uid}`,
    concurrency: 12,
    time: '2026-01-01T00:00:00Z',
    wrote: overlay ? world.wrote : () => {},
    interpret,
    onOutcome: () => {},
    stopping: () => false,
  });
  return { made: whole, outcomes };
}

/** Passes on fresh listings until there is nothing to do. */
async function reach(wanted: Graph): Promise<void> {
  if (wanted === NOTHING) uid += 1;
  let last: Plan | undefined;
  await eventually(
    'nothing to do',
    async () => {
      last = (await pass(await listing(), wanted)).made;
      return last.actions.length === 0;
    },
    { everyMs: 100, timeoutMs: 60_000, seen: () => last && describePlan(last).actions },
  );
}

/** The things that AWS really has of a node. */
async function things(kind: AnyKind<AwsSession>, node: string): Promise<object[]> {
  const records = (await listing()).view(kind.collection).ownedBy(ownerTag(OWNER));
  return records.filter((record) => kind.collection.tags(record)[TAG.node] === node && !kind.gone(record));
}

/** A kind of which one create is as if nothing kept it from being repeated; a create of kind `none` has nothing anyhow. */
function weakened(kind: AnyKind<AwsSession>): Kinds<AwsSession> {
  return new Map([
    ...awsKinds,
    [
      kind.type,
      {
        ...kind,
        conflicting: () => Promise.resolve(undefined),
        create(context, inputs) {
          if (!kind.create) throw new Error(`${kind.type} has no create`);
          const other = randomBytes(4).toString('hex');
          const token = kind.idempotency === 'token' ? other : context.token;
          const renamed = kind.idempotency === 'name' && 'name' in inputs;
          return kind.create({ ...context, token }, renamed ? { ...inputs, name: `net-${other}` } : inputs);
        },
      },
    ],
  ]);
}

/** Those of ECS have theirs in ecs-kinds.test.ts. */
const creatable = [...awsKindsOf(SECURE_VPC_NODES).values()].filter((kind) => kind.create !== undefined);

/** Of these the second thing is seen; AWS itself refuses the others one, and without the means nobody goes on. */
const TWICE = new Set([
  'Vpc',
  'RouteTable',
  'NetworkAcl',
  'InternetGateway',
  'DhcpOptions',
  'SecurityGroup',
  'Role',
  'LogGroup',
]);

describe('a successor whose first listing does not show what was made', () => {
  beforeAll(() => reach(graph));
  afterAll(async () => {
    await reach(NOTHING);
    expect((await aws.dump()) === empty, 'AWS is as before').toBe(true);
  });

  it.each(creatable.map(({ type, idempotency }) => [type, idempotency]))(
    '%s: once by its means (%s), and not without it',
    async (type) => {
      const kind = kindOf(awsKinds, type);
      const node = [...graph.nodes.values()].find((one) => one.type === type)?.key;
      if (node === undefined) throw new Error(`no ${type} in the network of crash-subjects.ts`);
      const intents = new Map(kind.idempotency === 'none' ? [[node, { node, time: 0 }]] : []);
      const [only] = await things(kind, node);

      const { outcomes } = await pass(await listing(node), graph, { memory: { ...NO_MEMORY, intents } });
      const outcome = outcomes.find(({ action }) => action.node === node);
      expect(outcome?.action.verb).toBe(kind.idempotency === 'none' ? 'wait' : 'create');
      expect(outcome?.reason).toBe(kind.idempotency === 'none' ? 'WaitingForIntent' : undefined);
      expect((await things(kind, node)).map((record) => kind.collection.id(record))).toEqual([
        kind.collection.id(only ?? {}),
      ]);

      const weak = await pass(await listing(node), graph, { kinds: weakened(kind), only: node });
      const twins = await things(kind, node);
      if (TWICE.has(type)) expect(twins).toHaveLength(2);
      else expect(twins.length === 2 || weak.outcomes[0]?.result !== 'done', JSON.stringify(weak)).toBe(true);
      for (const twin of twins.filter(
        (record) => kind.collection.id(record) !== kind.collection.id(only ?? {}),
      ))
        await kind.delete?.(
          { session, owner: OWNER, node, tags: {}, token: '', keepsCopy: false, wrote: () => {} },
          twin,
        );
      await reach(graph);
    },
  );
});

describe('one attempt of the SDK', () => {
  it.each([
    { name: 'one', weak: () => session, vpcs: 1 },
    { name: 'several', weak: () => ({ ...session, ec2Once: session.ec2 }), vpcs: 2 },
  ])('$name: $vpcs VPCs after an answer that was lost', async ({ weak, vpcs }) => {
    await aws.setDifficulty({ faults: [{ action: 'CreateVpc', effect: 'lost', when: 'after' }] });
    const { outcomes } = await pass(await listing(), graph, { session: weak(), only: 'vpc' });
    await aws.setDifficulty({ faults: [] });
    expect(outcomes[0]?.clear).toBe(vpcs === 2);
    expect(await things(kindOf(awsKinds, 'Vpc'), 'vpc')).toHaveLength(vpcs);
    await reach(NOTHING);
    expect((await aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});

describe('the overlay of acknowledged writes, while listings lag', () => {
  it.each([
    { name: 'with it', overlay: true, vpcs: 1 },
    { name: 'without it', overlay: false, vpcs: 2 },
  ])('$name: $vpcs VPCs after two passes of one process', async ({ overlay, vpcs }) => {
    const world = await listing();
    await aws.setDifficulty({ lag: LAGGING });
    const first = await pass(world, graph, { overlay });
    expect(first.outcomes.find(({ action }) => action.node === 'vpc')?.result).toBe('done');
    await world.refresh(world.names(), systemClock.now());
    const second = await pass(world, graph, { overlay });
    const repeated = second.made.actions.filter(({ verb }) => verb === 'create').map(({ node }) => node);
    if (overlay) expect(repeated).toEqual([]);
    else expect(repeated).toContain('vpc');
    await aws.setDifficulty({ lag: {} });
    expect(await things(kindOf(awsKinds, 'Vpc'), 'vpc')).toHaveLength(vpcs);
    await reach(NOTHING);
    expect((await aws.dump()) === empty, 'AWS is as before').toBe(true);
  });

  it('ends with the first listing that shows what was written: made, or mended', async () => {
    const world = await listing();
    const settled = () =>
      eventually(
        'nothing to do',
        async () => {
          const { made } = await pass(world, graph);
          await world.refresh(world.names(), systemClock.now());
          return made.actions.length === 0;
        },
        { everyMs: 100, timeoutMs: 60_000 },
      );
    await settled();
    expect(world.overlaid).toBe(0);
    const kind = kindOf(awsKinds, 'Role');
    const [role] = await things(kind, 'role/flow-logs');
    const RoleName = kind.collection.id(role ?? {});
    const Statement = [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await session.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    await world.refresh(world.names(), systemClock.now());
    const { made } = await pass(world, graph);
    expect(made.actions.map(({ node }) => node)).toEqual(['role/flow-logs']);
    await settled();
    expect(world.overlaid).toBe(0);
    await reach(NOTHING);
    expect((await aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});
