import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, it } from 'vitest';
import { clusters, ecsClusterKind } from '../../operator/aws/ecs/cluster.ts';
import { ecsServiceKind, ecsServices } from '../../operator/aws/ecs/service.ts';
import type { EcsServiceInputs } from '../../operator/aws/ecs/service-settings.ts';
import { taskDefinitionKind } from '../../operator/aws/ecs/task-definition.ts';
import type { TaskDefinitionInputs } from '../../operator/aws/ecs/task-definition-inputs.ts';
import { taskDefinitions } from '../../operator/aws/ecs/task-definitions.ts';
import { interpret } from '../../operator/aws/errors.ts';
import { type AwsSession, openSession } from '../../operator/aws/session.ts';
import { systemClock as clock } from '../../operator/clock.ts';
import { apply } from '../../operator/graph/apply.ts';
import { buildGraph, type GraphNode } from '../../operator/graph/graph.ts';
import { kindRegistry } from '../../operator/graph/kind.ts';
import { ownershipTags } from '../../operator/graph/ownership.ts';
import { NO_MEMORY, plan } from '../../operator/graph/plan.ts';
import { ref } from '../../operator/graph/ref.ts';
import { AWS } from '../../operator/graph/place.ts';
import { Inventory } from '../../operator/inventory/inventory.ts';
import { linesOf } from '../operator/aws/changes.ts';
import { aws } from './local-aws/harness.ts';
import { type OwnNetwork, ownNetwork } from './local-aws/own-network.ts';

// The node kinds of ECS by themselves, with the real planner and inventory, against the local AWS. How they drift is in
// ecsservice-contract.test.ts.

const OWNER = 'EcsService/team/web';
const kinds = kindRegistry<AwsSession>([ecsClusterKind, taskDefinitionKind, ecsServiceKind]);

let session: AwsSession;
let inventory: Inventory<AwsSession>;
let network: OwnNetwork;
let before: string;

function open(): void {
  session = openSession({
    accountId: '123456789012',
    region: 'us-east-1',
    credentials: async () => aws().credentials('123456789012'),
    as: 'the administrator',
    endpoint: aws().url,
    callGuard: { before: async () => {}, after() {} },
  });
  inventory = new Inventory({
    session,
    collections: [clusters, taskDefinitions, ecsServices],
    installation: 'test',
    clock,
    graceMs: 120_000,
    slowLaneMs: 1_800_000,
    onChange: () => {},
  });
}

beforeEach(async () => {
  await aws().reset();
  await aws().hold();
  open();
  network = await ownNetwork();
  before = await aws().dump();
});

function node(type: string, key: string, inputs: object): GraphNode {
  const tags = { project: 'web', ...ownershipTags('test', OWNER, key) };
  return { key, type, inputs, tags, dependsOn: [] };
}

interface Wish {
  readonly image?: string;
  readonly definition?: Partial<TaskDefinitionInputs>;
  readonly service?: Partial<EcsServiceInputs>;
}

function graphOf({ image = 'web:1', definition = {}, service = {} }: Wish) {
  const wanted: TaskDefinitionInputs = {
    family: 'web',
    cpu: '256',
    memory: '512',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [{ name: 'web', image, essential: true, portMappings: [{ containerPort: 80 }] }],
    ...definition,
  };
  const inputs: EcsServiceInputs = {
    cluster: ref('cluster', 'arn'),
    name: 'web',
    taskDefinition: ref('task-definition', 'arn'),
    desiredCount: 2,
    launchType: 'FARGATE',
    platformVersion: 'LATEST',
    network: { subnetIds: network.subnets, securityGroupIds: [network.group], assignPublicIp: false },
    loadBalancers: [],
    deployment: { minimumHealthyPercent: 50, maximumPercent: 200, circuitBreaker: true, rollback: true },
    enableExecuteCommand: false,
    propagateTags: 'SERVICE',
    enableEcsManagedTags: true,
    ...service,
  };
  return buildGraph(OWNER, [
    node('EcsCluster', 'cluster', { name: 'web', containerInsights: 'enabled' }),
    node('TaskDefinition', 'task-definition', wanted),
    node('EcsService', 'service', inputs),
  ]);
}

const NOTHING = buildGraph(OWNER, []);

/** One pass: what was planned, what came of it, and which writes AWS saw. */
async function pass(graph: ReturnType<typeof graphOf>) {
  await inventory.load();
  await inventory.refresh(inventory.names(), clock.now());
  const seq = await aws().mark();
  const made = plan({
    graph,
    kinds,
    place: AWS,
    world: inventory,
    memory: NO_MEMORY,
    survivors: new Map(),
    ignoredTagKeys: [],
    mayRepeat: () => true,
  });
  const outcomes = await apply({
    plan: made,
    graph,
    kinds,
    place: AWS,
    world: inventory,
    session,
    uid: 'uid',
    concurrency: 4,
    time: '2026-01-01T00:00:00Z',
    wrote: inventory.wrote,
    interpret,
    onOutcome: () => {},
    stopping: () => false,
  });
  const calls = await aws().ledger(seq);
  return {
    actions: made.actions.map(({ verb, node: key, changes }) => ({ verb, key, lines: linesOf(changes) })),
    states: new Map(made.standing.map(({ node: key, state }) => [key, state])),
    outputs: new Map(made.standing.map(({ node: key, outputs }) => [key, outputs])),
    outcomes,
    writes: calls.filter((entry) => entry.write).map((entry) => entry.action),
    reads: calls.filter((entry) => !entry.write).map((entry) => entry.action),
  };
}

/** Passes, with time let pass between them, until nothing is to be done and everything is usable; the last one. */
async function settled(graph: ReturnType<typeof graphOf>) {
  for (let turn = 0; turn < 60; turn += 1) {
    const done = await pass(graph);
    const ready = [...done.states.values()].every(({ phase }) => phase === 'ready');
    if (done.actions.length === 0 && ready) return done;
    await aws().letPass(0.2);
  }
  throw new Error('did not settle');
}

/** Lets time pass until ECS runs what ran before, while nobody looks. */
async function rolledBack(): Promise<void> {
  for (let step = 0; step < 100; step += 1) {
    await aws().letPass(0.05);
    const { services } = await session.ecs.send(
      new DescribeServicesCommand({ cluster: 'web', services: ['web'] }),
    );
    const [service] = services ?? [];
    const [deployment, ...others] = service?.deployments ?? [];
    const isOver = others.length === 0 && deployment?.rolloutState === 'COMPLETED';
    if (isOver && service?.taskDefinition?.endsWith('web:1') === true) return;
  }
  throw new Error('did not go back');
}

async function revisions(): Promise<string[]> {
  await inventory.refresh(inventory.names(), clock.now());
  return [...inventory.view(taskDefinitions).all()].map(({ arn }) => arn.split('/').at(-1) ?? '');
}

describe('the node kinds of ECS', () => {
  it('make a service in as few writes as there are things, and a second pass makes none', async () => {
    const first = await pass(graphOf({}));
    expect(new Set(first.writes.slice(0, 2))).toEqual(new Set(['CreateCluster', 'RegisterTaskDefinition']));
    expect(first.writes.slice(2)).toEqual(['CreateService']);
    expect(first.outcomes.map(({ result }) => result)).toEqual(['done', 'done', 'done']);
    const second = await pass(graphOf({}));
    expect(second.actions).toEqual([]);
    expect(second.states.get('service')).toMatchObject({
      phase: 'pending',
      message: expect.stringMatching(/0 of 2 tasks run, rollout IN_PROGRESS/),
    });
    const last = await settled(graphOf({}));
    expect(last.writes).toEqual([]);
    expect(last.outputs.get('service')).toMatchObject({ runningCount: '2', rolloutState: 'COMPLETED' });
    expect(inventory.overlaid).toBe(0);
  });

  it('are gone without a trace when nothing is wanted any more', async () => {
    await settled(graphOf({}));
    const gone = await settled(NOTHING);
    expect(gone.states.size).toBe(0);
    expect((await aws().dump()) === before).toBe(true);
  });

  it('find their own again after everything was forgotten', async () => {
    await settled(graphOf({}));
    session.close();
    open();
    expect((await settled(graphOf({}))).writes).toEqual([]);
  });

  it('list a standing service in four calls, none of which grows with revisions', async () => {
    await settled(graphOf({}));
    const seq = await aws().mark();
    await inventory.refresh(inventory.names(), clock.now());
    const actions = (await aws().ledger(seq)).map((entry) => entry.action);
    expect(actions).toHaveLength(4);
    expect(new Set(actions)).toEqual(
      new Set(['DescribeClusters', 'DescribeServices', 'GetResources', 'ListTaskDefinitions']),
    );
  });

  it('register another revision for other content, roll it out, and keep the last five', async () => {
    await settled(graphOf({}));
    const other = await pass(graphOf({ image: 'web:2' }));
    expect(other.actions.map(({ verb, key, lines }) => [verb, key, ...lines])).toEqual([
      ['create', 'task-definition', 'containers[web].image: web:1 -> web:2 (replace)'],
      ['update', 'service', expect.stringMatching(/^taskDefinition: arn:.*web:1 -> /)],
    ]);
    expect(other.writes).toEqual(['RegisterTaskDefinition', 'UpdateService']);
    for (const image of ['web:2', 'web:3', 'web:4', 'web:5', 'web:6', 'web:7'])
      await settled(graphOf({ image }));
    expect(await revisions()).toEqual(['web:3', 'web:4', 'web:5', 'web:6', 'web:7']);
    const back = await pass(graphOf({ image: 'web:4' }));
    expect(back.writes).toEqual(['UpdateService']);
    expect((await settled(graphOf({ image: 'web:4' }))).outputs.get('task-definition')).toMatchObject({
      revision: '4',
    });
    await settled(NOTHING);
    expect((await aws().dump()) === before).toBe(true);
  });

  it('delete what somebody, or a crash, has only deregistered; in force it is registered anew', async () => {
    await settled(graphOf({}));
    await settled(graphOf({ image: 'web:2' }));
    const deregister = (taskDefinition: string) =>
      session.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
    await deregister('web:1');
    const done = await pass(graphOf({ image: 'web:2' }));
    expect(done.writes).toEqual(['DeleteTaskDefinitions']);
    expect((await settled(graphOf({ image: 'web:2' }))).writes).toEqual([]);
    await deregister('web:2');
    expect((await pass(graphOf({ image: 'web:2' }))).actions).toMatchObject([
      { verb: 'create', key: 'task-definition', lines: ['status: INACTIVE -> ACTIVE (replace)'] },
      { verb: 'update', key: 'service' },
      { verb: 'delete', key: 'task-definition' },
    ]);
    await settled(graphOf({ image: 'web:2' }));
    await deregister('web:3');
    await settled(NOTHING);
    expect((await aws().dump()) === before).toBe(true);
  });

  it('never touch revisions of others in the same family', async () => {
    await settled(graphOf({}));
    await session.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        containerDefinitions: [{ name: 'web', image: 'theirs', memory: 128 }],
      }),
    );
    expect((await settled(graphOf({}))).writes).toEqual([]);
    for (const image of ['web:2', 'web:3', 'web:4', 'web:5', 'web:6', 'web:7'])
      await settled(graphOf({ image }));
    await settled(NOTHING);
    const left = await session.ecs.send(new ListTaskDefinitionsCommand({}));
    expect(left.taskDefinitionArns?.map((arn) => arn.split('/').at(-1))).toEqual(['web:2']);
  });

  // A bad image rolls back, says so, and is not tried again.
  it('let a rollout that failed be, and try again when something changes', async () => {
    await settled(graphOf({}));
    const bad = graphOf({ image: 'registry/does-not-exist:2' });
    await pass(bad);
    await rolledBack();
    for (const turn of [1, 2]) {
      const done = await pass(bad);
      expect(done.writes, `pass ${turn}`).toEqual([]);
      expect(done.states.get('service')).toEqual({ phase: 'ready' });
      expect(done.outcomes).toMatchObject([
        {
          result: 'stalled',
          reason: 'RolloutFailed',
          message: expect.stringMatching(
            /^the rollout of web:2 has failed: .*circuit breaker.*CannotPullContainerError.*goes on with web:1/,
          ),
        },
      ]);
    }
    const scaled = await pass(graphOf({ image: 'registry/does-not-exist:2', service: { desiredCount: 3 } }));
    expect(scaled.writes).toEqual(['UpdateService']);
    expect(scaled.outcomes).toMatchObject([{ result: 'stalled', reason: 'RolloutFailed' }]);
    await settled(graphOf({ image: 'web:3', service: { desiredCount: 3 } }));
    expect(await revisions()).toEqual(['web:1', 'web:2', 'web:3']);
    await settled(NOTHING);
    expect((await aws().dump()) === before).toBe(true);
  });

  it('try a failed rollout once more when a restart is asked for', async () => {
    await settled(graphOf({}));
    const bad = { image: 'registry/does-not-exist:2' };
    await pass(graphOf(bad));
    await rolledBack();
    const again = await pass(graphOf({ ...bad, service: { restartedAt: 'monday' } }));
    expect(again.writes).toEqual(['TagResource', 'UpdateService', 'TagResource']);
    await rolledBack();
    expect((await pass(graphOf({ ...bad, service: { restartedAt: 'monday' } }))).writes).toEqual([]);
  });

  it('say that the first rollout failed, where there is nothing to go back to', async () => {
    const bad = graphOf({ image: 'registry/does-not-exist:1' });
    let done = await pass(bad);
    // AWS tells of tasks that stopped only for a while.
    for (let step = 0; step < 50 && done.states.get('service')?.phase !== 'failed'; step += 1) {
      await aws().letPass(0.2);
      done = await pass(bad);
    }
    expect(done.states.get('service')).toMatchObject({
      phase: 'failed',
      reason: 'RolloutFailed',
      message: expect.stringMatching(
        /tasks failed to start; CannotPullContainerError: .*does-not-exist:1: not found/,
      ),
    });
    await settled(graphOf({ image: 'web:2' }));
  });

  it('change settings in place, and restart', async () => {
    await settled(graphOf({}));
    const wanted = {
      service: {
        desiredCount: 1,
        enableExecuteCommand: true,
        network: {
          subnetIds: [network.subnets[0]],
          securityGroupIds: [network.group],
          assignPublicIp: true,
        },
        deployment: {
          minimumHealthyPercent: 0,
          maximumPercent: 100,
          circuitBreaker: true,
          rollback: false,
        },
        propagateTags: 'NONE' as const,
        enableEcsManagedTags: false,
        restartedAt: 'monday',
      },
    };
    const done = await pass(graphOf(wanted));
    expect(done.writes).toEqual(['TagResource', 'UpdateService', 'TagResource']);
    expect((await settled(graphOf(wanted))).writes).toEqual([]);
    const restarted = { service: { ...wanted.service, restartedAt: 'tuesday' } };
    expect((await pass(graphOf(restarted))).actions).toEqual([
      { verb: 'update', key: 'service', lines: ['restartedAt: monday -> tuesday'] },
    ]);
    expect((await settled(graphOf(restarted))).writes).toEqual([]);
  });

  it('leave a count alone that others set, and put one back that was changed behind our back', async () => {
    await settled(graphOf({}));
    const scale = (desiredCount: number) =>
      session.ecs.send(new UpdateServiceCommand({ cluster: 'web', service: 'web', desiredCount }));
    await scale(4);
    const free = graphOf({});
    const inputs = free.nodes.get('service')?.inputs as { desiredCount?: number };
    delete inputs.desiredCount;
    expect((await settled(free)).outputs.get('service')).toMatchObject({ runningCount: '4' });
    expect((await pass(graphOf({}))).actions).toEqual([
      { verb: 'update', key: 'service', lines: ['desiredCount: 4 -> 2'] },
    ]);
  });

  it('take nobody’s cluster or service for theirs', async () => {
    const theirs = [{ key: 'landfall.dev/owner', value: 'EcsService/team/other' }];
    await session.ecs.send(new CreateClusterCommand({ clusterName: 'web', tags: theirs }));
    const first = await pass(graphOf({}));
    expect(first.outcomes).toMatchObject([
      {
        result: 'stalled',
        reason: 'NameTaken',
        message: expect.stringMatching(/cluster\/web, which belongs to EcsService\/team\/other/),
      },
      { result: 'done' },
      { result: 'skipped' },
    ]);
    expect(first.writes).toEqual(['RegisterTaskDefinition']);
    const elsewhere = graphOf({ service: { cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/web' } });
    await session.ecs.send(
      new CreateServiceCommand({
        cluster: 'web',
        serviceName: 'web',
        taskDefinition: 'web',
        desiredCount: 0,
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: [network.subnets[0]] } },
      }),
    );
    const second = await pass(elsewhere);
    expect(second.outcomes.find(({ action }) => action.node === 'service')).toMatchObject({
      result: 'stalled',
      reason: 'NameTaken',
    });
  });

  it('are made again as they drain, once they are gone', async () => {
    await settled(graphOf({}));
    await session.ecs.send(new DeleteServiceCommand({ cluster: 'web', service: 'web', force: true }));
    const waiting = await pass(graphOf({}));
    expect(waiting.actions).toMatchObject([{ verb: 'wait', key: 'service' }]);
    await settled(graphOf({}));
  });

  it('are replaced beside each other where AWS cannot change them', async () => {
    await settled(graphOf({}));
    const on = { definition: { requiresCompatibilities: ['FARGATE', 'EC2'] as const } };
    await settled(graphOf(on));
    const done = await pass(graphOf({ ...on, service: { launchType: 'EC2' } }));
    expect(done.actions).toMatchObject([
      { verb: 'create', key: 'service', lines: ['launchType: FARGATE -> EC2 (replace)'] },
      { verb: 'delete', key: 'service' },
    ]);
    expect(done.outputs.get('service')).toMatchObject({ name: 'web' });
    const next = await pass(graphOf({ ...on, service: { launchType: 'EC2' } }));
    expect(next.outputs.get('service')?.['name']).toMatch(/^web-[0-9a-f]{8}$/);
  });
});
