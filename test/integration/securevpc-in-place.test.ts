import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNetworkAclCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeTagsCommand,
  DescribeVpcEndpointsCommand,
  DetachInternetGatewayCommand,
  ModifyVpcEndpointCommand,
  type ResourceType,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { planResources } from '../../operator/cli/live.ts';
import { readManifests } from '../../operator/cli/manifests.ts';
import { planText } from '../../operator/cli/plan-text.ts';
import { PLAIN } from '../../operator/cli/terminal.ts';
import { readConfig } from '../../operator/config.ts';
import { deedsOfCall } from '../support/deeds.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { idsOf, type Manifest, pathOf, World } from '../support/world.ts';

const port = (name: string, number: number) => ({ name, port: number });
const tiers = (...names: string[]) => names.map((name) => ({ name }));
const zones = (...letters: string[]) => ({ names: letters.map((letter) => `us-east-1${letter}`) });
const main = account('main', ['place']);
const neighbour = smallNetwork('neighbour', 'place', {
  tiers: tiers('public', 'private'),
  cidr: '10.7.0.0/16',
});
/** Fields as each edit leaves them. */
let spec = {
  zones: zones('a', 'b') as object,
  secondaryCidrs: ['100.64.0.0/16'],
  tiers: tiers('public', 'private') as object[],
  securityGroups: { alb: {}, ecs: {}, data: { ports: [port('mysql', 3306)] }, endpoints: {} } as Record<
    string,
    object
  >,
  endpoints: [{ service: 's3' }, { service: 'logs' }, { service: 'kms' }] as Endpoint[],
  flowLogs: {},
};
interface Endpoint {
  readonly service: string;
  readonly tier?: string;
  readonly policy?: object;
}
type Spec = typeof spec;

const networkOf = (fields: object): Manifest => smallNetwork('network', 'place', fields);
const network = networkOf(spec);

let world: World;
let operator: OperatorProcess;
let folder: string;
let empty: string;
let now: Manifest;
/** When both networks stood. */
let made: number;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  Object.assign(process.env, world.aws.env(), {
    LANDFALL_INSTALLATION: 'local',
    LANDFALL_AWS_RATE_SCALE: '0',
  });
  folder = await mkdtemp(join(tmpdir(), 'landfall-place-'));
  operator = world.operator({
    env: { LANDFALL_FAST_LANE_SECONDS: '0.3', LANDFALL_SLOW_LANE_SECONDS: '0.3' },
  });
  await world.apply([namespace('place'), main]);
  await world.apply([network, neighbour]);
  await world.ready(neighbour);
  now = await world.ready(network);
  made = await world.mark();
});
afterAll(async () => {
  await world?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Nodes by the ids that they have or had. */
function nodesOf(...objects: Manifest[]): Map<string, string> {
  return new Map(objects.flatMap((object) => Object.entries(idsOf(object)).map(([node, id]) => [id, node])));
}

/** What a call wrote to, each a node where it is one of the network: things that are made, changed or deleted. */
function subjectsOf(call: LedgerEntry, nodes: ReadonlyMap<string, string>): string[] {
  const deeds = deedsOfCall(call, { idOf: (_, node) => node, associated: (id) => id });
  return deeds.map((deed) => deed.split(' ')[0] ?? '').map((id) => nodes.get(id) ?? id);
}

interface Step {
  readonly before: Manifest;
  readonly after: Manifest;
  readonly writes: readonly LedgerEntry[];
}

/** Gives the network other fields and waits; what it was, what it became and what it took. */
async function edit(fields: Partial<Spec>): Promise<Step> {
  spec = { ...spec, ...fields };
  const before = now;
  const mark = await world.mark();
  await eventually('the edit is written', async () => {
    const object = await world.read(network);
    return world.kube.replace(pathOf(network), { ...object, spec: networkOf(spec).spec }).catch((error) => {
      if (error instanceof Error && /Conflict|modified/.test(error.message)) return undefined;
      throw error;
    });
  });
  now = await world.ready(network);
  const writes = await world.writes(mark);
  await world.refreshes(2);
  expect((await world.writes(mark)).length, 'it stays so').toBe(writes.length);
  return { before, after: now, writes };
}

/** What an edit may do, by nodes; all others keep their ids, and no call writes to them. */
interface Bounds {
  readonly made?: readonly string[];
  readonly gone?: readonly string[];
  /** Things that stay, and are written to. */
  readonly written?: readonly string[];
}

function expectOnly({ before, after, writes }: Step, { made = [], gone = [], written = [] }: Bounds): void {
  const [old, fresh] = [idsOf(before), idsOf(after)];
  const nodes = nodesOf(before, after);
  const subjects = new Set(writes.flatMap((call) => subjectsOf(call, nodes)));
  const stayed = (node: string) => node in old && node in fresh;
  expect({
    made: Object.keys(fresh)
      .filter((node) => !(node in old))
      .sort(),
    gone: Object.keys(old)
      .filter((node) => !(node in fresh))
      .sort(),
    moved: Object.keys(old).filter((node) => stayed(node) && old[node] !== fresh[node]),
    // Of an association with the ACL that AWS makes, nobody but AWS knows the subnet.
    written: [...subjects]
      .filter((node) => node !== 'a' && (stayed(node) || !(node in old || node in fresh)))
      .sort(),
  }).toEqual({ made: [...made].sort(), gone: [...gone].sort(), moved: [], written: [...written].sort() });
}

/** What `landfall plan` prints for these fields, a line for each thing. */
async function planOf(fields: Partial<Spec>): Promise<string[]> {
  const items = [main, networkOf({ ...spec, ...fields })];
  await writeFile(join(folder, 'network.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const { planned } = await planResources(readConfig(), await readManifests([folder]));
  const lines = planned.flatMap((one) => planText(one, PLAIN).split('\n'));
  return lines.filter((line) => /^ {2}(\+|-|~|-\/\+) /.test(line));
}

/** Where calls on these nodes are in the order of all writes. */
function places({ before, after, writes }: Step, verb: RegExp, wanted: readonly string[]): number[] {
  const nodes = nodesOf(before, after);
  return writes.flatMap((call, index) =>
    verb.test(call.action ?? '') && subjectsOf(call, nodes).some((node) => wanted.includes(node))
      ? [index]
      : [],
  );
}

const DATA = ['network-acl/data', 'route-table/data', 'subnet/data-a', 'subnet/data-b'];
/** Who lets the bastion in, and the ACLs on its way. */
const BASTION = [
  'network-acl/private',
  'network-acl/public',
  'security-group/data',
  'security-group/ecs',
  'security-group/endpoints',
];
const with3 = { tiers: tiers('public', 'private', 'data') };
const without = (service: string) => spec.endpoints.filter((endpoint) => endpoint.service !== service);
const changed = (service: string, more: object) =>
  spec.endpoints.map((endpoint) => (endpoint.service === service ? { ...endpoint, ...more } : endpoint));
const read = { name: 'read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::*'] };

interface Case extends Bounds {
  readonly what: string;
  /** From the fields as they are. */
  readonly fields: () => Partial<Spec>;
}

/** Each starts where the one before ended. */
const cases: readonly Case[] = [
  {
    what: 'a tier more',
    fields: () => with3,
    made: DATA,
    written: ['endpoint/s3'],
  },
  {
    what: 'an endpoint moves to another tier',
    fields: () => ({ endpoints: changed('logs', { tier: 'data' }) }),
    written: ['endpoint/logs', 'network-acl/data'],
  },
  {
    what: 'and back',
    fields: () => ({ endpoints: changed('logs', { tier: 'private' }) }),
    written: ['endpoint/logs', 'network-acl/data'],
  },
  {
    what: 'a tier without an ACL',
    fields: () => ({ tiers: [...tiers('public', 'private'), { name: 'data', networkAcl: 'None' }] }),
    gone: ['network-acl/data'],
  },
  {
    what: 'a tier with an ACL',
    fields: () => with3,
    made: ['network-acl/data'],
  },
  {
    what: 'a tier less',
    fields: () => ({ tiers: tiers('public', 'private') }),
    gone: DATA,
  },
  {
    what: 'an endpoint more',
    fields: () => ({ endpoints: [...spec.endpoints, { service: 'ssm' }] }),
    made: ['endpoint/ssm'],
  },
  {
    what: 'an endpoint less',
    fields: () => ({ endpoints: without('ssm') }),
    gone: ['endpoint/ssm'],
  },
  {
    what: 'the policy of an endpoint',
    fields: () => ({ endpoints: changed('s3', { policy: { statements: [read] } }) }),
    written: ['endpoint/s3'],
  },
  {
    what: 'the name of a statement of a policy',
    fields: () => ({ endpoints: changed('s3', { policy: { statements: [{ ...read, name: 'look' }] } }) }),
    written: ['endpoint/s3'],
  },
  {
    what: 'private DNS of an endpoint',
    fields: () => ({ endpoints: changed('kms', { privateDns: 'Disabled' }) }),
    written: ['endpoint/kms'],
  },
  {
    what: 'a group more',
    fields: () => ({
      securityGroups: { ...spec.securityGroups, bastion: { adminCidrs: ['203.0.113.0/24'] } },
    }),
    made: ['security-group/bastion'],
    written: BASTION,
  },
  {
    what: 'a group less',
    fields: () => {
      const { bastion: _, ...others } = spec.securityGroups;
      return { securityGroups: others };
    },
    gone: ['security-group/bastion'],
    written: BASTION,
  },
  {
    what: 'a port of a group more',
    fields: () => ({
      securityGroups: { ...spec.securityGroups, data: { ports: [port('mysql', 3306), port('redis', 6379)] } },
    }),
    written: ['security-group/data', 'security-group/ecs'],
  },
  {
    what: 'the name of a port',
    fields: () => ({
      securityGroups: { ...spec.securityGroups, data: { ports: [port('sql', 3306), port('redis', 6379)] } },
    }),
    written: ['security-group/data', 'security-group/ecs'],
  },
];

describe('in place, an edit writes to no other thing', () => {
  it.each(cases)('$what', async ({ fields, ...bounds }) => {
    expectOnly(await edit(fields()), bounds);
  });
});

/** What has another key is another thing: the former goes when the new one stands, and the plan shows both. */
const renames: readonly (Case & Required<Pick<Bounds, 'made' | 'gone'>>)[] = [
  {
    what: 'an endpoint',
    fields: () => ({ endpoints: [...without('kms'), { service: 'ssm' }] }),
    made: ['endpoint/ssm'],
    gone: ['endpoint/kms'],
  },
  {
    what: 'a zone',
    fields: () => ({ zones: zones('a', 'c') }),
    made: ['subnet/public-c', 'subnet/private-c'],
    gone: ['subnet/public-b', 'subnet/private-b'],
    written: ['endpoint/logs', 'endpoint/ssm'],
  },
  {
    what: 'a group',
    fields: () => {
      const { alb: _, ...others } = spec.securityGroups;
      return { securityGroups: { ...others, bastion: { adminCidrs: ['203.0.113.0/24'] } } };
    },
    made: ['security-group/bastion'],
    gone: ['security-group/alb'],
    written: BASTION,
  },
  {
    what: 'a tier',
    fields: () => ({
      tiers: tiers('public', 'data'),
      endpoints: spec.endpoints.map((endpoint) =>
        endpoint.service === 's3' ? endpoint : { ...endpoint, tier: 'data' },
      ),
    }),
    made: ['network-acl/data', 'route-table/data', 'subnet/data-a', 'subnet/data-c'],
    gone: ['network-acl/private', 'route-table/private', 'subnet/private-a', 'subnet/private-c'],
    written: ['endpoint/logs', 'endpoint/s3', 'endpoint/ssm', 'network-acl/public'],
  },
];

describe('renamed, a thing is made before the former goes', () => {
  it.each(renames)('$what', async ({ fields, made, gone, written = [] }) => {
    const wanted = fields();
    const lines = await planOf(wanted);
    const shown = (mark: string, nodes: readonly string[]) =>
      nodes.filter((node) =>
        lines.some((line) => line.startsWith(`  ${mark} `) && line.includes(` ${node}`)),
      );
    expect(shown('+', made), lines.join('\n')).toEqual(made);
    expect(shown('-', gone), lines.join('\n')).toEqual(gone);
    const step = await edit(wanted);
    expectOnly(step, { made, gone, written });
    const creates = places(step, /^Create/, made);
    const deletes = places(step, /^Delete(?!NetworkAclEntry|Route$)/, gone);
    expect(creates.length).toBeGreaterThanOrEqual(made.length);
    expect(Math.min(...deletes)).toBeGreaterThan(Math.max(...creates));
  });

  it('a further block of the VPC', async () => {
    const { before, after, writes } = await edit({ secondaryCidrs: ['100.65.0.0/20'] });
    expect(writes.map(({ action }) => action)).toEqual(['AssociateVpcCidrBlock', 'DisassociateVpcCidrBlock']);
    expect(idsOf(after)).toEqual(idsOf(before));
  });
});

it('no call of all these names anything of the network beside it', async () => {
  const ids = Object.values(idsOf((await world.read(neighbour)) ?? neighbour));
  const later = JSON.stringify((await world.writes(made)).map(({ params }) => params));
  expect(ids.filter((id) => later.includes(id))).toEqual([]);
  expect(ids.length).toBeGreaterThan(5);
});

/** Tags as somebody copies them from a thing of the network, for another of its sort. */
async function copied(id: string, ResourceType: ResourceType) {
  const Filters = [{ Name: 'resource-id', Values: [id] }];
  const { Tags = [] } = await world.ec2.send(new DescribeTagsCommand({ Filters }));
  expect(Tags.length).toBeGreaterThan(3);
  return { TagSpecifications: [{ ResourceType, Tags: Tags.map(({ Key, Value }) => ({ Key, Value })) }] };
}

/** Something of several steps that the operator sees only as a whole; then the network is as it should be again. */
async function unseen(act: () => Promise<void>): Promise<Step> {
  const before = now;
  operator.process.kill('SIGSTOP');
  let mark: number;
  try {
    await act();
    mark = await world.mark();
  } finally {
    operator.process.kill('SIGCONT');
  }
  await eventually('a repair begins', async () => (await world.writes(mark))[0]);
  await world.refreshes(2);
  now = await world.ready(network);
  const writes = await world.writes(mark);
  await world.refreshes(2);
  expect((await world.writes(mark)).length, 'it stays so').toBe(writes.length);
  return { before, after: now, writes };
}
const idOf = (node: string) => idsOf(now)[node] ?? node;
const endpointsTo = async (service: string) => {
  const Filters = [
    { Name: 'vpc-id', Values: [idOf('vpc')] },
    { Name: 'service-name', Values: [`com.amazonaws.us-east-1.${service}`] },
  ];
  const { VpcEndpoints = [] } = await world.ec2.send(new DescribeVpcEndpointsCommand({ Filters }));
  return VpcEndpoints.filter(({ State }) => (State as string) === 'available');
};

describe('of two live things with all tags of one node', () => {
  it('one of each sort that stands in no way: the copies go, and nothing else is written to', async () => {
    const copies: (string | undefined)[] = [];
    const step = await unseen(async () => {
      const { ec2 } = world;
      const VpcId = idOf('vpc');
      const copy = async (node: string, type: ResourceType) => copied(idOf(node), type);
      const vpc = await ec2.send(
        new CreateVpcCommand({ CidrBlock: '10.1.0.0/16', ...(await copy('vpc', 'vpc')) }),
      );
      const gateway = await ec2.send(
        new CreateInternetGatewayCommand(await copy('internet-gateway', 'internet-gateway')),
      );
      const table = await ec2.send(
        new CreateRouteTableCommand({ VpcId, ...(await copy('route-table/data', 'route-table')) }),
      );
      const acl = await ec2.send(
        new CreateNetworkAclCommand({ VpcId, ...(await copy('network-acl/data', 'network-acl')) }),
      );
      const group = await ec2.send(
        new CreateSecurityGroupCommand({
          VpcId,
          GroupName: 'copy',
          Description: 'copy',
          ...(await copy('security-group/ecs', 'security-group')),
        }),
      );
      const subnet = await ec2.send(
        new CreateSubnetCommand({
          VpcId,
          CidrBlock: '10.1.250.0/24',
          ...(await copy('subnet/data-a', 'subnet')),
        }),
      );
      copies.push(
        vpc.Vpc?.VpcId,
        gateway.InternetGateway?.InternetGatewayId,
        table.RouteTable?.RouteTableId,
        acl.NetworkAcl?.NetworkAclId,
        group.GroupId,
        subnet.Subnet?.SubnetId,
      );
    });
    expect(copies).not.toContain(undefined);
    expectOnly(step, { written: copies.map(String) });
    expect(step.writes.filter(({ action }) => action?.startsWith('Delete') !== true)).toEqual([]);
  });

  it('internet gateways: the one that has the VPC is kept, and the route leads there', async () => {
    const VpcId = idOf('vpc');
    const former = idOf('internet-gateway');
    let copy = '';
    await unseen(async () => {
      const { ec2 } = world;
      const made = await ec2.send(new CreateInternetGatewayCommand(await copied(former, 'internet-gateway')));
      copy = made.InternetGateway?.InternetGatewayId ?? '';
      await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: former, VpcId }));
      await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: copy, VpcId }));
    });
    expect(idOf('internet-gateway')).toBe(copy);
    const { InternetGateways } = await world.ec2.send(
      new DescribeInternetGatewaysCommand({
        Filters: [{ Name: 'tag:landfall.dev/owner', Values: ['SecureVpc/place/network'] }],
      }),
    );
    expect(InternetGateways?.map(({ InternetGatewayId }) => InternetGatewayId)).toEqual([copy]);
    const { RouteTables } = await world.ec2.send(
      new DescribeRouteTablesCommand({ RouteTableIds: [idOf('route-table/public')] }),
    );
    const routes = RouteTables?.[0]?.Routes?.filter(({ Origin }) => Origin === 'CreateRoute');
    expect(routes).toMatchObject([{ GatewayId: copy, State: 'active' }]);
  });

  it('gateway endpoints: a table that the copy has goes back, although AWS lets it have but one', async () => {
    const id = idOf('endpoint/s3');
    const table = idOf('route-table/data');
    // In two tables, of which the copy takes one.
    await edit({ tiers: tiers('public', 'private', 'data') });
    await unseen(async () => {
      const { ec2 } = world;
      await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, RemoveRouteTableIds: [table] }));
      await ec2.send(
        new CreateVpcEndpointCommand({
          VpcId: idOf('vpc'),
          ServiceName: 'com.amazonaws.us-east-1.s3',
          RouteTableIds: [table],
          ...(await copied(id, 'vpc-endpoint')),
        }),
      );
    });
    const [kept, ...others] = await endpointsTo('s3');
    expect(others).toEqual([]);
    expect(kept?.VpcEndpointId).toBe(id);
    expect(kept?.RouteTableIds?.sort()).toEqual([table, idOf('route-table/private')].sort());
  });

  it('interface endpoints: a private name that the copy has goes back', async () => {
    const id = idOf('endpoint/logs');
    const [real] = await endpointsTo('logs');
    await unseen(async () => {
      const { ec2 } = world;
      await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, PrivateDnsEnabled: false }));
      await ec2.send(
        new CreateVpcEndpointCommand({
          VpcId: idOf('vpc'),
          ServiceName: 'com.amazonaws.us-east-1.logs',
          VpcEndpointType: 'Interface',
          SubnetIds: real?.SubnetIds,
          SecurityGroupIds: [idOf('security-group/endpoints')],
          PrivateDnsEnabled: true,
          ...(await copied(id, 'vpc-endpoint')),
        }),
      );
    });
    expect(await endpointsTo('logs')).toMatchObject([{ VpcEndpointId: id, PrivateDnsEnabled: true }]);
  });
});

it('and then everything goes', async () => {
  await world.remove(network);
  await world.remove(neighbour);
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
});
