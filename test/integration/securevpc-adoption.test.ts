import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownershipTags } from '../../operator/graph/ownership.ts';
import { demolish, makeByHand, specOf, type Handmade } from '../support/handmade.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
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

describe('a network that somebody made by hand', () => {
  it('is taken over: tags are added, what differs is changed, nothing is made', async () => {
    const mark = await world.mark();
    await world.apply([shop()]);
    const ready = await world.ready(shop());
    expect(ready.status).toMatchObject({ vpcId: made.vpc });
    const writes = await world.writes(mark);
    expect(
      writes
        .map(({ action }) => action)
        .filter((action) => /^(Create(?!Tags)|Run|Allocate)/.test(action ?? '')),
    ).toEqual([]);
    console.log(
      writes.map(({ action, params }) => `${action} ${JSON.stringify(params).slice(0, 150)}`).join('\n'),
    );
    const { Subnets } = await world.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [made['front-a']] }));
    const tags = Object.fromEntries((Subnets?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({
      Name: 'front-a',
      team: 'shop',
      'landfall.dev/adopted': 'true',
      ...ownershipTags('local', 'SecureVpc/team-a/shop', 'subnet/public-a'),
    });
  });

  it('is looked at like any other: a second pass writes nothing', async () => {
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=team-a', 'securevpc/shop', 'look=again');
    await world.refreshes();
    await world.ready(shop());
    expect(await world.writes(mark)).toEqual([]);
  });
});
