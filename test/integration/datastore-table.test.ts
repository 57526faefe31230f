import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListBackupsCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  RestoreTableFromBackupCommand,
  type TableDescription,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const TableName = 'api-service-dev-data';
const key = (name: string, type = 'String') => ({ name, type });
const index = (name: string, by = 'state') => ({ name, partitionKey: key(by), projection: 'All' });

const object: Manifest = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'DataStore',
  metadata: { name: 'orders', namespace: 'portal' },
  spec: {
    accountRef: { name: 'portal' },
    region: 'us-east-1',
    environment: 'dev',
    baseName: 'api-service',
    dynamodb: {
      partitionKey: key('customer'),
      sortKey: key('orderedAt', 'Number'),
      globalIndexes: [index('by-state')],
      localIndexes: [{ name: 'by-total', sortKey: key('total', 'Number'), projection: 'KeysOnly' }],
      timeToLive: { attribute: 'endsAt' },
      stream: 'NewImage',
    },
  },
};

let world: World;
let dynamodb: DynamoDBClient;
let empty: string;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_TABLE_SECONDS: '0.4' });
  await world.claim();
  dynamodb = new DynamoDBClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, portal.account]);
  empty = await world.aws.dump();
});
afterAll(async () => {
  dynamodb?.destroy();
  await world?.stop();
});

async function table(): Promise<TableDescription> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  if (!Table) throw new Error('there is no table');
  return Table;
}
const tables = async () => (await dynamodb.send(new ListTablesCommand({}))).TableNames ?? [];
const backups = async () => (await dynamodb.send(new ListBackupsCommand({}))).BackupSummaries ?? [];
const indexes = async () =>
  ((await table()).GlobalSecondaryIndexes ?? []).map(
    ({ IndexName, IndexStatus }) => `${IndexName} ${IndexStatus}`,
  );
const timeToLive = async () =>
  (await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
const recovery = async () => {
  const found = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
  return found.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
};
const statusOf = async () => (await world.read(object))?.status as unknown as DataStoreStatus;
const edit = (dynamodbSpec: object) => world.edit(object, { dynamodb: dynamodbSpec });
const reads = ['ListTables', 'DescribeTable', 'DescribeTimeToLive', 'DescribeContinuousBackups'];
/** Actions that wrote to DynamoDB since a mark. */
const deeds = async (mark: number) =>
  (await world.writes(mark)).filter(({ service }) => service === 'dynamodb').map(({ action }) => action);
/** Resolves when what drifted is as it was. */
const repaired = async (what: string, isRight: () => Promise<boolean>) => {
  await eventually(what, isRight);
  await world.ready(object);
};
/** Somebody deletes the table; the operator says that it is lost. */
async function loseTable(): Promise<void> {
  await dynamodb.send(new DeleteTableCommand({ TableName }));
  await world.condition(object, 'Stalled', { reason: 'StoreLost' });
}
/** Takes the last copies away, so that AWS can be as before. */
async function forgetCopies(): Promise<void> {
  for (const { BackupArn } of await backups()) await dynamodb.send(new DeleteBackupCommand({ BackupArn }));
  await eventually('no backup', async () => (await backups()).length === 0);
}

describe('a table', () => {
  it('is made in one call, with all that AWS takes at once, and tells where it is', async () => {
    const mark = await world.mark();
    await world.apply([object]);
    await world.ready(object);
    expect(await deeds(mark)).toEqual([
      'CreateTable',
      ...['UpdateContinuousBackups', 'UpdateTimeToLive'].map(
        () => expect.stringMatching(/^Update(ContinuousBackups|TimeToLive)$/) as string,
      ),
    ]);
    const made = await table();
    expect(made).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [
        { AttributeName: 'customer', KeyType: 'HASH' },
        { AttributeName: 'orderedAt', KeyType: 'RANGE' },
      ],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      LocalSecondaryIndexes: [{ IndexName: 'by-total', Projection: { ProjectionType: 'KEYS_ONLY' } }],
    });
    expect(made.DeletionProtectionEnabled ?? false).toBe(false);
    expect(await indexes()).toEqual(['by-state ACTIVE']);
    await eventually('the time to live', async () => {
      const { AttributeName, TimeToLiveStatus } = (await timeToLive()) ?? {};
      return AttributeName === 'endsAt' && TimeToLiveStatus === 'ENABLED';
    });
    expect(await recovery()).toMatchObject({ PointInTimeRecoveryStatus: 'ENABLED' });
    const status = await statusOf();
    expect(status).toMatchObject({
      engine: 'dynamodb',
      state: 'active',
      tableName: TableName,
      tableArn: made.TableArn,
      streamArn: made.LatestStreamArn,
    });
    expect(status.endpoint).toBeUndefined();
  });

  it('is left alone while nothing changes', async () => {
    const mark = await world.mark();
    await world.refreshes(3, reads);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('gets its indexes one at a time, as AWS demands, and loses those that the spec has no more', async () => {
    const mark = await world.mark();
    await edit({ globalIndexes: [index('by-day', 'day'), index('by-shop', 'shop')] });
    await repaired('the indexes', async () => {
      const now = (await indexes()).sort();
      return now.join() === 'by-day ACTIVE,by-shop ACTIVE';
    });
    const calls = (await world.aws.ledger(mark)).filter(({ action }) => action === 'UpdateTable');
    expect(calls.map(({ error }) => error)).toEqual([null, null, null]);
    expect((await table()).AttributeDefinitions?.map(({ AttributeName }) => AttributeName).sort()).toEqual([
      'customer',
      'day',
      'orderedAt',
      'shop',
      'total',
    ]);
  });

  it('changes how it is paid for, with its indexes, and back', async () => {
    await edit({ billing: { mode: 'Provisioned', readUnits: 5, writeUnits: 3 } });
    await repaired('the units', async () => {
      const { ProvisionedThroughput: units, GlobalSecondaryIndexes: all = [] } = await table();
      return (
        units?.ReadCapacityUnits === 5 &&
        all.every(({ ProvisionedThroughput: own }) => own?.WriteCapacityUnits === 3)
      );
    });
    await edit({ billing: { mode: 'OnDemand', readUnits: null, writeUnits: null } });
    await repaired('payment by request', async () => {
      return (await table()).BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
    });
  });
});

describe('drift of a table', () => {
  it('an index that somebody deletes comes back', async () => {
    const GlobalSecondaryIndexUpdates = [{ Delete: { IndexName: 'by-day' } }];
    await dynamodb.send(new UpdateTableCommand({ TableName, GlobalSecondaryIndexUpdates }));
    await repaired('the index', async () => (await indexes()).sort()[0] === 'by-day ACTIVE');
  });

  it('a recovery that somebody turns off is on again', async () => {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: false };
    await dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    await repaired('the recovery', async () => {
      return (await recovery())?.PointInTimeRecoveryStatus === 'ENABLED';
    });
  });

  it('items end again', async () => {
    const TimeToLiveSpecification = { AttributeName: 'endsAt', Enabled: false };
    await eventually('AWS takes the change', async () => {
      const sent = dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      return sent.then(
        () => true,
        () => false,
      );
    });
    await repaired('the time to live', async () => (await timeToLive())?.TimeToLiveStatus === 'ENABLED');
  });

  it('a protection that nobody asked for is taken off, and tags come back', async () => {
    await dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
    await repaired('the protection', async () => !((await table()).DeletionProtectionEnabled ?? false));
    const { TableArn: ResourceArn } = await table();
    await dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['environment'] }));
    await repaired('the tag', async () => {
      const { Tags = [] } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn }));
      return Tags.some(({ Key }) => Key === 'environment');
    });
  });
});

describe('a table whose object is deleted', () => {
  it('stays while its spec protects it, says how to lift that, and honours the edit', async () => {
    await edit({ deletionProtection: 'Enabled' });
    await repaired('the protection', async () => (await table()).DeletionProtectionEnabled === true);
    await dynamodb.send(
      new PutItemCommand({ TableName, Item: { customer: { S: 'c-1' }, orderedAt: { N: '1' } } }),
    );
    const mark = await world.mark();
    await world.delete(object);
    await world.condition(object, 'Stalled', {
      reason: 'DeletionProtected',
      message:
        /^spec\.dynamodb\.deletionProtection protects .*set it to Disabled .*honoured while the object goes/,
    });
    await world.refreshes(2, reads);
    expect(await world.writes(mark)).toEqual([]);

    await edit({ deletionProtection: 'Disabled' });
    await world.gone(object);
    expect(await tables()).toEqual([]);
  });

  it('leaves a complete backup, named after its own id, that was there before the table went', async () => {
    const [copy, ...others] = await backups();
    expect(others).toEqual([]);
    expect(copy).toMatchObject({ TableName, BackupStatus: 'AVAILABLE', BackupType: 'USER' });
    expect(copy?.BackupName).toBe(`${TableName}-final-${copy?.TableId}`);
    const calls = (await world.aws.ledger()).map(({ action }) => action);
    expect(calls.filter((action) => action === 'CreateBackup')).toHaveLength(1);
    expect(calls.indexOf('CreateBackup')).toBeLessThan(calls.indexOf('DeleteTable'));
    expect(calls.filter((action) => action === 'DeleteTable')).toHaveLength(1);
    await forgetCopies();
    expect(await world.aws.dump()).toBe(empty);
  });

  it('stays with deletionPolicy Retain, and the same manifest finds it again', async () => {
    await world.apply([object]);
    await world.ready(object);
    await dynamodb.send(
      new PutItemCommand({ TableName, Item: { customer: { S: 'c-1' }, orderedAt: { N: '1' } } }),
    );
    const { TableId } = await table();
    await world.edit(object, { deletionPolicy: 'Retain' });
    await world.remove(object);
    expect(await table()).toMatchObject({ TableId, TableStatus: 'ACTIVE', ItemCount: 1 });
    expect(await backups()).toEqual([]);
    await world.apply([object]);
    await world.ready(object);
    expect((await table()).TableId).toBe(TableId);
  });

  it('is not made anew, and empty, when somebody has deleted it, and is found again when they have restored it', async () => {
    const backedUp = await dynamodb.send(new CreateBackupCommand({ TableName, BackupName: 'by-hand' }));
    await eventually('the backup', async () => (await backups())[0]?.BackupStatus === 'AVAILABLE');
    await loseTable();
    const mark = await world.mark();
    // Where no table has our tags, none is asked for.
    await world.refreshes(3, ['DescribeDBInstances']);
    expect(await deeds(mark)).toEqual([]);

    const { BackupArn } = backedUp.BackupDetails ?? {};
    await dynamodb.send(new RestoreTableFromBackupCommand({ TargetTableName: TableName, BackupArn }));
    await eventually('the restored table', async () => (await table()).TableStatus === 'ACTIVE');
    const tags = { installation: 'local', owner: 'DataStore/portal/orders', node: 'table' };
    await dynamodb.send(
      new TagResourceCommand({
        ResourceArn: (await table()).TableArn,
        Tags: Object.entries(tags).map(([name, Value]) => ({ Key: `landfall.dev/${name}`, Value })),
      }),
    );
    await repaired('what a restored table lacks', async () => {
      const { AttributeName, TimeToLiveStatus } = (await timeToLive()) ?? {};
      const isOn = (await recovery())?.PointInTimeRecoveryStatus === 'ENABLED';
      const { StreamSpecification: stream } = await table();
      return (
        isOn &&
        `${AttributeName} ${TimeToLiveStatus} ${stream?.StreamViewType}` === 'endsAt ENABLED NEW_IMAGE'
      );
    });
    expect(await table()).toMatchObject({ ItemCount: 1 });
    expect(await indexes()).toEqual(['by-state ACTIVE']);
  });

  it('is made anew, and empty, where a person says so', async () => {
    const { TableId = '' } = await table();
    await loseTable();
    const approved = await world.landfall('approve', 'DataStore/portal/orders', '--yes');
    expect(approved).toMatchObject({ code: 0 });
    await world.ready(object);
    expect(await table()).toMatchObject({ ItemCount: 0 });
    expect((await table()).TableId).not.toBe(TableId);
    await forgetCopies();
  });

  it('is deleted without a copy where deletionPolicy is Delete, and AWS is as before', async () => {
    await world.edit(object, { deletionPolicy: 'Delete' });
    await world.remove(object);
    expect(await tables()).toEqual([]);
    expect(await backups()).toEqual([]);
    expect(await world.aws.dump()).toBe(empty);
  });
});
