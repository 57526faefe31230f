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
  DeleteOptionGroupCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  DescribeOptionGroupsCommand,
  RDSClient,
  type RDSClientConfig,
} from '@aws-sdk/client-rds';
import {
  DeleteSecretCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { LocalAws } from '../aws/local-aws.ts';

/** What a store has left in AWS on purpose. */
export interface Copy {
  /** A last copy, the automatic backups of what is no more, or the password and the options of what is restored from either. */
  readonly sort: 'LastCopy' | 'AutomaticBackups' | 'Password' | 'Options';
  /** Its own name: that of a snapshot, a backup, a secret or an option group. */
  readonly name?: string;
  /** The name of the store. */
  readonly of?: string;
  /** How far it is, of a last copy. */
  readonly state?: string;
  readonly what: string;
  /** The command that deletes it. */
  readonly instead: string;
  readonly forget: () => Promise<unknown>;
}

/** Where to look. */
export type CopiesAt = Pick<RDSClientConfig, 'endpoint' | 'region' | 'credentials' | 'maxAttempts'>;

/** What the stores of an account have left. */
export class Copies {
  readonly #rds: RDSClient;
  readonly #elasticache: ElastiCacheClient;
  readonly #dynamodb: DynamoDBClient;
  readonly #secrets: SecretsManagerClient;

  constructor(at: CopiesAt) {
    this.#rds = new RDSClient(at);
    this.#elasticache = new ElastiCacheClient(at);
    this.#dynamodb = new DynamoDBClient(at);
    this.#secrets = new SecretsManagerClient(at);
  }

  async list(): Promise<Copy[]> {
    const found = await Promise.all([
      ofClusters(this.#rds),
      ofDatabases(this.#rds),
      optionGroups(this.#rds),
      ofCaches(this.#elasticache),
      ofTables(this.#dynamodb),
      passwords(this.#secrets),
    ]);
    return found.flat();
  }

  destroy(): void {
    for (const client of [this.#rds, this.#elasticache, this.#dynamodb, this.#secrets]) client.destroy();
  }
}

/** Runs `use` with the copies that all of these accounts have. */
export async function withCopies<T>(
  aws: LocalAws,
  accountIds: readonly string[],
  use: (copies: readonly Copy[]) => Promise<T>,
): Promise<T> {
  const all = accountIds.map(
    (accountId) =>
      new Copies({ region: 'us-east-1', endpoint: aws.url, credentials: aws.credentials(accountId) }),
  );
  try {
    return await use((await Promise.all(all.map(async (copies) => copies.list()))).flat());
  } finally {
    for (const copies of all) copies.destroy();
  }
}

async function ofClusters(rds: RDSClient): Promise<Copy[]> {
  const found = await rds.send(new DescribeDBClusterSnapshotsCommand({ SnapshotType: 'manual' }));
  return (found.DBClusterSnapshots ?? []).map(
    ({ DBClusterSnapshotIdentifier: name = '', DBClusterIdentifier: of = '', Status: state = '' }): Copy => ({
      sort: 'LastCopy',
      name,
      of,
      state,
      what: `cluster snapshot ${name} of ${of}, ${state}`,
      instead: `aws rds delete-db-cluster-snapshot --db-cluster-snapshot-identifier ${name}`,
      forget: () => rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: name })),
    }),
  );
}

async function ofDatabases(rds: RDSClient): Promise<Copy[]> {
  const found = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
  const automatic = await rds.send(new DescribeDBInstanceAutomatedBackupsCommand({}));
  const kept = (automatic.DBInstanceAutomatedBackups ?? []).filter(({ Status }) => Status === 'retained');
  return [
    ...(found.DBSnapshots ?? []).map(
      ({ DBSnapshotIdentifier: name = '', DBInstanceIdentifier: of = '', Status: state = '' }): Copy => ({
        sort: 'LastCopy',
        name,
        of,
        state,
        what: `snapshot ${name} of ${of}, ${state}`,
        instead: `aws rds delete-db-snapshot --db-snapshot-identifier ${name}`,
        forget: () => rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: name })),
      }),
    ),
    ...kept.map(({ DbiResourceId: id, DBInstanceIdentifier: of = '' }): Copy => ({
      sort: 'AutomaticBackups',
      of,
      what: `the automatic backups of ${of}, which AWS deletes when their days are over`,
      instead: `aws rds delete-db-instance-automated-backup --dbi-resource-id ${id}`,
      forget: () => rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId: id })),
    })),
  ];
}

/** Kept where a snapshot needs it, and gone only after it. */
async function optionGroups(rds: RDSClient): Promise<Copy[]> {
  const { OptionGroupsList = [] } = await rds.send(new DescribeOptionGroupsCommand({}));
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const memberships = DBInstances.flatMap(({ OptionGroupMemberships = [] }) => OptionGroupMemberships);
  const used = new Set(memberships.map(({ OptionGroupName }) => OptionGroupName));
  return OptionGroupsList.filter(
    ({ OptionGroupName: name = '' }) => !name.startsWith('default:') && !used.has(name),
  ).map(({ OptionGroupName: name = '' }): Copy => ({
    sort: 'Options',
    name,
    what: `option group ${name}, with which AWS restores`,
    instead: `aws rds delete-option-group --option-group-name ${name}`,
    forget: () => rds.send(new DeleteOptionGroupCommand({ OptionGroupName: name })),
  }));
}

async function ofCaches(elasticache: ElastiCacheClient): Promise<Copy[]> {
  const { Snapshots = [] } = await elasticache.send(new DescribeSnapshotsCommand({}));
  return Snapshots.map(
    ({ SnapshotName: name = '', ReplicationGroupId: of = '', SnapshotStatus: state = '' }): Copy => ({
      sort: 'LastCopy',
      name,
      of,
      state,
      what: `snapshot ${name} of ${of}, ${state}`,
      instead: `aws elasticache delete-snapshot --snapshot-name ${name}`,
      forget: () => elasticache.send(new DeleteSnapshotCommand({ SnapshotName: name })),
    }),
  );
}

async function ofTables(dynamodb: DynamoDBClient): Promise<Copy[]> {
  const { BackupSummaries = [] } = await dynamodb.send(new ListBackupsCommand({}));
  return BackupSummaries.map(
    ({ BackupName: name = '', BackupArn: arn, TableName: of = '', BackupStatus = '' }): Copy => ({
      sort: 'LastCopy',
      name,
      of,
      state: BackupStatus.toLowerCase(),
      what: `backup ${name} of ${of}, ${BackupStatus.toLowerCase()}`,
      instead: `aws dynamodb delete-backup --backup-arn ${arn}`,
      forget: () => dynamodb.send(new DeleteBackupCommand({ BackupArn: arn })),
    }),
  );
}

/** Kept where a snapshot needs it: what is restored from that has its password. */
async function passwords(secrets: SecretsManagerClient): Promise<Copy[]> {
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
  return SecretList.map(({ Name: name = '' }): Copy => ({
    sort: 'Password',
    name,
    what: `secret ${name}, with the password of what is restored`,
    instead: `aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery`,
    forget: () => secrets.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })),
  }));
}
