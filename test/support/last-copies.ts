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
import type { World } from './world.ts';

/** What stores of any engine leave behind in AWS: final snapshots and backups. */
export class LastCopies {
  readonly #rds: RDSClient;
  readonly #elasticache: ElastiCacheClient;
  readonly #dynamodb: DynamoDBClient;

  constructor(world: World) {
    const options = world.clientOptions();
    this.#rds = new RDSClient(options);
    this.#elasticache = new ElastiCacheClient(options);
    this.#dynamodb = new DynamoDBClient(options);
  }

  /** All that were made by hand or as a last copy, in any order: of what, and how far. */
  async list(): Promise<string[]> {
    const { instances, clusters, caches, tables } = await this.#found();
    return [
      ...instances.map((one) => `${one.DBInstanceIdentifier} ${one.Status}`),
      ...clusters.map((one) => `${one.DBClusterIdentifier} ${one.Status}`),
      ...caches.map((one) => `${one.ReplicationGroupId} ${one.SnapshotStatus}`),
      ...tables.map((one) => `${one.TableName} ${one.BackupStatus?.toLowerCase()}`),
    ].sort();
  }

  /** Deletes them but for snapshots called `kept`, and the automated backups of instances that are no more, which AWS keeps as long as it would have. */
  async delete(kept?: string): Promise<void> {
    const { instances, clusters, caches, tables, automated } = await this.#found();
    for (const { DBSnapshotIdentifier } of instances.filter((one) => one.DBSnapshotIdentifier !== kept))
      await this.#rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
    for (const { DBClusterSnapshotIdentifier } of clusters.filter(
      (one) => one.DBClusterSnapshotIdentifier !== kept,
    ))
      await this.#rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier }));
    for (const { SnapshotName } of caches.filter((one) => one.SnapshotName !== kept))
      await this.#elasticache.send(new DeleteSnapshotCommand({ SnapshotName }));
    for (const { BackupArn } of tables) await this.#dynamodb.send(new DeleteBackupCommand({ BackupArn }));
    for (const { DbiResourceId } of automated)
      await this.#rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId }));
  }

  destroy(): void {
    for (const client of [this.#rds, this.#elasticache, this.#dynamodb]) client.destroy();
  }

  async #found() {
    const SnapshotType = 'manual';
    const [instances, clusters, caches, tables, automated] = await Promise.all([
      this.#rds.send(new DescribeDBSnapshotsCommand({ SnapshotType })),
      this.#rds.send(new DescribeDBClusterSnapshotsCommand({ SnapshotType })),
      this.#elasticache.send(new DescribeSnapshotsCommand({})),
      this.#dynamodb.send(new ListBackupsCommand({})),
      this.#rds.send(new DescribeDBInstanceAutomatedBackupsCommand({})),
    ]);
    return {
      instances: instances.DBSnapshots ?? [],
      clusters: clusters.DBClusterSnapshots ?? [],
      caches: caches.Snapshots ?? [],
      tables: tables.BackupSummaries ?? [],
      automated: (automated.DBInstanceAutomatedBackups ?? []).filter(({ Status }) => Status === 'retained'),
    };
  }
}
