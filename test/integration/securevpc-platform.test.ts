import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type SeedNetwork, seedNetworks } from '../support/seeds.ts';
import { type Manifest, World } from '../support/world.ts';

const examples = join(import.meta.dirname, '..', '..', 'manifests', 'examples');
const read = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(examples, file), 'utf8')).map((each) => each.toJS() as Manifest);

const setting = [
  ...read('platform/namespaces.yaml'),
  ...read('accounts/provider-account.yaml'),
  ...read('accounts/consumer-account.yaml'),
];
const [provider, consumer] = [
  ...read(seedNetworks.provider.example),
  ...read(seedNetworks.consumer.example),
] as [Manifest, Manifest];

let world: World;
let empty: string;
const clients: EC2Client[] = [];

/** AWS as the administrator of one account sees it. */
function ec2In(account: string): EC2Client {
  const client = new EC2Client(world.clientOptions(account));
  clients.push(client);
  return client;
}

beforeAll(async () => {
  world = await World.start();
  for (const id of ['222222222222', '333333333333']) await world.claim(id);
  empty = await world.aws.dump();
  world.operator();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await world?.stop();
});

describe('the platform: one operator, two accounts', () => {
  it('both networks become Ready, each in its own account', async () => {
    await world.apply(setting);
    await world.apply([provider, consumer]);
    await Promise.all([world.ready(provider, 60_000), world.ready(consumer, 60_000)]);
  });

  it.each([
    ['provider', seedNetworks.provider],
    ['consumer', seedNetworks.consumer],
  ] as const)('the %s stands as the seed says', async (_name, seed: SeedNetwork) => {
    const ec2 = ec2In(seed.accountId);
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const [vpc, ...others] = Vpcs.filter((one) => one.IsDefault !== true);
    expect(others).toEqual([]);
    expect(vpc).toMatchObject({ CidrBlock: seed.cidr, OwnerId: seed.accountId });
    const { Subnets = [] } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc?.VpcId ?? ''] }] }),
    );
    const wanted = Object.values(seed.subnets).reduce((sum, count) => sum + count, 0);
    expect(Subnets).toHaveLength(wanted);
    expect(new Set(Subnets.map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(seed.zones);
    expect(Subnets.every(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch === false)).toBe(true);
  });

  it('deletion leaves both accounts as they were', async () => {
    await Promise.all([world.delete(provider), world.delete(consumer)]);
    await Promise.all([world.gone(provider, 60_000), world.gone(consumer, 60_000)]);
    expect(await world.aws.dump()).toBe(empty);
  });
});
