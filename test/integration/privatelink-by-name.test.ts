import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeVpcEndpointsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrivateLinkEndpointStatus } from '../../operator/api/private-link-endpoint.ts';
import { CONSUMER, link, PROVIDER, twoAccounts } from '../support/link-manifests.ts';
import { namespace } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

/** The zones that the two share are us-east-1b and us-east-1d to the provider, and us-east-1a and us-east-1c to the consumer. */
const inZones = (network: Manifest, ...letters: string[]): Manifest => ({
  ...network,
  spec: { ...(network.spec as object), zones: { names: letters.map((letter) => `us-east-1${letter}`) } },
});
const { accounts, api, shop } = twoAccounts;
const providerNetwork = inZones(twoAccounts.providerNetwork, 'b', 'd');
const consumerNetwork = inZones(twoAccounts.consumerNetwork, 'a', 'b', 'c');
const provider = link('api', 'api', {
  accountRef: { name: 'provider-account' },
  provide: { serviceRef: { name: 'api' } },
});
const named = (serviceName: string) =>
  link('api', 'shop', {
    accountRef: { name: 'consumer-account' },
    consume: {
      serviceName,
      networkRef: { name: 'net' },
      ports: [{ port: 8080 }],
      allowFrom: [{ name: 'shop' }],
    },
  });

let world: World;
let ec2: EC2Client;
let empty: string;
let consumer: Manifest;

const statusOf = async (object: Manifest) =>
  (await world.read(object))?.status as unknown as PrivateLinkEndpointStatus | undefined;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' });
  for (const id of [PROVIDER, CONSUMER]) await world.claim(id);
  ec2 = new EC2Client(world.clientOptions(CONSUMER));
  world.operator();
  empty = await world.aws.dump();
  await world.apply([namespace('api'), namespace('shop'), ...accounts, providerNetwork, consumerNetwork]);
  await world.apply([api, shop, provider]);
  await Promise.all([provider, shop].map((object) => world.ready(object, 60_000)));
  consumer = named((await statusOf(provider))?.serviceName ?? '');
});
afterAll(async () => {
  ec2?.destroy();
  await world?.stop();
});

describe('a private connection to a service that is known by its name', () => {
  it('waits until its provider lets the account in, and asks for no endpoint before', async () => {
    const mark = await world.mark();
    await world.apply([consumer]);
    const object = await world.condition(consumer, 'Reconciling', {
      reason: 'DependencyNotReady',
      message:
        /AWS shows this account no endpoint service com\.amazonaws\.vpce\.us-east-1\.vpce-svc-\w+: its provider has not let the account in yet/,
    });
    expect(conditionOf(object, 'Stalled')?.status).not.toBe('True');
    expect((await world.writes(mark)).map(({ action }) => action)).not.toContain('CreateVpcEndpoint');
  });

  it('comes about in the zones that both sides have, whatever each calls them', async () => {
    await world.edit(provider, { provide: { allowedAccounts: ['consumer-account'] } });
    await Promise.all([provider, consumer].map((object) => world.ready(object, 60_000)));
    const status = await statusOf(consumer);
    expect(status).toMatchObject({ endpointState: 'available' });
    const found = await ec2.send(
      new DescribeVpcEndpointsCommand({ VpcEndpointIds: [status?.endpointId ?? ''] }),
    );
    const ids = idsOf(await world.ready(consumerNetwork));
    expect(new Set(found.VpcEndpoints?.[0]?.SubnetIds)).toEqual(
      new Set([ids['subnet/private-a'], ids['subnet/private-c']]),
    );
  });

  it('is planned from the manifests: there is nothing to do', async () => {
    const allowing = {
      ...(provider.spec as object),
      provide: { serviceRef: { name: 'api' }, allowedAccounts: ['consumer-account'] },
    };
    const items = [
      ...accounts,
      providerNetwork,
      api,
      { ...provider, spec: allowing },
      consumerNetwork,
      shop,
      consumer,
    ];
    const file = join(world.plane.dir, 'by-name.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const planned = await world.landfall('plan', '-f', file);
    expect(planned.code, planned.out).toBe(0);
  });

  it('is left alone by a second pass', async () => {
    const actions = ['DescribeVpcEndpoints', 'DescribeVpcEndpointConnections'];
    await world.refreshes(2, actions);
    const mark = await world.mark();
    for (const where of ['--namespace=api', '--namespace=shop'])
      await world.kubectl('annotate', where, 'ple/api', 'look=again');
    await world.refreshes(2, actions);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('leaves nothing: the whole state of AWS equals the one from before', async () => {
    await world.remove(consumer);
    for (const object of [shop, provider, api]) await world.delete(object);
    for (const object of [shop, provider, api]) await world.gone(object, 60_000);
    for (const object of [consumerNetwork, providerNetwork]) await world.delete(object);
    for (const object of [consumerNetwork, providerNetwork]) await world.gone(object, 60_000);
    expect((await world.aws.dump()) === empty).toBe(true);
  });
});
