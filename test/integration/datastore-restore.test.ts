import {
  CreateBackupCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListBackupsCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import {
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import { eventually } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { portal } from '../support/manifests.ts';
import { orders, store, storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const ACCOUNT = bounded(portal.account);
/** The manifests of which the role has the policy: which copies they name, it does not say. */
const RESTORED = [
  storeInNetwork('records', { mysql: {}, restoreFrom: { snapshot: 'any' } }),
  storeInNetwork('ledger', { auroraPostgresql: {}, restoreFrom: { snapshot: 'any' } }),
  storeInNetwork('sessions', { redis: {}, restoreFrom: { snapshot: 'any' } }),
  store('orders', {
    dynamodb: orders,
    restoreFrom: { pointInTime: { source: 'any', latest: true } },
  }),
];
let world: World;
let least: LeastPrivilege;
let rds: RDSClient;
let elasticache: ElastiCacheClient;
let dynamodb: DynamoDBClient;
/** Calls that were refused for what had just gone: it has no tags any more, by which they would be allowed. */
const tooLate = new Set<number>();

beforeAll(async () => {
  world = await World.start({
    LANDFALL_AWS_DATABASE_SECONDS: '0.3',
    LANDFALL_AWS_CACHE_SECONDS: '0.3',
    LANDFALL_AWS_TABLE_SECONDS: '0.3',
  });
  await world.claim();
  least = await leastPrivilege(world, [ACCOUNT, storeNetwork, ...RESTORED]);
  rds = new RDSClient(world.clientOptions());
  elasticache = new ElastiCacheClient(world.clientOptions());
  dynamodb = new DynamoDBClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, ACCOUNT, storeNetwork]);
  await world.ready(storeNetwork);
});
afterAll(async () => {
  for (const client of [rds, elasticache, dynamodb]) client?.destroy();
  least?.close();
  await world?.stop();
});

const statusOf = async (of: Manifest) => (await world.read(of))?.status as unknown as DataStoreStatus;
/** Actions that wrote to a service since a mark. */
const deeds = async (mark: number, service: string) =>
  (await world.writes(mark)).filter((entry) => entry.service === service).map(({ action }) => action);
/** The object with the copy that it is made of. */
const from = (made: Manifest, restoreFrom: object, more: object = {}): Manifest => ({
  ...made,
  spec: { ...(made.spec as object), ...more, restoreFrom },
});
/** Applies a store, has it deleted with a last copy, and gives what `find` finds of that. */
async function leaveCopy(made: Manifest, find: () => Promise<string | undefined>): Promise<string> {
  await world.apply([made]);
  await world.ready(made);
  await world.remove(made);
  const copy = await find();
  if (copy === undefined) throw new Error('there is no last copy');
  return copy;
}
/** A store that names a copy which does not fit it says so, and makes nothing. */
async function refused(made: Manifest, words: RegExp): Promise<void> {
  await world.apply([made]);
  await world.condition(made, 'Stalled', { reason: 'CopyUnusable', message: words });
  await world.remove(made);
}

describe('a database of MySQL', () => {
  const records = storeInNetwork('records', {
    mysql: { databaseName: 'appdb', backup: { retentionDays: 3 } },
  });
  const NAME = 'records-dev-instance';
  const instance = async () => {
    const found = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: NAME }));
    return found.DBInstances?.[0];
  };
  let snapshot: string;
  let resourceId: string;

  it('is made of its last snapshot, and then has all that the spec says', async () => {
    snapshot = await leaveCopy(records, async () => {
      const found = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
      return found.DBSnapshots?.[0]?.DBSnapshotIdentifier;
    });
    const mark = await world.mark();
    const again = from(records, { snapshot });
    await world.apply([again]);
    await world.ready(again);
    const done = await deeds(mark, 'rds');
    expect(done).toContain('RestoreDBInstanceFromDBSnapshot');
    expect(done).not.toContain('CreateDBInstance');
    await eventually('a password of its own', async () => (await instance())?.MasterUserSecret !== undefined);
    expect(await instance()).toMatchObject({
      DBName: 'appdb',
      BackupRetentionPeriod: 3,
      StorageEncrypted: true,
    });
    expect(await statusOf(again)).toMatchObject({ restoredFrom: snapshot });
    resourceId = (await instance())?.DbiResourceId ?? '';
  });

  it('is not made of the same copy once more when it is lost, and of another without an approval', async () => {
    await rds.send(
      new DeleteDBInstanceCommand({
        DBInstanceIdentifier: NAME,
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: false,
      }),
    );
    const lost = await world.condition(records, 'Stalled', { reason: 'StoreLost' });
    expect(JSON.stringify(lost.status)).toContain(
      'name another copy that it is to be made of in spec.restoreFrom',
    );
    const mark = await world.mark();
    const pointInTime = { source: resourceId, latest: true };
    await world.edit(records, { restoreFrom: { snapshot: null, pointInTime } });
    await world.ready(records);
    expect(await deeds(mark, 'rds')).toContain('RestoreDBInstanceToPointInTime');
    expect(await statusOf(records)).toMatchObject({ restoredFrom: `${resourceId} at the latest` });
    await world.remove(records);
  });

  it('says which field does not fit its copy, and what to do', async () => {
    const wrong = (restoreFrom: object, mysql: object = {}) =>
      from(storeInNetwork('wrong', { mysql }), restoreFrom);
    await refused(
      wrong({ snapshot: 'nowhere' }),
      /spec\.restoreFrom\.snapshot nowhere is not there: name a snapshot/,
    );
    await refused(
      wrong({ snapshot }, { masterUsername: 'root' }),
      /has the user admin, and spec\.mysql\.masterUsername is root: set it to admin/,
    );
    await refused(
      wrong({ snapshot }, { engineVersion: '8.4' }),
      /is of version 8\.0\.\d+, and spec\.mysql\.engineVersion is 8\.4: set it to 8\.0/,
    );
    await refused(
      wrong({ pointInTime: { source: resourceId, time: '2020-01-01T00:00:00Z' } }),
      /is out of reach: name a time between/,
    );
  });
});

describe('a cluster of Aurora', () => {
  const ledger = storeInNetwork('ledger', { auroraPostgresql: { databaseName: 'ledger' } });
  const NAME = 'ledger-dev-cluster';
  const cluster = async () => {
    const found = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: NAME }));
    return found.DBClusters?.[0];
  };

  it('is made of its last snapshot, with members, and another of what that is now', async () => {
    const snapshot = await leaveCopy(ledger, async () => {
      const found = await rds.send(new DescribeDBClusterSnapshotsCommand({ SnapshotType: 'manual' }));
      return found.DBClusterSnapshots?.[0]?.DBClusterSnapshotIdentifier;
    });
    const mark = await world.mark();
    const again = from(ledger, { snapshot });
    await world.apply([again]);
    await world.ready(again);
    const done = await deeds(mark, 'rds');
    expect(done).toContain('RestoreDBClusterFromSnapshot');
    expect(done).not.toContain('CreateDBCluster');
    await eventually('a password of its own', async () => (await cluster())?.MasterUserSecret !== undefined);
    const made = await cluster();
    expect(made).toMatchObject({ DatabaseName: 'ledger', StorageEncrypted: true });
    expect(made?.DBClusterMembers).toHaveLength(1);
    const second = from(storeInNetwork('second', { auroraPostgresql: {} }), {
      pointInTime: { source: NAME, latest: true },
    });
    const secondMark = await world.mark();
    await world.apply([second]);
    await world.ready(second);
    expect(await deeds(secondMark, 'rds')).toContain('RestoreDBClusterToPointInTime');
    expect(await statusOf(second)).toMatchObject({ restoredFrom: `${NAME} at the latest` });
    await world.remove(second);
    await world.remove(ledger);
  });
});

describe('a cache', () => {
  const sessions = storeInNetwork('sessions', { redis: { engine: 'Redis', engineVersion: '7.0' } });

  it('is made of its last snapshot, and of another one when it is lost', async () => {
    const names = async () => {
      const { Snapshots = [] } = await elasticache.send(new DescribeSnapshotsCommand({}));
      return Snapshots.flatMap(({ SnapshotName }) => SnapshotName ?? []);
    };
    const snapshot = await leaveCopy(sessions, async () => (await names())[0]);
    await refused(
      from(sessions, { snapshot }, { redis: { engine: 'Redis', engineVersion: '6.2' } }),
      /spec\.redis\.engineVersion is 6\.2, which cannot read it: set it to 7\./,
    );
    const again = from(sessions, { snapshot });
    await world.apply([again]);
    await world.ready(again);
    expect(await statusOf(again)).toMatchObject({ restoredFrom: snapshot });
    const { ReplicationGroups: [made] = [] } = await elasticache.send(
      new DescribeReplicationGroupsCommand({}),
    );
    await elasticache.send(
      new DeleteReplicationGroupCommand({
        ReplicationGroupId: made?.ReplicationGroupId,
        FinalSnapshotIdentifier: 'by-hand',
      }),
    );
    await world.condition(sessions, 'Stalled', { reason: 'StoreLost' });
    await world.edit(sessions, { restoreFrom: { snapshot: 'by-hand' } });
    await world.ready(sessions);
    expect(await statusOf(sessions)).toMatchObject({ restoredFrom: 'by-hand' });
    await world.remove(sessions);
  });
});

describe('a table', () => {
  const made = store('orders', { dynamodb: orders });
  const TableName = 'orders-dev-data';
  const Key = { customer: { S: 'ann' }, orderedAt: { N: '1' } };
  const isHeld = async () => (await dynamodb.send(new GetItemCommand({ TableName, Key }))).Item !== undefined;

  it('is made of its last backup, and gets back what a restored table lacks', async () => {
    await world.apply([made]);
    await world.ready(made);
    await dynamodb.send(new PutItemCommand({ TableName, Item: Key }));
    const backup = await leaveCopy(made, async () => {
      const found = await dynamodb.send(new ListBackupsCommand({ TableName }));
      return found.BackupSummaries?.[0]?.BackupArn;
    });
    const otherKey = { ...orders, sortKey: { name: 'state', type: 'String' }, globalIndexes: [] };
    await refused(
      from(made, { backup }, { dynamodb: otherKey }),
      /has the keys customer \(HASH\), orderedAt \(RANGE\).*set partitionKey and sortKey to those of the copy/,
    );
    const mark = await world.mark();
    const again = from(made, { backup });
    await world.apply([again]);
    await world.ready(again);
    const done = await deeds(mark, 'dynamodb');
    expect(done.slice(0, 2)).toEqual(['RestoreTableFromBackup', 'TagResource']);
    expect(done).not.toContain('CreateTable');
    expect(await isHeld()).toBe(true);
    const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(table?.StreamSpecification).toMatchObject({ StreamViewType: 'NEW_IMAGE' });
    const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(ttl?.AttributeName).toBe('endsAt');
    const { ContinuousBackupsDescription: backups } = await dynamodb.send(
      new DescribeContinuousBackupsCommand({ TableName }),
    );
    expect(backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED');
    expect(await statusOf(again)).toMatchObject({ restoredFrom: backup });
  });

  it('is made of another backup when it is lost', async () => {
    const { BackupDetails: other } = await dynamodb.send(
      new CreateBackupCommand({ TableName, BackupName: 'by-hand' }),
    );
    await eventually('a complete backup', async () => {
      const found = await dynamodb.send(new ListBackupsCommand({ TableName }));
      return found.BackupSummaries?.every(({ BackupStatus }) => BackupStatus === 'AVAILABLE') ?? false;
    });
    const mark = await world.mark();
    await dynamodb.send(new DeleteTableCommand({ TableName }));
    await world.condition(made, 'Stalled', { reason: 'StoreLost' });
    for (const { seq, params } of await least.refusals(mark)) {
      expect(params['TableName']).toBe(TableName);
      tooLate.add(seq);
    }
    await world.edit(made, { restoreFrom: { backup: other?.BackupArn } });
    await world.ready(made);
    expect(await isHeld()).toBe(true);
    expect(await statusOf(made)).toMatchObject({ restoredFrom: other?.BackupArn });
    await world.remove(made);
  });
});

it('with what landfall policy prints for stores that are made of copies, nothing of this was refused', async () => {
  const refusals = (await least.refusals()).filter(({ seq }) => !tooLate.has(seq));
  expect(refusals.map(({ action, params }) => ({ action, params }))).toEqual([]);
  const called = await least.called();
  const restores = least.policy.Statement.flatMap(({ Action }) => Action).filter((action) =>
    /:Restore(DB|Table)/.test(action),
  );
  // The moment of a table is restored in datastore-restore-permissions.test.ts.
  expect(new Set(restores.filter((action) => !called.has(action)))).toEqual(
    new Set(['dynamodb:RestoreTableToPointInTime']),
  );
});
