import { CreateTableCommand, DynamoDBClient, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateReplicationGroupCommand,
  DeleteReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { CopiesByHand } from './copies-by-hand.ts';
import { eventually, eventuallyTaken } from './eventually.ts';
import type { World } from './world.ts';

/** The snapshot that is left of each of these. */
export const BY_HAND = 'by-hand';
/** What each of them is called. */
export const FORMER = 'former';

/** A table of somebody else, whose every moment AWS keeps. */
export async function makeFormerTable(world: World): Promise<void> {
  const dynamodb = new DynamoDBClient(world.clientOptions());
  try {
    await dynamodb.send(
      new CreateTableCommand({
        TableName: FORMER,
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
    await eventuallyTaken('recovery', () =>
      dynamodb.send(
        new UpdateContinuousBackupsCommand({ TableName: FORMER, PointInTimeRecoverySpecification }),
      ),
    );
  } finally {
    dynamodb.destroy();
  }
}

/** Resolves with the ARN of a backup of {@link makeFormerTable}'s. */
export async function leaveTableBackup(world: World): Promise<string> {
  const copies = new CopiesByHand(world);
  try {
    return await copies.ofTable(FORMER, BY_HAND);
  } finally {
    copies.destroy();
  }
}

const instanceState = async (rds: RDSClient) =>
  (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances?.find(
    (one) => one.DBInstanceIdentifier === FORMER,
  )?.DBInstanceStatus;
const clusterState = async (rds: RDSClient) =>
  (await rds.send(new DescribeDBClustersCommand({}))).DBClusters?.find(
    (one) => one.DBClusterIdentifier === FORMER,
  )?.Status;

async function makeInstance(rds: RDSClient, BackupRetentionPeriod: number): Promise<void> {
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: FORMER,
      Engine: 'mysql',
      EngineVersion: '8.0.40',
      DBInstanceClass: 'db.t3.micro',
      AllocatedStorage: 20,
      BackupRetentionPeriod,
      StorageEncrypted: true,
      MasterUsername: 'admin',
      MasterUserPassword: 'not-a-secret',
      DBName: 'olddb',
    }),
  );
  await eventually('the database', async () => (await instanceState(rds)) === 'available');
}

async function makeCluster(rds: RDSClient): Promise<void> {
  await rds.send(
    new CreateDBClusterCommand({
      DBClusterIdentifier: FORMER,
      Engine: 'aurora-postgresql',
      EngineVersion: '15.6',
      BackupRetentionPeriod: 1,
      StorageEncrypted: true,
      MasterUsername: 'postgres',
      MasterUserPassword: 'not-a-secret',
      DatabaseName: 'olddb',
    }),
  );
  await eventually('the cluster', async () => (await clusterState(rds)) === 'available');
}

/** A database and a cluster of somebody else, whose every moment AWS keeps. */
export async function makeFormerDatabases(world: World): Promise<void> {
  await leave(world, async (rds) => {
    await makeInstance(rds, 1);
    await makeCluster(rds);
  });
}

/** The snapshot of a database that is no more. */
export async function leaveInstanceSnapshot(world: World): Promise<void> {
  const DBInstanceIdentifier = FORMER;
  await leave(world, async (rds, copies) => {
    const state = () => instanceState(rds);
    await makeInstance(rds, 0);
    await copies.ofInstance(FORMER, BY_HAND);
    await eventually('the end of its backup', async () => (await state()) === 'available');
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
    await eventually('no database', async () => (await state()) === undefined);
  });
}

/** The snapshot of a cluster of Aurora that is no more. */
export async function leaveClusterSnapshot(world: World): Promise<void> {
  const DBClusterIdentifier = FORMER;
  await leave(world, async (rds, copies) => {
    const state = () => clusterState(rds);
    await makeCluster(rds);
    await copies.ofCluster(FORMER, BY_HAND);
    await eventually('the end of its backup', async () => (await state()) === 'available');
    await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true }));
    await eventually('no cluster', async () => (await state()) === undefined);
  });
}

/** The snapshot of a cache that is no more. */
export async function leaveCacheSnapshot(world: World): Promise<void> {
  const ReplicationGroupId = FORMER;
  const elasticache = new ElastiCacheClient(world.clientOptions());
  const state = async () =>
    (await elasticache.send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups?.find(
      (one) => one.ReplicationGroupId === FORMER,
    )?.Status;
  try {
    await leave(world, async (_, copies) => {
      await elasticache.send(
        new CreateReplicationGroupCommand({
          ReplicationGroupId,
          ReplicationGroupDescription: 'of somebody else',
          Engine: 'redis',
          EngineVersion: '7.0',
          CacheNodeType: 'cache.t3.micro',
          NumCacheClusters: 1,
          AtRestEncryptionEnabled: true,
          TransitEncryptionEnabled: true,
        }),
      );
      await eventually('the cache', async () => (await state()) === 'available');
      await copies.ofCache(FORMER, BY_HAND);
      await eventually('the end of its backup', async () => (await state()) === 'available');
      await elasticache.send(new DeleteReplicationGroupCommand({ ReplicationGroupId }));
      await eventually('no cache', async () => (await state()) === undefined);
    });
  } finally {
    elasticache.destroy();
  }
}

async function leave(
  world: World,
  run: (rds: RDSClient, copies: CopiesByHand) => Promise<void>,
): Promise<void> {
  const rds = new RDSClient(world.clientOptions());
  const copies = new CopiesByHand(world);
  try {
    await run(rds, copies);
  } finally {
    rds.destroy();
    copies.destroy();
  }
}
