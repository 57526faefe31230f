import { CreateTableCommand, DynamoDBClient, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { BY_HAND, editedAs, forgetStores, tagged } from './crash-subjects-databases.ts';
import { forgetBackups } from './crash-subjects-stores.ts';
import type { Subject } from './crash-subjects.ts';
import { eventually } from './eventually.ts';
import { portal } from './manifests.ts';
import { fullMysql, orders, store, storeNetwork } from './store-manifests.ts';
import type { Manifest, World } from './world.ts';

const from = (made: Manifest, restoreFrom: object): Manifest => ({
  ...made,
  spec: { ...(made.spec as object), restoreFrom },
});

/** A table of somebody else, whose every moment AWS keeps. */
async function makeFormerTable(world: World): Promise<void> {
  const dynamodb = new DynamoDBClient(world.clientOptions());
  const TableName = 'former';
  try {
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'customer', AttributeType: 'S' },
          { AttributeName: 'orderedAt', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'customer', KeyType: 'HASH' },
          { AttributeName: 'orderedAt', KeyType: 'RANGE' },
        ],
      }),
    );
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await eventually('recovery', () =>
      dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification })).then(
        () => true,
        () => false,
      ),
    );
  } finally {
    dynamodb.destroy();
  }
}

/** A snapshot of a database that is no more. */
async function makeSnapshot(world: World): Promise<void> {
  const rds = new RDSClient(world.clientOptions());
  const DBInstanceIdentifier = 'former';
  const instances = async () => (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances ?? [];
  try {
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        Engine: 'mysql',
        EngineVersion: '8.0.40',
        DBInstanceClass: 'db.t3.micro',
        AllocatedStorage: 20,
        BackupRetentionPeriod: 0,
        StorageEncrypted: true,
        MasterUsername: 'admin',
        MasterUserPassword: 'not-a-secret',
        DBName: 'olddb',
      }),
    );
    await eventually('the database', async () => (await instances())[0]?.DBInstanceStatus === 'available');
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier, DBSnapshotIdentifier: BY_HAND }));
    await eventually('the snapshot', async () => {
      const { DBSnapshots: [one] = [] } = await rds.send(new DescribeDBSnapshotsCommand({}));
      return one?.Status === 'available' && (await instances())[0]?.DBInstanceStatus === 'available';
    });
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
    await eventually('no database', async () => (await instances()).length === 0);
  } finally {
    rds.destroy();
  }
}

/** A table of a moment of another: AWS takes no tags with the call, so that it is known by its source until it has them. */
export const aRestoredTable: Subject = {
  name: 'restored-table',
  setting: [portal.namespace, portal.account],
  prepare: makeFormerTable,
  made: from(store('orders', { dynamodb: orders, tags: { stage: 'first', gone: 'soon' } }), {
    pointInTime: { source: 'former', latest: true },
  }),
  edited: from(
    store('orders', {
      dynamodb: { ...orders, timeToLive: { attribute: 'until' } },
      tags: { stage: 'second' },
    }),
    { pointInTime: { source: 'former', latest: true } },
  ),
  forget: forgetBackups,
};

/** A database of a snapshot: most of what its spec says follows as changes, the password among them. */
export const aRestoredMysql: Subject = {
  name: 'restored-mysql',
  setting: [portal.namespace, portal.account, storeNetwork],
  prepare: makeSnapshot,
  made: tagged(from(fullMysql, { snapshot: BY_HAND })),
  edited: editedAs(from(fullMysql, { snapshot: BY_HAND }), 'mysql', {
    multiAz: 'Disabled',
    backup: { retentionDays: 6, window: '02:00-02:30' },
  }),
  forget: forgetStores,
};
