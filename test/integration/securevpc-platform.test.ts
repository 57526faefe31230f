import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AcceptTransitGatewayVpcAttachmentCommand,
  CreateTransitGatewayCommand,
  DeleteTransitGatewayCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewaysCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { localTransitGateway } from '../../k8s-local/aws/identity-files.ts';
import { share } from '../support/resource-share.ts';
import { type SeedNetwork, seedNetworks } from '../support/seeds.ts';
import { type Manifest, World } from '../support/world.ts';

const examples = join(import.meta.dirname, '..', '..', 'manifests', 'examples');
const read = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(examples, file), 'utf8')).map((each) => each.toJS() as Manifest);

const setting = [
  ...read('platform/base/namespaces.yaml'),
  ...read('accounts/provider-account.yaml'),
  ...read('accounts/consumer-account.yaml'),
];
const [provider, consumer] = [
  ...read(seedNetworks.provider.example),
  ...read(seedNetworks.consumer.example),
] as [Manifest, Manifest];

const HUB = '111111111111';

let world: World;
let empty: string;
const clients: EC2Client[] = [];

/** What a dump says of the two accounts; that of the transit gateway keeps what the test shared. */
function ofBoth(dump: string): unknown {
  const accounts = [seedNetworks.provider.accountId, seedNetworks.consumer.accountId];
  const services = JSON.parse(dump) as Record<string, Record<string, unknown>>;
  return Object.entries(services).flatMap(([service, states]) =>
    accounts.flatMap((account) => (account in states ? [[service, account, states[account]]] : [])),
  );
}

/** Destination and target of every route to a transit gateway. */
async function transitRoutesIn(account: string): Promise<string[]> {
  const { RouteTables = [] } = await ec2In(account).send(new DescribeRouteTablesCommand({}));
  return RouteTables.flatMap(({ Routes = [] }) =>
    Routes.filter(({ TransitGatewayId }) => TransitGatewayId !== undefined).map(
      ({ DestinationCidrBlock, TransitGatewayId }) => `${DestinationCidrBlock} ${TransitGatewayId}`,
    ),
  );
}

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

  it('both are joined by the transit gateway, each with a route to the other', async () => {
    for (const { accountId, transitRoutes } of [seedNetworks.provider, seedNetworks.consumer])
      expect(await transitRoutesIn(accountId)).toEqual(
        transitRoutes.map((route) => `${route.split(' ')[1]} ${localTransitGateway}`),
      );
  });

  it('another gateway is joined before the first is left; until its account accepts, traffic keeps its way', async () => {
    const hub = ec2In(HUB);
    const made = await hub.send(new CreateTransitGatewayCommand({}));
    const id = made.TransitGateway?.TransitGatewayId ?? '';
    await share(world.aws, HUB, made.TransitGateway?.TransitGatewayArn ?? '', [
      seedNetworks.consumer.accountId,
    ]);
    await world.edit(consumer, { transitGateway: { id } });
    const waiting = await world.condition(consumer, 'Reconciling', {
      reason: 'WaitingForAcceptance',
      message:
        /transit gateway tgw-\w+ waits for account 111111111111, which shares it, to accept it: aws ec2 accept-/,
    });
    const { accountId } = seedNetworks.consumer;
    expect(await transitRoutesIn(accountId)).toEqual([`10.1.0.0/16 ${localTransitGateway}`]);
    const attachment = String(waiting.status?.['transitGatewayAttachmentId']);
    await hub.send(new AcceptTransitGatewayVpcAttachmentCommand({ TransitGatewayAttachmentId: attachment }));
    const ready = await world.ready(consumer);
    expect(await transitRoutesIn(accountId)).toEqual([`10.1.0.0/16 ${id}`]);
    expect(ready.status?.['transitGatewayAttachmentId']).toBe(attachment);
    const calls = (await world.writes()).map(({ action }) => action);
    expect(calls.filter((action) => action === 'DeleteRoute')).toEqual([]);
    expect(calls.filter((action) => action === 'CreateTransitGatewayVpcAttachment')).toHaveLength(3);
  });

  it('a zone more is a subnet more in the attachment', async () => {
    const mark = await world.mark();
    await world.edit(consumer, { zones: { count: 3 } });
    await world.ready(consumer);
    const calls = (await world.writes(mark)).map(({ action }) => action);
    expect(calls.filter((action) => action?.includes('TransitGateway'))).toEqual([
      'ModifyTransitGatewayVpcAttachment',
    ]);
  });

  it('without the field the routes go, then the attachment', async () => {
    const mark = await world.mark();
    await world.edit(consumer, { transitGateway: null });
    const ready = await world.ready(consumer);
    expect(ready.status?.['transitGatewayAttachmentId']).toBeUndefined();
    expect((await world.writes(mark)).map(({ action }) => action)).toEqual([
      'DeleteRoute',
      'DeleteTransitGatewayVpcAttachment',
    ]);
    const hub = ec2In(HUB);
    const { TransitGateways } = await hub.send(new DescribeTransitGatewaysCommand({}));
    for (const { TransitGatewayId } of TransitGateways ?? [])
      if (TransitGatewayId !== localTransitGateway)
        await hub.send(new DeleteTransitGatewayCommand({ TransitGatewayId }));
  });

  it('deletion leaves both accounts as they were', async () => {
    await Promise.all([world.delete(provider), world.delete(consumer)]);
    await Promise.all([world.gone(provider, 60_000), world.gone(consumer, 60_000)]);
    expect(ofBoth(await world.aws.dump())).toEqual(ofBoth(empty));
  });
});
