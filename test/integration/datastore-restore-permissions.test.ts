import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FORMER, makeFormerTable } from '../support/former-stores.ts';
import { bounded, type LeastPrivilege, leastPrivilege, policyFor } from '../support/least-privilege.ts';
import { portal } from '../support/manifests.ts';
import { orders, store } from '../support/store-manifests.ts';
import { World } from '../support/world.ts';

const account = bounded(portal.account);
const empty = store('orders', { dynamodb: orders });
const restored = store('orders', {
  dynamodb: orders,
  restoreFrom: { pointInTime: { source: FORMER, latest: true } },
});
const TableName = 'orders-dev-data';
let world: World;
let client: DynamoDBClient;
let least: LeastPrivilege;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_TABLE_SECONDS: '0.1' });
  await world.claim();
  client = new DynamoDBClient(world.clientOptions());
  await makeFormerTable(world);
  // What a table needs that is made empty: the policies that every operator has.
  least = await leastPrivilege(world, [account, empty]);
  world.operator();
  await world.apply([portal.namespace, account]);
});
afterAll(async () => {
  client?.destroy();
  least?.close();
  await world?.stop();
});

const isThere = () =>
  client.send(new DescribeTableCommand({ TableName })).then(
    () => true,
    () => false,
  );

it('a table is made of a copy only by a role that was let at its items on purpose, and the condition says how', async () => {
  await world.apply([restored]);
  await world.condition(restored, 'Stalled', {
    reason: 'AccessDenied',
    message:
      /dynamodb:RestoreTableToPointInTime\b.*attach manifests\/iam\/table-restores\.json.*landfall policy -f/,
  });
  expect(await isThere()).toBe(false);
  await least.grant(await policyFor([account, restored]));
  await world.ready(restored);
  // Once it is there nothing of that is needed.
  await least.grant(await policyFor([account, empty]));
  const mark = await world.mark();
  await world.refreshes(2, ['ListTables']);
  expect(await least.refusals(mark)).toEqual([]);
  await world.remove(restored);
});
