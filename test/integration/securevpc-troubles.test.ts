import {
  CloudWatchLogsClient,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTagsCommand, DeleteTagsCommand, DescribeTagsCommand, type Tag } from '@aws-sdk/client-ec2';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListRoleTagsCommand,
  TagRoleCommand,
  UntagRoleCommand,
} from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

const PROVIDER = '222222222222';
/** What a network has that goes by a name and not by an id of EC2. */
const BY_NAME = ['log-group/flow-logs', 'role/flow-logs'];

let world: World;
let empty: string;
let iam: IAMClient;
let logs: CloudWatchLogsClient;

const main = account('main', ['team-a'], { adoptionNamespaces: ['team-a'] });

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  iam = new IAMClient(world.clientOptions());
  logs = new CloudWatchLogsClient(world.clientOptions());
  world.operator();
  await world.apply([namespace('team-a'), main]);
  await world.ready(main);
});
afterAll(async () => {
  iam?.destroy();
  logs?.destroy();
  await world?.stop();
});
afterEach(async () => {
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
});

/** A network with most sorts of things, made. */
async function made(
  name: string,
  spec: object = {},
): Promise<{ network: Manifest; ids: Record<string, string> }> {
  const network = smallNetwork(name, 'team-a', {
    tiers: [{ name: 'public' }, { name: 'private' }],
    securityGroups: { ecs: {} },
    endpoints: [{ service: 's3' }],
    flowLogs: {},
    ...spec,
  });
  await world.apply([network]);
  return { network, ids: idsOf(await world.ready(network)) };
}

/** Looked at again by a pass of its own, and by everybody's listings. */
async function lookedAt(network: Manifest): Promise<void> {
  const { name } = network.metadata;
  await world.kubectl(
    'annotate',
    '--overwrite',
    '--namespace=team-a',
    `securevpc/${name}`,
    `look=${Date.now()}`,
  );
  await world.refreshes(2, ['DescribeSubnets', 'GetAccountAuthorizationDetails']);
}

/** Tags of things of EC2, by id. */
async function tagsOf(ids: readonly string[]): Promise<Map<string, Tag[]>> {
  const Filters = [{ Name: 'resource-id', Values: [...ids] }];
  const { Tags } = await world.ec2.send(new DescribeTagsCommand({ Filters }));
  return Map.groupBy(Tags ?? [], ({ ResourceId }) => ResourceId ?? '');
}

describe('tags that somebody took away', () => {
  it('all of them, from everything: each thing is named, nothing is made twice, and it goes on when they are back', async () => {
    const { network, ids } = await made('bare');
    const things = Object.entries(ids).filter(([node]) => !BY_NAME.includes(node));
    const before = await tagsOf(things.map(([, id]) => id));
    const [group = '', role = ''] = BY_NAME.map((node) => ids[node]);
    const resourceArn = `arn:aws:logs:us-east-1:123456789012:log-group:${group}`;
    const { tags: groupTags = {} } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
    const { Tags: roleTags = [] } = await iam.send(new ListRoleTagsCommand({ RoleName: role }));
    const mark = await world.mark();
    await world.ec2.send(new DeleteTagsCommand({ Resources: [...before.keys()] }));
    await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: Object.keys(groupTags) }));
    const TagKeys = roleTags.flatMap(({ Key }) => Key ?? []);
    await iam.send(new UntagRoleCommand({ RoleName: role, TagKeys }));

    const ours = (await world.writes(mark)).length;
    await world.condition(network, 'Stalled', {
      reason: 'OwnershipTagsMissing',
      message: new RegExp(`^vpc: Vpc ${ids['vpc']} exists but has lost the tags.*and \\d+ more$`),
    });
    await lookedAt(network);
    const stalled = await world.condition(network, 'Stalled', { reason: 'OwnershipTagsMissing' });
    expect(conditionOf(stalled, 'Ready')).toMatchObject({ status: 'False', reason: 'OwnershipTagsMissing' });
    expect(idsOf(stalled), 'status forgets none of them').toEqual(ids);
    expect((await world.writes(mark)).slice(ours), 'nobody but the test has written').toEqual([]);
    // Neither does it let go of any.
    await world.delete(network);
    await world.condition(network, 'Stalled', {
      reason: 'OwnershipTagsMissing',
      message: new RegExp(`${role}.* exist without the tags`),
    });
    expect((await world.writes(mark)).slice(ours)).toEqual([]);

    for (const [id, tags] of before) {
      const Tags = tags.map(({ Key, Value }) => ({ Key, Value }));
      await world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    }
    await logs.send(new TagResourceCommand({ resourceArn, tags: groupTags }));
    await iam.send(new TagRoleCommand({ RoleName: role, Tags: roleTags }));
    await world.gone(network);
  });

  it.each(['installation', 'owner', 'node'])(
    'the one of %s, from some things: they are named, and adopted again where the spec says so',
    async (tag) => {
      const { network, ids } = await made(`less-${tag}`, { flowLogs: { destination: 'None' } });
      const nodes = ['subnet/private-a', 'security-group/ecs', 'endpoint/s3', 'route-table/public'];
      const Resources = nodes.map((node) => ids[node] ?? '');
      await world.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: `landfall.dev/${tag}` }] }));
      await world.condition(network, 'Stalled', {
        reason: 'OwnershipTagsMissing',
        message: new RegExp(`${ids['subnet/private-a']} exists but has lost the tags.*and 1 more`),
      });
      await lookedAt(network);
      const mark = await world.mark();
      await world.edit(network, { adopt: nodes.map((node) => ({ node, id: ids[node] })) });
      expect(idsOf(await world.ready(network))).toEqual(ids);
      expect(new Set((await world.writes(mark)).map(({ action }) => action))).toEqual(
        new Set(['CreateTags']),
      );
      // It was made here after all.
      await world.edit(network, { deletionPolicy: 'Delete' });
      await world.remove(network);
    },
  );
});

describe('a name that somebody else has', () => {
  it('NameTaken: a role of that name stays untouched, and all goes on once it is gone', async () => {
    const { network, ids } = await made('taken');
    const RoleName = ids['role/flow-logs'] ?? '';
    await world.remove(network);
    const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const before = (await iam.send(new GetRoleCommand({ RoleName }))).Role;
    const mark = await world.mark();
    await world.apply([network]);
    await world.condition(network, 'Stalled', {
      reason: 'NameTaken',
      message: new RegExp(`role/flow-logs: .*conflicts with ${RoleName}, which Landfall does not own`),
    });
    expect((await iam.send(new GetRoleCommand({ RoleName }))).Role).toEqual(before);
    const touching = (await world.writes(mark)).filter(
      ({ action, params }) => action !== 'CreateRole' && JSON.stringify(params).includes(RoleName),
    );
    expect(touching).toEqual([]);
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await world.ready(network);
    await world.remove(network);
  });
});

describe('an Account that changed under a network', () => {
  const usual = { accountId: '123456789012', regions: ['us-east-1'], namespaces: ['team-a'] };

  it('its region is gone from the list: nothing is touched, not even repaired, until it is back, or the network goes', async () => {
    const { network } = await made('abroad', { flowLogs: { destination: 'None' } });
    await world.edit(main, { aws: { regions: ['eu-west-1'] } });
    const mark = await world.mark();
    await world.condition(network, 'Stalled', {
      reason: 'RegionNotAllowed',
      message: /Account main does not allow region us-east-1, only eu-west-1/,
    });
    await world.edit(main, { aws: { regions: ['us-east-1'] } });
    await world.ready(network);
    expect(await world.writes(mark)).toEqual([]);
    await world.edit(main, { aws: { regions: ['eu-west-1'] } });
    await world.condition(network, 'Stalled', { reason: 'RegionNotAllowed' });
    await world.remove(network);
    await world.edit(main, { aws: { regions: ['us-east-1'] } });
  });

  it('its credentials are those of another account: the network waits, and nothing is made there', async () => {
    const { network, ids } = await made('strayed', { flowLogs: { destination: 'None' } });
    await world.edit(main, { aws: { profile: 'provider-account' } });
    const mark = await world.mark();
    await world.condition(main, 'Stalled', { reason: 'AccountMismatch' });
    await world.condition(network, 'Stalled', { reason: 'AccountNotReady', message: /AccountMismatch/ });
    await world.kube.mergePatch('/apis/landfall.dev/v1alpha1/accounts/main', {
      spec: { aws: { profile: null } },
    });
    expect(idsOf(await world.ready(network))).toEqual(ids);
    expect(await world.writes(mark)).toEqual([]);
    await world.remove(network);
  });

  it('another one of its name leads to another account: the network stays where it was made', async () => {
    const { network, ids } = await made('moved', { flowLogs: { destination: 'None' } });
    // Nobody but who takes the finalizer away by force gets rid of an Account in use.
    await world.delete(main);
    await world.condition(main, 'Reconciling', { reason: 'InUse' });
    const finalizers = { metadata: { finalizers: null } };
    await world.kube.mergePatch('/apis/landfall.dev/v1alpha1/accounts/main', finalizers);
    await world.gone(main);
    await world.condition(network, 'Stalled', { reason: 'AccountNotFound' });
    const mark = await world.mark();
    await world.apply([account('main', ['team-a'], { accountId: PROVIDER, profile: 'provider-account' })]);
    const words = new RegExp(`in account 123456789012, .* would act in account ${PROVIDER}`);
    await world.condition(network, 'Stalled', { reason: 'TargetChanged', message: words });
    await world.delete(network);
    await world.condition(network, 'Stalled', { reason: 'TargetChanged', message: words });
    expect((await world.read(network))?.metadata.finalizers).toEqual(['landfall.dev/aws']);
    expect(await world.writes(mark)).toEqual([]);
    await world.kube.mergePatch('/apis/landfall.dev/v1alpha1/accounts/main', finalizers);
    await world.delete(main);
    await world.kube.mergePatch('/apis/landfall.dev/v1alpha1/accounts/main', finalizers).catch(() => {});
    await world.gone(main);
    await world.apply([{ ...main, spec: { aws: usual } }]);
    await world.gone(network);
    expect(Object.keys(ids)).not.toHaveLength(0);
  });
});
