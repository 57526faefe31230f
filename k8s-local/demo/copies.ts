import { DeleteBackupCommand, DynamoDBClient, ListBackupsCommand } from '@aws-sdk/client-dynamodb';
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
import type { LocalAws } from '../aws/local-aws.ts';

/** What a store has left in AWS on purpose. */
export interface Copy {
  readonly what: string;
  /** The command that deletes it. */
  readonly instead: string;
  readonly forget: () => Promise<unknown>;
}

interface Clients {
  readonly rds: RDSClient;
  readonly elasticache: ElastiCacheClient;
  readonly dynamodb: DynamoDBClient;
  readonly secrets: SecretsManagerClient;
}

/** Runs `use` with the copies that all of these accounts have. */
export async function withCopies<T>(
  aws: LocalAws,
  accountIds: readonly string[],
  use: (copies: readonly Copy[]) => Promise<T>,
): Promise<T> {
  const all = accountIds.map((accountId): Clients => {
    const options = { region: 'us-east-1', endpoint: aws.url, credentials: aws.credentials(accountId) };
    return {
      rds: new RDSClient(options),
      elasticache: new ElastiCacheClient(options),
      dynamodb: new DynamoDBClient(options),
      secrets: new SecretsManagerClient(options),
    };
  });
  try {
    const found = await Promise.all(
      all.flatMap((clients) => [
        ofClusters(clients),
        ofDatabases(clients),
        ofCaches(clients),
        ofTables(clients),
        passwords(clients),
      ]),
    );
    return await use(found.flat());
  } finally {
    for (const { rds, elasticache, dynamodb, secrets } of all)
      for (const client of [rds, elasticache, dynamodb, secrets]) client.destroy();
  }
}

async function ofClusters({ rds }: Clients): Promise<Copy[]> {
  const found = await rds.send(new DescribeDBClusterSnapshotsCommand({ SnapshotType: 'manual' }));
  return (found.DBClusterSnapshots ?? []).map(
    ({ DBClusterSnapshotIdentifier: name = '', DBClusterIdentifier: of, Status }) => ({
      what: `cluster snapshot ${name} of ${of}, ${Status}`,
      instead: `aws rds delete-db-cluster-snapshot --db-cluster-snapshot-identifier ${name}`,
      forget: () => rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: name })),
    }),
  );
}

async function ofDatabases({ rds }: Clients): Promise<Copy[]> {
  const found = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
  const kept = await rds.send(new DescribeDBInstanceAutomatedBackupsCommand({}));
  return [
    ...(found.DBSnapshots ?? []).map(
      ({ DBSnapshotIdentifier: name = '', DBInstanceIdentifier: of, Status }) => ({
        what: `snapshot ${name} of ${of}, ${Status}`,
        instead: `aws rds delete-db-snapshot --db-snapshot-identifier ${name}`,
        forget: () => rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: name })),
      }),
    ),
    ...(kept.DBInstanceAutomatedBackups ?? []).map(({ DbiResourceId: id, DBInstanceIdentifier: of }) => ({
      what: `the automatic backups of ${of}, which AWS deletes when their days are over`,
      instead: `aws rds delete-db-instance-automated-backup --dbi-resource-id ${id}`,
      forget: () => rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId: id })),
    })),
  ];
}

async function ofCaches({ elasticache }: Clients): Promise<Copy[]> {
  const { Snapshots = [] } = await elasticache.send(new DescribeSnapshotsCommand({}));
  return Snapshots.map(({ SnapshotName: name = '', ReplicationGroupId: of, SnapshotStatus: status }) => ({
    what: `snapshot ${name} of ${of}, ${status}`,
    instead: `aws elasticache delete-snapshot --snapshot-name ${name}`,
    forget: () => elasticache.send(new DeleteSnapshotCommand({ SnapshotName: name })),
  }));
}

async function ofTables({ dynamodb }: Clients): Promise<Copy[]> {
  const { BackupSummaries = [] } = await dynamodb.send(new ListBackupsCommand({}));
  return BackupSummaries.map(({ BackupName: name, BackupArn: arn, TableName: of, BackupStatus: status }) => ({
    what: `backup ${name} of ${of}, ${status?.toLowerCase()}`,
    instead: `aws dynamodb delete-backup --backup-arn ${arn}`,
    forget: () => dynamodb.send(new DeleteBackupCommand({ BackupArn: arn })),
  }));
}

/** Kept where a snapshot needs it: what is restored from that has its password. */
async function passwords({ secrets }: Clients): Promise<Copy[]> {
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
  return SecretList.map(({ Name: name }) => ({
    what: `secret ${name}, with the password of what is restored`,
    instead: `aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery`,
    forget: () => secrets.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })),
  }));
}
