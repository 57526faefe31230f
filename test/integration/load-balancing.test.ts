import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ModifyLoadBalancerAttributesCommand,
  RegisterTargetsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../k8s-local/aws/local-aws.ts';
import { interpret } from '../../operator/aws/errors.ts';
import type { ListenerInputs } from '../../operator/aws/elbv2/listener.ts';
import type { LoadBalancerInputs } from '../../operator/aws/elbv2/load-balancer.ts';
import type { TargetGroupInputs } from '../../operator/aws/elbv2/target-group.ts';
import { summaryOf, targetHealth } from '../../operator/aws/elbv2/target-health.ts';
import { type AwsSession, openSession } from '../../operator/aws/session.ts';
import { systemClock } from '../../operator/clock.ts';
import { apply } from '../../operator/graph/apply.ts';
import { buildGraph, type Graph, type GraphNode } from '../../operator/graph/graph.ts';
import { type Collection, kindRegistry } from '../../operator/graph/kind.ts';
import type { Outcome } from '../../operator/graph/outcome.ts';
import { ownershipTags, TAG } from '../../operator/graph/ownership.ts';
import { describePlan, NO_MEMORY, plan, type Plan } from '../../operator/graph/plan.ts';
import { ref } from '../../operator/graph/ref.ts';
import { AWS } from '../../operator/graph/place.ts';
import { Inventory } from '../../operator/inventory/inventory.ts';
import { ELB_KINDS } from '../operator/aws/elbv2/cases.ts';
import { eventually } from '../support/eventually.ts';
import { nursery } from '../support/prepared.ts';

/** The node kinds of Elastic Load Balancing, made, replaced and deleted by plans, without Kubernetes; ecsservice-contract.test.ts drifts them. */

const ACCOUNT = '123456789012';
const OWNER = 'EcsService/team/web';
const NOTHING = buildGraph(OWNER, []);
const kinds = kindRegistry(ELB_KINDS);

let aws: LocalAws;
let session: AwsSession;
let empty: string;
let vpcId: string;
let subnetIds: string[];
let groups: string[];

beforeAll(async () => {
  aws = await startLocalAws({
    nursery,
    progress: console.log,
    env: { ...process.env, LANDFALL_AWS_INTERFACE_SECONDS: '0.1', LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1' },
  });
  session = openSession({
    accountId: ACCOUNT,
    region: 'us-east-1',
    credentials: () => Promise.resolve(aws.credentials(ACCOUNT)),
    endpoint: aws.url,
    as: 'the test',
    callGuard: { before: () => Promise.resolve(), after: () => {} },
  });
});
afterAll(async () => {
  session?.close();
  await aws?.stop();
});

beforeEach(async () => {
  await aws.reset();
  const made = await session.ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  vpcId = made.Vpc?.VpcId ?? '';
  const gateway = await session.ec2.send(new CreateInternetGatewayCommand({}));
  const InternetGatewayId = gateway.InternetGateway?.InternetGatewayId;
  await session.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId: vpcId }));
  subnetIds = [];
  for (const zone of ['a', 'b']) {
    const CidrBlock = `10.0.${subnetIds.length}.0/24`;
    const AvailabilityZone = `us-east-1${zone}`;
    const subnet = await session.ec2.send(
      new CreateSubnetCommand({ VpcId: vpcId, CidrBlock, AvailabilityZone }),
    );
    subnetIds.push(subnet.Subnet?.SubnetId ?? '');
  }
  groups = [];
  for (const GroupName of ['one', 'two']) {
    const group = await session.ec2.send(
      new CreateSecurityGroupCommand({ VpcId: vpcId, GroupName, Description: GroupName }),
    );
    groups.push(group.GroupId ?? '');
  }
  empty = await aws.dump();
});

interface Wanted {
  readonly balancer?: Partial<LoadBalancerInputs>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly group?: Partial<TargetGroupInputs>;
  readonly listener?: Partial<ListenerInputs>;
}

/** A load balancer with a group of targets behind one port. */
function webGraph({ balancer, attributes, group, listener }: Wanted = {}): Graph {
  const thing = (key: string, type: string, inputs: object): GraphNode => ({
    key,
    type,
    inputs,
    tags: ownershipTags('test', OWNER, key),
    dependsOn: [],
  });
  const facet = (key: string, type: string, inputs: object): GraphNode => ({
    ...thing(key, type, inputs),
    tags: {},
  });
  const balancerInputs: LoadBalancerInputs = {
    name: 'web',
    type: 'application',
    scheme: 'internal',
    vpcId,
    subnetIds,
    securityGroupIds: [groups[0] ?? ''],
    ipAddressType: 'ipv4',
    ...balancer,
  };
  const groupInputs: TargetGroupInputs = {
    name: 'web',
    loadBalancerId: ref('load-balancer'),
    vpcId,
    port: 8080,
    protocol: 'HTTP',
    targetType: 'ip',
    healthCheck: {
      protocol: 'HTTP',
      port: 'traffic-port',
      path: '/health',
      intervalSeconds: 30,
      timeoutSeconds: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      matcher: '200',
    },
    ...group,
  };
  const listenerInputs: ListenerInputs = {
    loadBalancerId: ref('load-balancer'),
    port: 80,
    protocol: 'HTTP',
    certificateArn: '',
    sslPolicy: '',
    action: { type: 'forward', targetGroupId: ref('target-group') },
    ...listener,
  };
  return buildGraph(OWNER, [
    thing('load-balancer', 'LoadBalancer', balancerInputs),
    facet('load-balancer-attributes', 'LoadBalancerAttributes', {
      arn: ref('load-balancer'),
      attributes: { 'routing.http.drop_invalid_header_fields.enabled': 'true', ...attributes },
    }),
    thing('target-group', 'TargetGroup', groupInputs),
    facet('target-group-attributes', 'TargetGroupAttributes', {
      arn: ref('target-group'),
      attributes: { 'deregistration_delay.timeout_seconds': '30' },
    }),
    facet('target-health', 'TargetHealth', { targetGroupId: ref('target-group') }),
    thing('listener/80', 'Listener', listenerInputs),
  ]);
}

/** What a process knows of AWS after its first listing; one that lags may not show the thing of a node. */
async function listing(hidden?: string): Promise<Inventory<AwsSession>> {
  const without = (collection: Collection<object, AwsSession>): Collection<object, AwsSession> => ({
    ...collection,
    async *list(...args) {
      for await (const page of collection.list(...args))
        yield page.filter((record) => hidden === undefined || collection.tags(record)[TAG.node] !== hidden);
    },
  });
  const world = new Inventory<AwsSession>({
    session,
    collections: [...kinds.values()].map(({ collection }) => without(collection)),
    installation: 'test',
    clock: systemClock,
    graceMs: 600_000,
    slowLaneMs: 60_000,
    onChange: () => {},
  });
  await world.load();
  return world;
}

function planOf(graph: Graph, world: Inventory<AwsSession>): Plan {
  return plan<AwsSession>({
    graph,
    kinds,
    place: AWS,
    world,
    memory: NO_MEMORY,
    survivors: new Map(),
    ignoredTagKeys: [],
    mayRepeat: () => false,
  });
}

async function pass(
  graph: Graph,
  world?: Inventory<AwsSession>,
): Promise<{ made: Plan; outcomes: Outcome[] }> {
  const known = world ?? (await listing());
  const made = planOf(graph, known);
  const outcomes = await apply<AwsSession>({
    plan: made,
    graph,
    kinds,
    place: AWS,
    world: known,
    session,
    uid: 'uid-1',
    concurrency: 12,
    time: '2026-01-01T00:00:00Z',
    wrote: known.wrote,
    interpret,
    onOutcome: () => {},
    stopping: () => false,
  });
  return { made, outcomes };
}

/** Passes on fresh listings until there is nothing to do. */
async function reach(graph: Graph): Promise<void> {
  let last: Plan | undefined;
  await eventually(
    'nothing to do',
    async () => {
      last = (await pass(graph)).made;
      return last.actions.length === 0;
    },
    { timeoutMs: 60_000, seen: () => last && describePlan(last).actions },
  );
}

/** The writes of what `during` does, by action. */
async function writesOf(during: () => Promise<unknown>): Promise<string[]> {
  const mark = await aws.mark();
  await during();
  return (await aws.ledger(mark)).filter(({ write }) => write).map(({ action }) => action ?? '');
}

/** The id of a node's thing. */
async function idOf(node: string, world?: Inventory<AwsSession>): Promise<string> {
  const { standing } = planOf(webGraph(), world ?? (await listing()));
  return standing.find((one) => one.node === node)?.id ?? '';
}
const verbs = ({ actions }: Plan) => actions.map(({ verb, node }) => `${verb} ${node}`);
const gone = async () => {
  await reach(NOTHING);
  await eventually('AWS as before', async () => (await aws.dump()) === empty);
};

describe('a load balancer with what is behind it', () => {
  it('comes in one pass, stays as it is, and goes without a trace', async () => {
    const world = await listing();
    const writes = await writesOf(() => pass(webGraph(), world));
    expect(writes.sort()).toEqual([
      'CreateListener',
      'CreateLoadBalancer',
      'CreateTargetGroup',
      'ModifyLoadBalancerAttributes',
      'ModifyTargetGroupAttributes',
    ]);
    // What was acknowledged is believed, and borne out by the next listing.
    expect(planOf(webGraph(), world).actions).toEqual([]);
    await world.refresh(world.names(), systemClock.now());
    expect([world.overlaid, planOf(webGraph(), world).actions]).toEqual([0, []]);
    expect(await writesOf(() => pass(webGraph()))).toEqual([]);
    await gone();
  });

  it('for networks, too, with the group that it can only get at once', async () => {
    const graph = webGraph({
      balancer: { type: 'network' },
      attributes: { 'load_balancing.cross_zone.enabled': 'true' },
      group: { protocol: 'TCP' },
      listener: { protocol: 'TCP' },
    });
    const nodes = [...graph.nodes.values()].map((node) =>
      node.key === 'load-balancer-attributes'
        ? {
            ...node,
            inputs: {
              arn: ref('load-balancer'),
              attributes: { 'load_balancing.cross_zone.enabled': 'true' },
            },
          }
        : node,
    );
    const whole = buildGraph(OWNER, nodes);
    await reach(whole);
    const world = await listing();
    const [standing] = planOf(whole, world).standing;
    expect(standing?.outputs['metricName']).toMatch(/^net\/web\/[0-9a-f]{16}$/);
    const other = buildGraph(
      OWNER,
      nodes.map((node) =>
        node.key === 'load-balancer'
          ? {
              ...node,
              inputs: { ...node.inputs, securityGroupIds: [groups[1]], privateLinkInboundRules: 'off' },
            }
          : node,
      ),
    );
    expect(await writesOf(() => pass(other))).toEqual(['SetSecurityGroups']);
    expect(planOf(other, await listing()).actions).toEqual([]);
    await gone();
  });

  it('is pending while AWS sets it up, and its targets are counted', async () => {
    await aws.hold();
    await pass(webGraph());
    const first = planOf(webGraph(), await listing());
    expect(first.standing[0]?.state).toMatchObject({ phase: 'pending', reason: 'WaitingForAws' });
    await aws.letPass(1);
    const world = await listing();
    expect(planOf(webGraph(), world).standing.map(({ state }) => state.phase)).toEqual([
      'ready',
      'ready',
      'ready',
    ]);
    const arn = await idOf('target-group', world);
    const health = async () => {
      const [record] = await targetHealth.get(session, [arn]);
      return record && summaryOf(record);
    };
    expect(await health()).toEqual({ total: 0, healthy: 0, reasons: [] });
    const Targets = [{ Id: '10.0.0.20' }, { Id: '10.0.1.20' }];
    await session.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
    expect(await health()).toEqual({
      total: 2,
      healthy: 0,
      reasons: ['2 initial: Elb.InitialHealthChecking, Initial health checks in progress'],
    });
    await aws.letPass(1);
    expect(await health()).toEqual({ total: 2, healthy: 2, reasons: [] });
    await aws.release();
  });
});

describe('what cannot change', () => {
  it.each([
    ['scheme', { balancer: { scheme: 'internet-facing' as const } }],
    ['name', { balancer: { name: 'other' } }],
  ])(
    'a load balancer’s %s: another takes its place with all that is behind it, then the former goes',
    async (_, change) => {
      await reach(webGraph());
      await eventually('usable', async () =>
        planOf(webGraph(), await listing()).standing.every(({ state }) => state.phase === 'ready'),
      );
      const graph = webGraph(change);
      await aws.hold();
      const { made } = await pass(graph);
      expect(verbs(made)).toEqual([
        'create load-balancer',
        'update load-balancer-attributes',
        'create target-group',
        'update target-group-attributes',
        'create listener/80',
        'delete listener/80',
        'delete load-balancer',
        'delete target-group',
      ]);
      // Both serve while AWS sets the new one up.
      const removals = ['delete listener/80', 'delete load-balancer', 'delete target-group'];
      expect(verbs(planOf(graph, await listing()))).toEqual(removals);
      expect(await writesOf(() => pass(graph))).toEqual([]);
      await aws.letPass(1);
      await aws.release();
      await pass(graph);
      expect(planOf(graph, await listing()).actions).toEqual([]);
      const { LoadBalancers } = await session.elbv2.send(new DescribeLoadBalancersCommand({}));
      expect(LoadBalancers?.map(({ LoadBalancerName }) => LoadBalancerName)).toEqual([
        expect.stringMatching(/^(web|other)-[0-9a-f]{8}$/),
      ]);
      await gone();
    },
  );

  it('a target group’s protocol: another takes its place behind the same listener', async () => {
    await reach(webGraph());
    const graph = webGraph({ group: { protocol: 'HTTPS' } });
    const { made } = await pass(graph);
    expect(verbs(made)).toEqual([
      'create target-group',
      'update target-group-attributes',
      'update listener/80',
      'delete target-group',
    ]);
    expect(planOf(graph, await listing()).actions).toEqual([]);
    await gone();
  });
});

describe('names that are taken', () => {
  const theirs = (more: object = {}) =>
    session.elbv2.send(
      new CreateLoadBalancerCommand({
        Name: 'web',
        Scheme: 'internal',
        Subnets: subnetIds,
        SecurityGroups: [groups[0] ?? ''],
        ...more,
      }),
    );

  it.each([
    ['the same settings, for which AWS answers with theirs', {}],
    ['other settings, for which AWS refuses', { Scheme: 'internet-facing' }],
  ])('by somebody else, with %s: theirs is left alone', async (_, more) => {
    await theirs(more);
    await eventually('active', async () => {
      const found = await session.elbv2.send(new DescribeLoadBalancersCommand({}));
      return found.LoadBalancers?.[0]?.State?.Code === 'active';
    });
    const before = await aws.dump();
    const { outcomes } = await pass(webGraph());
    expect(outcomes[0]).toMatchObject({ result: 'stalled', reason: 'NameTaken' });
    expect(outcomes[0]?.message).toMatch(/:loadbalancer\/app\/web\/[0-9a-f]+, which Landfall does not own/);
    expect((await aws.dump()) === before).toBe(true);
  });

  it.each(['load-balancer', 'target-group', 'listener/80'])(
    'by our own %s, which no listing shows yet: once',
    async (node) => {
      await reach(webGraph());
      const before = await aws.dump();
      const { made, outcomes } = await pass(webGraph(), await listing(node));
      expect(verbs(made)).toContain(`create ${node}`);
      expect(outcomes.map(({ action, result }) => `${action.node}: ${result}`)).toContain(`${node}: done`);
      expect((await aws.dump()) === before).toBe(true);
    },
  );
});

describe('deleting', () => {
  it('waits for a person where the load balancer is protected, and goes on when it is not', async () => {
    await reach(webGraph({ attributes: { 'deletion_protection.enabled': 'true' } }));
    const { outcomes } = await pass(NOTHING);
    const refused = outcomes.find(({ action }) => action.type === 'LoadBalancer');
    expect(refused).toMatchObject({ result: 'stalled', reason: 'AwsRefused' });
    expect(refused?.message).toMatch(/deletion protection is enabled; turn the protection off/);
    await session.elbv2.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: refused?.action.id,
        Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }],
      }),
    );
    await gone();
  });

  it('leaves interfaces behind for a while, by which the group is known to be in use', async () => {
    await reach(webGraph());
    await aws.hold();
    await pass(NOTHING);
    const deleting = session.ec2.send(new DeleteSecurityGroupCommand({ GroupId: groups[0] }));
    await expect(deleting).rejects.toThrow(/dependent object/);
    await aws.letPass(1);
    expect((await aws.dump()) === empty).toBe(true);
    await aws.release();
  });
});

it('a subnet takes the place of another in its zone, of a load balancer for networks in two steps', async () => {
  const made = await session.ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.0.9.0/24', AvailabilityZone: 'us-east-1a' }),
  );
  const other = made.Subnet?.SubnetId ?? '';
  const only = (type: 'application' | 'network', ids: readonly string[]) => {
    const [balancer] = webGraph({ balancer: { type, subnetIds: ids } }).nodes.values();
    return buildGraph(OWNER, balancer ? [balancer] : []);
  };
  for (const [type, steps] of [
    ['application', 1],
    ['network', 2],
  ] as const) {
    await reach(only(type, subnetIds));
    const after = only(type, [other, subnetIds[1] ?? '']);
    expect(await writesOf(() => reach(after))).toEqual(Array.from({ length: steps }, () => 'SetSubnets'));
    await reach(NOTHING);
  }
  await expect(
    session.elbv2.send(new SetSubnetsCommand({ LoadBalancerArn: 'arn:none', Subnets: subnetIds })),
  ).rejects.toMatchObject({ Code: 'LoadBalancerNotFound' });
});
