import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
} from '@aws-sdk/client-ec2';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownershipTags } from '../../operator/graph/ownership.ts';
import { demolish, makeByHand, specOf, type Handmade } from '../support/handmade.ts';
import { account, namespace } from '../support/manifests.ts';
import { conditionOf, type Manifest, World } from '../support/world.ts';

let world: World;
let empty: string;
let made: Handmade;

const main = account('main', ['team-a', 'team-b'], { adoptionNamespaces: ['team-a'] });
const shop = (spec: object = {}, inNamespace = 'team-a'): Manifest => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  metadata: { name: 'shop', namespace: inNamespace },
  spec: { ...specOf(made), ...spec },
});

beforeAll(async () => {
  world = await World.start();
  empty = await world.aws.dump();
  await world.apply([namespace('team-a'), namespace('team-b'), main]);
  world.operator();
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
    await world.condition(shop(), 'Drifted', { status: 'False', reason: 'DriftRepaired' });
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
    expect(await tagsOf(made.vpc)).toMatchObject({ 'landfall.dev/owner': OWNER, Name: 'shop-prod' });
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
