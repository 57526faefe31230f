import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES } from '../../operator/api/data-store/rules.ts';
import { eventually } from '../support/eventually.ts';
import { LastCopies } from '../support/last-copies.ts';
import { portal, smallNetwork, smallService } from '../support/manifests.ts';
import { store, storeInNetwork } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const accountRef = { name: 'portal' };
const network = smallNetwork('stores', 'portal', {
  accountRef,
  zones: { count: 2 },
  tiers: [{ name: 'private' }, { name: 'data' }],
  securityGroups: { ecs: {}, endpoints: {}, data: { ports: [{ name: 'redis', port: 6379 }] } },
  endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'logs', 'dynamodb'].map((service) => ({ service })),
});
const table = store('prices', { dynamodb: { partitionKey: { name: 'article', type: 'String' } } });
const mysql = storeInNetwork('records', { mysql: {} });
const aurora = storeInNetwork('ledger', { auroraPostgresql: { instances: 2 } });
const redis = storeInNetwork('sessions', { redis: {} });
const stores = [table, mysql, aurora, redis];
const service = smallService('shop', 'portal', 'stores', {
  accountRef,
  task: { containers: [{ name: 'app', image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1' }] },
  dataStores: [{ name: 'prices' }, { name: 'sessions' }],
});
const all = [network, service, ...stores];

/** What is left of stores that are deleted. */
const COPIES = ['ledger-dev-cluster', 'prices-dev-data', 'records-dev-instance', 'sessions-dev-redis'].map(
  (name) => `${name} available`,
);
const LONG_MS = 120_000;
const TIMEOUT_MS = 300_000;

let world: World;
let copies: LastCopies;
let empty: string;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  copies = new LastCopies(world);
  world.operator();
  await world.apply([portal.namespace, portal.account]);
  await world.ready(portal.account);
  empty = await world.aws.dump();
});
afterAll(async () => {
  copies?.destroy();
  await world?.stop();
});

async function make(objects: readonly Manifest[] = all): Promise<void> {
  await world.apply(objects);
  for (const object of objects) await world.ready(object, LONG_MS);
}
async function areGone(objects: readonly Manifest[] = all): Promise<void> {
  for (const object of objects) await world.gone(object, LONG_MS);
}
/** What the controller of namespaces does, which no bare API server has: it deletes all that is in one, at once. */
async function deleteAtOnce(): Promise<void> {
  await Promise.all(all.map(async (object) => world.delete(object)));
}
/** Its last step, once nothing is left. */
async function endNamespace(): Promise<void> {
  const path = '/api/v1/namespaces/portal';
  await world.kube.replace(`${path}/finalize`, { ...(await world.kube.get(path)), spec: { finalizers: [] } });
  await world.gone(portal.namespace);
}
/** The last copies are there, and nothing else once they are deleted. */
async function leavesCopies(): Promise<void> {
  expect(await copies.list()).toEqual(COPIES);
  await copies.delete();
  await eventually('AWS is as before', async () => (await world.aws.dump()) === empty);
}

/** Each deletion is asked for as soon as the one before it was; none waits until it has happened. */
const ORDERS: Readonly<Record<string, readonly Manifest[]>> = {
  'with what uses first, as an agent of GitOps in good order': [service, ...stores, network],
  'the network first, then its stores, and the service last': [network, ...stores, service],
  'the stores under the service that uses them': [...stores.toReversed(), network, service],
};

describe('a namespace that is pruned', () => {
  it.each(Object.entries(ORDERS))(
    '%s: ends, and leaves last copies and nothing else',
    async (_, order) => {
      await make();
      for (const object of order) await world.delete(object);
      await areGone();
      await leavesCopies();
    },
    TIMEOUT_MS,
  );

  it(
    'all at once: ends, and leaves last copies and nothing else',
    async () => {
      await make();
      await deleteAtOnce();
      await areGone();
      await leavesCopies();
    },
    TIMEOUT_MS,
  );

  it(
    'with the namespace first, in which nothing can be made any more: ends, and leaves last copies and nothing else',
    async () => {
      await make();
      await world.kubectl('delete', 'namespace', 'portal', '--wait=false');
      await world.refreshes(1, ['GetResources']);
      for (const object of all) await world.ready(object);
      await deleteAtOnce();
      await areGone();
      await leavesCopies();
      await endNamespace();
      await world.apply([portal.namespace]);
    },
    TIMEOUT_MS,
  );

  it(
    'in slow order, the network long before its stores: waits for them, saying so, and ends',
    async () => {
      await make();
      await world.delete(network);
      await world.condition(network, 'Reconciling', { message: /ledger|records|sessions|shop/ });
      await world.refreshes(2);
      for (const object of [mysql, aurora]) await world.ready(object);
      for (const object of [redis, service, aurora, table, mysql]) {
        await world.delete(object);
        await world.refreshes(1, ['GetResources']);
      }
      await areGone();
      await leavesCopies();
    },
    TIMEOUT_MS,
  );

  it(
    'with its protected stores: these stay and say why, with what they stand in, until the protection is lifted',
    async () => {
      const deletionProtection = 'Enabled';
      const safe = [
        store('prices', {
          dynamodb: { partitionKey: { name: 'article', type: 'String' }, deletionProtection },
        }),
        storeInNetwork('records', { mysql: { deletionProtection } }),
        storeInNetwork('ledger', { auroraPostgresql: { instances: 2, deletionProtection } }),
        storeInNetwork('sessions', { redis: { deletionProtection } }),
      ];
      await make([network, service, ...safe]);
      await world.kubectl('delete', 'namespace', 'portal', '--wait=false');
      await deleteAtOnce();
      await world.gone(service, LONG_MS);
      for (const [index, engine] of ['dynamodb', 'mysql', 'auroraPostgresql', 'redis'].entries())
        await world.condition(safe[index] ?? table, 'Stalled', {
          reason: 'DeletionProtected',
          message: new RegExp(`spec\\.${engine}\\.deletionProtection`),
        });
      const mark = await world.mark();
      await world.refreshes(3, ['GetResources']);
      const destroyed = (await world.writes(mark)).filter(({ action }) => action?.startsWith('Delete'));
      expect(destroyed).toEqual([]);
      expect(await copies.list()).toEqual([]);
      expect((await world.ec2.send(new DescribeVpcsCommand({}))).Vpcs).toContainEqual(
        expect.objectContaining({ CidrBlock: '10.1.0.0/16' }),
      );
      for (const engine of [table, mysql, aurora, redis]) {
        const given = engine.spec as object;
        const name = ENGINES.find((one) => one in given) ?? expect.fail('a store of no engine');
        await world.edit(engine, { [name]: { deletionProtection: 'Disabled' } });
      }
      await areGone();
      await leavesCopies();
    },
    TIMEOUT_MS,
  );
});
