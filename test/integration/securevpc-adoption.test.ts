import {
  CreateTagsCommand,
  DeleteDhcpOptionsCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
} from '@aws-sdk/client-ec2';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanDocument } from '../../operator/cli/plan-json.ts';
import { ownershipTags } from '../../operator/graph/ownership.ts';
import { startAwsProxy } from '../support/aws-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { makeJoined, specOfJoined, type Joined } from '../support/handmade-joined.ts';
import { complicate, demolish, demolishVpc, makeByHand, specOf, type Handmade } from '../support/handmade.ts';
import { runLandfall, type Run } from '../support/landfall.ts';
import { account, namespace } from '../support/manifests.ts';
import { conditionOf, type Manifest, World } from '../support/world.ts';

let world: World;
let empty: string;
let made: Handmade;
const operators: OperatorProcess[] = [];

const main = account('main', ['team-a', 'team-b'], { adoptionNamespaces: ['team-a'] });
const shop = (spec: object = {}, inNamespace = 'team-a'): Manifest => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  metadata: { name: 'shop', namespace: inNamespace },
  spec: { ...specOf(made), ...spec },
});

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  await world.apply([namespace('team-a'), namespace('team-b'), main]);
  operators.push(world.operator());
  await world.ready(main);
  made = await makeByHand(world);
});
afterAll(() => world?.stop());

/** The object is refused with reason and words, and nothing is written for it. */
async function refused(object: Manifest, reason: string, message: RegExp): Promise<void> {
  const mark = await world.mark();
  await world.apply([object]);
  const stalled = await world.condition(object, 'Stalled', { reason, message });
  expect(conditionOf(stalled, 'Ready')).toMatchObject({ status: 'False', reason });
  expect(await world.writes(mark)).toEqual([]);
  await world.remove(object);
  expect(await world.writes(mark)).toEqual([]);
}

const entry = (node: string, id: string) => ({ adopt: [{ node, id }] });

describe('what cannot be taken over', () => {
  it('by a namespace that the Account does not list', async () => {
    await refused(
      shop({}, 'team-b'),
      'AdoptionNotAllowed',
      /spec\.adopt names vpc-\S+ as vpc and 16 more, but Account main .* add team-b to spec\.aws\.adoptionNamespaces/,
    );
  });

  it('what is not there', () =>
    refused(
      shop(entry('vpc', 'vpc-00000000000000000')),
      'AdoptionRefused',
      /there is no Vpc vpc-00000000000000000 in account 123456789012, region us-east-1; correct the id/,
    ));

  it('what the spec does not fit: nothing is made anew', () =>
    refused(
      shop({ cidr: '172.20.0.0/17', tiers: [{ name: 'private' }], ...entry('vpc', made.vpc) }),
      'AdoptionRefused',
      /Vpc vpc-\S+ cannot become vpc as it is: cidr is 172\.20\.0\.0\/16 and would have to be 172\.20\.0\.0\/17/,
    ));

  it("a subnet of another VPC than the object's", () =>
    refused(
      shop(entry('subnet/private-a', made['back-a'])),
      'AdoptionRefused',
      /vpcId is vpc-\S+ and would have to be \$\{vpc\.id\}/,
    ));
});

/** Calls that make things, tags aside. */
const makes = (writes: readonly LedgerEntry[]) =>
  writes.flatMap(({ action }) =>
    action && /^(Create(?!Tags)|Put(?!RolePolicy)|Allocate)/.test(action) ? [action] : [],
  );

/** The tags of a thing of EC2. */
async function tagsOf(id: string): Promise<Record<string, string>> {
  const Filters = [{ Name: 'resource-id', Values: [id] }];
  const { Tags } = await world.ec2.send(new DescribeTagsCommand({ Filters }));
  return Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}
const OWNER = 'SecureVpc/team-a/shop';
const look = () =>
  world.kubectl('annotate', '--overwrite', '--namespace=team-a', 'securevpc/shop', `look=${Date.now()}`);

describe('a network that somebody made by hand', () => {
  it('is taken over: tags are added, what differs is changed, nothing is made', async () => {
    const mark = await world.mark();
    await world.apply([shop()]);
    const ready = await world.ready(shop());
    expect(ready.status).toMatchObject({ vpcId: made.vpc, endpoints: { s3: made.s3, logs: made.logs } });
    const writes = await world.writes(mark);
    expect(makes(writes)).toEqual([]);
    // Each thing is tagged once; the rules of groups get their descriptions, the role its policies.
    expect(writes.filter(({ action }) => /^(CreateTags|Tag)/.test(action ?? ''))).toHaveLength(17);
    expect(new Set(writes.map(({ action }) => action))).toEqual(
      new Set([
        'CreateTags',
        'TagResource',
        'TagRole',
        'UpdateAssumeRolePolicy',
        'PutRolePolicy',
        'DeleteRolePolicy',
        'UpdateSecurityGroupRuleDescriptionsIngress',
        'UpdateSecurityGroupRuleDescriptionsEgress',
      ]),
    );
    expect(await tagsOf(made['front-a'])).toMatchObject({
      Name: 'front-a',
      team: 'shop',
      'landfall.dev/adopted': 'true',
      ...ownershipTags('local', OWNER, 'subnet/public-a'),
    });
    const reasons = (await world.events(shop())).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'Adopted')).not.toHaveLength(0);
  });

  it('is looked at like any other: a second pass writes nothing', async () => {
    const mark = await world.mark();
    await look();
    await world.refreshes();
    await world.ready(shop());
    expect(await world.writes(mark)).toEqual([]);
  });

  it('stays taken over when its namespace may do so no longer', async () => {
    await world.edit(main, { aws: { adoptionNamespaces: [] } });
    await world.ready(main);
    await look();
    await world.refreshes();
    await world.ready(shop());
    await world.edit(main, { aws: { adoptionNamespaces: ['team-a'] } });
    await world.ready(main);
  });

  it('cannot be taken over by another object, nor a thing for a second node', async () => {
    await refused(
      { ...shop(entry('vpc', made.vpc)), metadata: { name: 'rival', namespace: 'team-a' } },
      'AdoptionRefused',
      /Vpc vpc-\S+ belongs to SecureVpc\/team-a\/shop; have it let go of there first/,
    );
  });

  it('is taken over again when somebody takes all tags off everything, or one off one', async () => {
    const Resources = [made.vpc, made.gateway, made.back, made['back-a'], made.app, made.s3];
    const mark = await world.mark();
    await world.ec2.send(new DeleteTagsCommand({ Resources }));
    await world.ec2.send(
      new DeleteTagsCommand({ Resources: [made['front-b']], Tags: [{ Key: 'landfall.dev/node' }] }),
    );
    await eventually('tags on everything', async () => {
      const owners = await Promise.all([...Resources, made['front-b']].map((id) => tagsOf(id)));
      return owners.every((tags) => tags['landfall.dev/node'] !== undefined);
    });
    await world.ready(shop());
    for (const id of [...Resources, made['front-b']])
      expect(await tagsOf(id)).toMatchObject({ 'landfall.dev/owner': OWNER, 'landfall.dev/adopted': 'true' });
    expect(makes(await world.writes(mark))).toEqual([]);
  });

  it('is not deleted with its place in the spec', async () => {
    const { endpoints, adopt, ...rest } = specOf(made) as { endpoints: object[]; adopt: { node: string }[] };
    const mark = await world.mark();
    await world.edit(shop(), {
      endpoints: endpoints.slice(0, 1),
      adopt: adopt.filter(({ node }) => node !== 'endpoint/logs'),
    });
    await world.condition(shop(), 'Stalled', {
      reason: 'AdoptedNotInSpec',
      message: new RegExp(`VpcEndpoint ${made.logs} was taken over and not made, so it is not deleted`),
    });
    expect((await world.writes(mark)).filter(({ action }) => action?.startsWith('Delete'))).toEqual([]);
    await world.edit(shop(), { ...rest, endpoints, adopt });
    await world.ready(shop());
  });

  it('is left when the object goes, and found again by the same manifest', async () => {
    const mark = await world.mark();
    await world.remove(shop());
    expect(
      (await world.writes(mark)).filter(({ action }) => /^(Delete|Revoke|Detach)/.test(action ?? '')),
    ).toEqual([]);
    expect(await tagsOf(made['front-a'])).toMatchObject({ 'landfall.dev/owner': OWNER, Name: 'front-a' });
    const again = await world.mark();
    await world.apply([shop()]);
    const { status } = await world.ready(shop());
    expect(status).toMatchObject({ vpcId: made.vpc });
    expect(makes(await world.writes(again))).toEqual([]);
    expect(await tagsOf(made.vpc)).not.toHaveProperty('landfall.dev/retained');
    await world.remove(shop());
    await demolish(world, made);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});

it('what others have marked as theirs is named with them', async () => {
  const other = await makeByHand(world);
  const spec = { ...specOf(other), adopt: [{ node: 'vpc', id: other.vpc }] };
  const theirs: [string, string, RegExp][] = [
    ['services.k8s.aws/namespace', 'networks', /belongs to ACK, in namespace networks/],
    ['crossplane-kind', 'vpc.ec2.aws.upbound.io', /belongs to Crossplane, as vpc\.ec2\.aws\.upbound\.io/],
    ['landfall.dev/installation', 'another', /belongs to an object of Landfall's installation another/],
  ];
  for (const [Key, Value, message] of theirs) {
    await world.ec2.send(new CreateTagsCommand({ Resources: [other.vpc], Tags: [{ Key, Value }] }));
    await refused({ ...shop(), spec }, 'AdoptionRefused', message);
    await world.ec2.send(new DeleteTagsCommand({ Resources: [other.vpc], Tags: [{ Key }] }));
  }
  const { SecurityGroups } = await world.ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [other.vpc] },
        { Name: 'group-name', Values: ['default'] },
      ],
    }),
  );
  const id = SecurityGroups?.[0]?.GroupId ?? '';
  await refused(
    { ...shop(), spec: { ...spec, adopt: [...spec.adopt, { node: 'security-group/ecs', id }] } },
    'AdoptionRefused',
    /it is the default group of vpc-\S+, which AWS never deletes; take the entry out of spec\.adopt/,
  );
  await demolish(world, other);
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
});

/** Runs the command line in a folder, against the local AWS. */
function landfall(cwd: string, ...args: string[]): Promise<Run> {
  return runLandfall(args, {
    cwd,
    env: { ...process.env, ...world.aws.env(), LANDFALL_INSTALLATION: 'local' },
  });
}

describe('landfall adopt', () => {
  let folder: string;
  let other: Handmade;
  let more: Awaited<ReturnType<typeof complicate>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-adopt-'));
    await writeFile(join(folder, 'account.json'), JSON.stringify(main));
    other = await makeByHand(world);
    more = await complicate(world, other);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes what is there, and says what it leaves out and what would change', async () => {
    const { code, out, err } = await landfall(
      folder,
      'adopt',
      other.vpc,
      '-f',
      'account.json',
      '-n',
      'team-a',
    );
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringMatching(/AWS calls, none of which writes/),
    });
    const { spec, ...object } = parse(out) as Manifest & { spec: { adopt: { node: string }[] } };
    expect(object).toMatchObject({ kind: 'SecureVpc', metadata: { name: 'shop-prod', namespace: 'team-a' } });
    const wanted = specOf(other) as typeof spec & { securityGroups: { ecs: object } };
    const rules = [
      { name: 'in-udp-8125-1', direction: 'Ingress', protocol: 'udp', fromPort: 8125, cidr: '10.12.0.0/16' },
      { name: 'out-all-2', direction: 'Egress', protocol: 'all', cidr: '0.0.0.0/0' },
    ];
    const byNode = (one: { node: string }, two: { node: string }) => (one.node < two.node ? -1 : 1);
    expect({ ...spec, adopt: spec.adopt.sort(byNode) }).toEqual({
      ...wanted,
      dns: { support: 'Enabled', hostnames: 'Enabled' },
      securityGroups: { ...wanted.securityGroups, ecs: { ...wanted.securityGroups.ecs, rules } },
      adopt: wanted.adopt.sort(byNode),
    });
    for (const thing of Object.values(more)) expect(comments(out)).toContain(thing);
    await writeFile(join(folder, 'shop.yaml'), out);
  });

  it('announces all that a plan of the manifest shows, tags aside', async () => {
    const manifest = await readFile(join(folder, 'shop.yaml'), 'utf8');
    const { code, out } = await landfall(folder, 'plan', '-f', 'account.json', '-f', 'shop.yaml', '--json');
    expect(code).toBe(2);
    const { summary, plans } = JSON.parse(out) as PlanDocument;
    expect(summary).toMatchObject({ adopt: 17, create: 0, replace: 0, delete: 0, refuse: 0 });
    const actions = (plans[0]?.actions ?? []) as {
      node: string;
      step: string;
      changes: { path: string }[];
    }[];
    const changes = actions.flatMap(({ node, changes: all }) =>
      all.filter(({ path }) => !path.startsWith('tags.')).map(({ path }) => ({ node, path })),
    );
    expect(changes.length).toBeGreaterThan(10);
    for (const { node, path } of changes) {
      expect(comments(manifest)).toContain(node);
      expect(comments(manifest)).toContain(/\[(.*)\]/.exec(path)?.[1] ?? path);
    }
  });

  it('writes a manifest with which the operator takes all of it over, makes nothing, and leaves it', async () => {
    const object = parse(await readFile(join(folder, 'shop.yaml'), 'utf8')) as Manifest;
    const mark = await world.mark();
    await world.apply([object]);
    const { status } = await world.ready(object);
    expect(status).toMatchObject({ vpcId: other.vpc });
    const { code } = await landfall(folder, 'plan', '-f', 'account.json', '-f', 'shop.yaml');
    expect(code, 'nothing is left to do').toBe(0);
    await world.remove(object);
    const writes = await world.writes(mark);
    expect(makes(writes)).toEqual([]);
    expect(
      writes.flatMap(({ action }) =>
        /^(Delete(?!Rout|RolePolicy)|Detach)/.test(action ?? '') ? [action] : [],
      ),
    ).toEqual([]);
    expect(await tagsOf(other.vpc)).toMatchObject({ 'landfall.dev/owner': 'SecureVpc/team-a/shop-prod' });
    await demolish(world, other);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });

  it.each([
    ['arn:aws:ecs:us-east-1:123456789012:cluster/web', /is of ECS, and no manifest is written of a cluster/],
    ['vpc-x', /vpc-x is not the id of a VPC; type `landfall adopt vpc-\S+ -f account\.json`/],
    ['vpc-00000000', /there is no VPC vpc-00000000 in account 123456789012, region us-east-1/],
  ])('says of %s what is wrong', async (id, words) => {
    const { code, out, err } = await landfall(folder, 'adopt', id, '-f', 'account.json');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(words);
  });
});

describe('a network with NAT gateways, a transit gateway and a further block', () => {
  let folder: string;
  let joined: Joined;
  let spec: ReturnType<typeof specOfJoined>;
  const object = (more: object = {}): Manifest => ({
    ...shop(),
    metadata: { name: 'shop-joined', namespace: 'team-a' },
    spec: { ...spec, ...more },
  });
  const adopted = () => landfall(folder, 'adopt', joined.nodes.vpc, '-f', 'account.json', '-n', 'team-a');
  const specIn = (out: string) => {
    const { spec: found } = parse(out) as { spec: typeof spec };
    return { ...found, adopt: found.adopt.sort((one, two) => (one.node < two.node ? -1 : 1)) };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-adopt-'));
    await writeFile(join(folder, 'account.json'), JSON.stringify(main));
    joined = await makeJoined(world, 'PerZone');
    spec = specOfJoined(joined);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has all of that in the manifest that `landfall adopt` writes, and nothing would change', async () => {
    const { code, out } = await adopted();
    expect(code).toBe(0);
    expect(specIn(out)).toEqual(spec);
    expect(comments(out)).toMatch(
      /The manifest says all of it\.[^]*14 things get .*\n# Nothing else changes\./,
    );
    await writeFile(join(folder, 'shop.yaml'), out);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'elastic-ip/a',
      'services.k8s.aws/namespace',
      'networks',
      /^ElasticIp eipalloc-\S+ belongs to ACK, in namespace networks/,
    ],
    [
      'nat-gateway/b',
      'crossplane-kind',
      'natgateway',
      /^NatGateway nat-\S+ belongs to Crossplane, as natgateway/,
    ],
    [
      'transit-gateway-attachment',
      'landfall.dev/installation',
      'x',
      /^TransitGatewayAttachment tgw-attach-\S+ belongs to an object of Landfall's installation x/,
    ],
  ])('is refused as a whole where its %s is marked by %s', async (node, Key, Value, message) => {
    const Resources = [joined.nodes[node] ?? ''];
    await world.ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key, Value }] }));
    await refused(object(), 'AdoptionRefused', message);
    const { code, out } = await adopted();
    expect(code).toBe(0);
    expect(specIn(out).adopt.map((one) => one.node)).not.toContain(node);
    expect(comments(out)).toMatch(new RegExp(message.source.slice(1)));
    await world.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key }] }));
  });

  it('is refused where an address would be taken over without the gateway that it serves', () =>
    refused(
      object({ adopt: spec.adopt.filter(({ node }) => node !== 'nat-gateway/a') }),
      'AdoptionRefused',
      /^ElasticIp eipalloc-\S+ is in use by eni-\S+, which is no thing of SecureVpc\/team-a\/shop-joined; free it, take over/,
    ));

  it('is taken over with nothing but tags, and nothing is left to plan', async () => {
    const mark = await world.mark();
    const manifest = parse(await readFile(join(folder, 'shop.yaml'), 'utf8')) as Manifest;
    await world.apply([manifest]);
    const { status } = await world.ready(manifest);
    expect(status).toMatchObject({
      vpcId: joined.nodes.vpc,
      natGateways: [{ id: joined.nodes['nat-gateway/a'] }, { id: joined.nodes['nat-gateway/b'] }],
      secondaryCidrs: [{ cidr: '172.23.0.0/16', state: 'associated' }],
      transitGatewayAttachmentId: joined.nodes['transit-gateway-attachment'],
    });
    const writes = await world.writes(mark);
    expect(writes.map(({ action }) => action)).toEqual(Array(14).fill('CreateTags'));
    expect(await tagsOf(joined.nodes['nat-gateway/a'] ?? '')).toMatchObject({
      Name: 'way-out-a',
      'landfall.dev/adopted': 'true',
      ...ownershipTags('local', 'SecureVpc/team-a/shop-joined', 'nat-gateway/a'),
    });
    const { code } = await landfall(folder, 'plan', '-f', 'account.json', '-f', 'shop.yaml');
    expect(code, 'nothing is left to do').toBe(0);
  });

  it('is left when the object goes', async () => {
    const mark = await world.mark();
    await world.remove(object());
    expect(new Set((await world.writes(mark)).map(({ action }) => action))).toEqual(new Set(['CreateTags']));
    await demolishJoined();
  });

  it('is taken over likewise where one gateway serves all zones, in the zone where it stands', async () => {
    joined = await makeJoined(world, 'Single');
    spec = specOfJoined(joined);
    const { code, out } = await adopted();
    expect(code).toBe(0);
    expect(specIn(out)).toEqual(spec);
    expect(comments(out)).toMatch(/11 things get .*\n# Nothing else changes\./);
    const mark = await world.mark();
    const manifest = parse(out) as Manifest;
    await world.apply([manifest]);
    const { status } = await world.ready(manifest);
    expect(status).toMatchObject({
      natGateways: [{ zone: 'us-east-1b', id: joined.nodes['nat-gateway/b'] }],
    });
    expect((await world.writes(mark)).map(({ action }) => action)).toEqual(Array(11).fill('CreateTags'));
    await writeFile(join(folder, 'shop.yaml'), out);
    const plan = await landfall(folder, 'plan', '-f', 'account.json', '-f', 'shop.yaml');
    expect(plan.code, 'nothing is left to do').toBe(0);
    await world.remove(manifest);
    await demolishJoined();
  });

  async function demolishJoined(): Promise<void> {
    await demolishVpc(world, joined.nodes.vpc);
    await world.ec2.send(new DeleteDhcpOptionsCommand({ DhcpOptionsId: joined.dhcpOptions }));
    await eventually('AWS as before', async () => (await world.aws.dump()) === empty);
  }
});

/** The operator is killed at this write to AWS of an adoption, at this moment of it. */
const POINTS: readonly [n: number, phase: 'before' | 'after' | 'answering'][] = [
  [1, 'after'],
  [11, 'answering'],
  [19, 'after'],
];

describe('a process that is killed while it takes over', () => {
  it.each(POINTS)('at write %i, %s: all is taken over, nothing is made', async (n, phase) => {
    const net = await makeByHand(world);
    for (const operator of operators.splice(0)) await operator.stop();
    const proxy = await startAwsProxy(world.aws.url);
    const start = () => world.operator({ env: { AWS_ENDPOINT_URL: proxy.url }, restarts: false });
    const victim = start();
    let killed: Promise<void> | undefined;
    const at = (moment: typeof phase) => (write: { readonly n: number }) => {
      if (killed === undefined && moment === phase && write.n === n) killed = victim.kill();
      return killed !== undefined && (moment !== 'before' || phase === 'before')
        ? ('drop' as const)
        : undefined;
    };
    proxy.count({ before: at('before'), after: at('after'), answering: at('answering') });
    const mark = await world.mark();
    const object = { ...shop(specOf(net)), metadata: { name: `killed-${n}`, namespace: 'team-a' } };
    await world.apply([object]);
    await eventually('the kill', async () => killed !== undefined);
    await killed;
    proxy.count({});
    operators.push(start());
    await world.ready(object);
    for (const id of [net.vpc, net.gateway, net.front, net['back-b'], net.db, net.logs, net.flowLog])
      expect(await tagsOf(id)).toMatchObject({ 'landfall.dev/owner': `SecureVpc/team-a/killed-${n}` });
    expect(makes(await world.writes(mark))).toEqual([]);
    await world.remove(object);
    await demolish(world, net);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
    for (const operator of operators.splice(0)) await operator.stop();
    await proxy.stop();
  });
});

function comments(manifest: string): string {
  return manifest
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .join('\n');
}
