import {
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { eventually } from '../support/eventually.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy.ts';
import { portal } from '../support/manifests.ts';
import { store } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

let world: World;
let proxy: KubeProxy;
let operator: OperatorProcess;
let dynamodb: DynamoDBClient;
let empty: string;

const byCustomer = { partitionKey: { name: 'customer', type: 'String' } };
const orders = store('orders', { deletionPolicy: 'Delete', dynamodb: byCustomer });
const safe = store('orders', { deletionPolicy: 'Snapshot', dynamodb: byCustomer });
const TableName = 'orders-dev-data';
const start = () => world.operator({ kubeconfigPath: proxy.kubeconfigPath });

beforeAll(async () => {
  world = await World.start();
  proxy = await startKubeProxy({ kubeconfigPath: world.plane.kubeconfigPath });
  dynamodb = new DynamoDBClient(world.clientOptions());
  await world.claim();
  empty = await world.aws.dump();
  operator = start();
  await world.apply([portal.namespace, portal.account]);
});
afterEach(() => {
  proxy.onWrite(undefined);
  proxy.setHang('off');
  proxy.dropWatches();
});
afterAll(async () => {
  dynamodb?.destroy();
  await world?.stop();
  await proxy?.stop();
});

const table = async () => (await dynamodb.send(new DescribeTableCommand({ TableName }))).Table;
const made = async (object: Manifest) => {
  await world.apply([object]);
  await world.ready(object);
  return (await table())?.TableId;
};
const isStatusOf = (path: string) => path.includes('/datastores/orders/status');
const writesSince = async (mark: number) => (await world.writes(mark)).map(({ action }) => action);

describe('a spec that changes its mind', () => {
  it('between the plan of a deletion and the delete saves the table: the answer to a write does not count as seen', async () => {
    const id = await made(orders);
    const mark = await world.mark();
    let edited = false;
    proxy.onWrite(async ({ phase, path }) => {
      if (edited || phase !== 'before' || !isStatusOf(path)) return;
      edited = true;
      await world.edit(orders, { deletionPolicy: 'Retain' });
    });
    await world.delete(orders);
    await world.gone(orders);
    expect(edited).toBe(true);
    expect((await table())?.TableId).toBe(id);
    expect(await writesSince(mark)).toEqual(['TagResource']);
  });

  it('saves the table also where no watch tells of it', async () => {
    const id = await made(orders);
    const mark = await world.mark();
    proxy.onWrite(async ({ phase, path }) => {
      if (phase !== 'before' || !isStatusOf(path)) return;
      proxy.onWrite(undefined);
      proxy.setHang('watches');
      await world.edit(orders, { deletionPolicy: 'Retain' });
    });
    await world.delete(orders);
    await world.condition(orders, 'Reconciling', {
      message: /it is looked at anew before anything is deleted/,
    });
    proxy.setHang('off');
    proxy.dropWatches();
    await world.gone(orders);
    expect((await table())?.TableId).toBe(id);
    expect(await writesSince(mark)).toEqual(['TagResource']);
  });
});

describe('a table that is lost', () => {
  const lose = async () => {
    await dynamodb.send(new DeleteTableCommand({ TableName }));
    await world.condition(orders, 'Stalled', { reason: 'StoreLost' });
  };

  it('is made anew once for one approval, also where the operator dies in between, and asks again when it is lost again', async () => {
    await made(orders);
    await lose();
    const mark = await world.mark();
    // The approval is written down before anything is done; there the operator dies.
    proxy.onWrite(async ({ phase, path, body }) => {
      if (phase !== 'after' || !isStatusOf(path) || !body.includes('"Active"')) return;
      proxy.onWrite(undefined);
      await operator.kill();
      operator = start();
    });
    expect(await world.landfall('approve', 'DataStore/portal/orders', '--yes')).toMatchObject({ code: 0 });
    await world.ready(orders, 60_000);
    expect((await writesSince(mark)).filter((action) => action === 'CreateTable')).toEqual(['CreateTable']);

    await lose();
    const again = await world.mark();
    await world.refreshes(2, ['GetResources']);
    expect(await writesSince(again)).toEqual([]);
    expect(await world.landfall('approve', 'DataStore/portal/orders', '--yes')).toMatchObject({ code: 0 });
    await world.ready(orders);
  });
});

describe('a namespace that is pruned', () => {
  it('keeps what is protected, says why, and leaves backups of the rest', async () => {
    const kept = store('kept', {
      dynamodb: { partitionKey: { name: 'id', type: 'String' }, deletionProtection: 'Enabled' },
    });
    await world.apply([safe, kept]);
    await world.ready(orders);
    await world.ready(kept);
    await world.kubectl('delete', 'namespace', 'portal', '--wait=false');
    // No controller of namespaces runs here.
    await Promise.all([world.delete(orders), world.delete(kept)]);
    await world.gone(orders);
    await world.condition(kept, 'Stalled', { reason: 'DeletionProtected' });
    const { BackupSummaries: copies = [] } = await dynamodb.send(new ListBackupsCommand({}));
    expect(copies.map((copy) => [copy.TableName, copy.BackupStatus])).toEqual([[TableName, 'AVAILABLE']]);
    await world.edit(kept, { deletionPolicy: 'Delete', dynamodb: { deletionProtection: 'Disabled' } });
    await world.gone(kept);
    for (const { BackupArn } of copies) await dynamodb.send(new DeleteBackupCommand({ BackupArn }));
    await eventually('AWS is as before', async () => (await world.aws.dump()) === empty);
  });
});
