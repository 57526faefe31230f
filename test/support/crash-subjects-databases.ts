import {
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import {
  DeleteDBClusterSnapshotCommand,
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import {
  DeleteSecretCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Subject } from './crash-subjects.ts';
import { portal } from './manifests.ts';
import { fullAurora, fullMysql, fullRedis, storeNetwork } from './store-manifests.ts';
import type { Manifest, World } from './world.ts';

const setting = [portal.namespace, portal.account, storeNetwork];

/** The object with other fields of its engine, beside other tags. */
export function editedAs(made: Manifest, engine: string, fields: object): Manifest {
  const spec = made.spec as Readonly<Record<string, object>>;
  return { ...made, spec: { ...spec, [engine]: { ...spec[engine], ...fields }, tags: { stage: 'second' } } };
}

export const tagged = (made: Manifest): Manifest => ({
  ...made,
  spec: { ...(made.spec as object), tags: { stage: 'first', gone: 'soon' } },
});

/** The copy of which restored stores are made: it is there before them, and stays. */
export const BY_HAND = 'by-hand';

/** Last copies of databases are left on purpose, and so are their automatic backups until their time is over. */
async function forgetSnapshots(world: World): Promise<void> {
  const rds = new RDSClient(world.clientOptions());
  const manual = { SnapshotType: 'manual' };
  try {
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand(manual));
    for (const { DBSnapshotIdentifier } of DBSnapshots.filter((one) => one.DBSnapshotIdentifier !== BY_HAND))
      await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
    const { DBClusterSnapshots = [] } = await rds.send(new DescribeDBClusterSnapshotsCommand(manual));
    for (const { DBClusterSnapshotIdentifier } of DBClusterSnapshots)
      await rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier }));
    const found = await rds.send(new DescribeDBInstanceAutomatedBackupsCommand({}));
    for (const { DbiResourceId } of found.DBInstanceAutomatedBackups ?? [])
      await rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId }));
  } finally {
    rds.destroy();
  }
}

/** The password of what has a last copy is kept as long as that: its name is free a moment after it is gone. */
async function forgetSecrets(world: World): Promise<void> {
  const secrets = new SecretsManagerClient(world.clientOptions());
  try {
    const { SecretList = [] } = await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }));
    for (const { ARN: SecretId } of SecretList)
      await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  } finally {
    secrets.destroy();
  }
}

export async function forgetDatabases(world: World): Promise<void> {
  await forgetSnapshots(world);
  await forgetSecrets(world);
}

async function forgetCaches(world: World): Promise<void> {
  const elasticache = new ElastiCacheClient(world.clientOptions());
  try {
    const { Snapshots = [] } = await elasticache.send(new DescribeSnapshotsCommand({}));
    for (const { SnapshotName } of Snapshots)
      await elasticache.send(new DeleteSnapshotCommand({ SnapshotName }));
  } finally {
    elasticache.destroy();
  }
  await forgetSecrets(world);
}

/** A database of MySQL; edited, it grows, is of another class and another major version, and most else of it changes. */
export const aMysql: Subject = {
  name: 'mysql',
  setting,
  made: tagged(fullMysql),
  edited: editedAs(fullMysql, 'mysql', {
    engineVersion: '8.4',
    allowMajorVersionUpgrade: true,
    instanceClass: 'db.t3.large',
    storageGiB: 500,
    iops: 13_000,
    multiAz: 'Disabled',
    parameters: [
      { name: 'wait_timeout', value: '300' },
      { name: 'performance_schema', value: '1' },
    ],
    backup: { retentionDays: 6, window: '02:00-02:30' },
    iamAuthentication: 'Disabled',
    logExports: ['error'],
  }),
  forget: forgetDatabases,
};

/** A cluster with two members; edited, it has three of a size, another major version, and most else of it changes. */
export const anAurora: Subject = {
  name: 'aurora',
  setting,
  made: tagged(fullAurora),
  edited: editedAs(fullAurora, 'auroraPostgresql', {
    engineVersion: '16',
    allowMajorVersionUpgrade: true,
    instances: 3,
    serverlessV2: undefined,
    instanceClass: 'db.t3.large',
    parameters: [{ name: 'work_mem', value: '131072' }],
    backup: { retentionDays: 6, window: '02:00-02:30' },
    iamAuthentication: 'Disabled',
    performanceInsights: { retentionDays: 7 },
  }),
  forget: forgetDatabases,
};

/** A cache with two replicas; edited, it is one node of another size, of Valkey, and most else of it changes. */
export const aRedis: Subject = {
  name: 'redis',
  setting,
  made: tagged(fullRedis),
  edited: editedAs(fullRedis, 'redis', {
    engine: 'Valkey',
    engineVersion: '8.0',
    allowMajorVersionUpgrade: true,
    nodeType: 'cache.t3.micro',
    nodes: 1,
    parameters: [{ name: 'maxmemory-policy', value: 'allkeys-lru' }],
    snapshotRetentionDays: 4,
    snapshotWindow: '02:00-03:00',
  }),
  forget: forgetCaches,
};
