import { CreateBackupCommand, DescribeBackupCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSnapshotCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import {
  CreateDBClusterSnapshotCommand,
  CreateDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { eventually } from './eventually.ts';
import type { World } from './world.ts';

/** Copies of stores that somebody makes beside Landfall, each waited for until it is complete. */
export class CopiesByHand {
  readonly #rds: RDSClient;
  readonly #elasticache: ElastiCacheClient;
  readonly #dynamodb: DynamoDBClient;

  constructor(world: World) {
    const options = world.clientOptions();
    this.#rds = new RDSClient(options);
    this.#elasticache = new ElastiCacheClient(options);
    this.#dynamodb = new DynamoDBClient(options);
  }

  async ofInstance(DBInstanceIdentifier: string, snapshot: string): Promise<string> {
    const named = { DBSnapshotIdentifier: snapshot };
    await this.#rds.send(new CreateDBSnapshotCommand({ ...named, DBInstanceIdentifier }));
    await eventually(`snapshot ${snapshot}`, async () => {
      const { DBSnapshots: [one] = [] } = await this.#rds.send(new DescribeDBSnapshotsCommand(named));
      return one?.Status === 'available';
    });
    return snapshot;
  }

  async ofCluster(DBClusterIdentifier: string, snapshot: string): Promise<string> {
    const named = { DBClusterSnapshotIdentifier: snapshot };
    await this.#rds.send(new CreateDBClusterSnapshotCommand({ ...named, DBClusterIdentifier }));
    await eventually(`snapshot ${snapshot}`, async () => {
      const found = await this.#rds.send(new DescribeDBClusterSnapshotsCommand(named));
      return found.DBClusterSnapshots?.[0]?.Status === 'available';
    });
    return snapshot;
  }

  async ofCache(ReplicationGroupId: string, SnapshotName: string): Promise<string> {
    await this.#elasticache.send(new CreateSnapshotCommand({ SnapshotName, ReplicationGroupId }));
    await eventually(`snapshot ${SnapshotName}`, async () => {
      const found = await this.#elasticache.send(new DescribeSnapshotsCommand({ SnapshotName }));
      return found.Snapshots?.[0]?.SnapshotStatus === 'available';
    });
    return SnapshotName;
  }

  /** Resolves with the ARN of the backup. */
  async ofTable(TableName: string, BackupName: string): Promise<string> {
    const made = await this.#dynamodb.send(new CreateBackupCommand({ TableName, BackupName }));
    const BackupArn = made.BackupDetails?.BackupArn ?? '';
    await eventually(`backup ${BackupName}`, async () => {
      const { BackupDescription: found } = await this.#dynamodb.send(
        new DescribeBackupCommand({ BackupArn }),
      );
      return found?.BackupDetails?.BackupStatus === 'AVAILABLE';
    });
    return BackupArn;
  }

  destroy(): void {
    for (const client of [this.#rds, this.#elasticache, this.#dynamodb]) client.destroy();
  }
}
