import {
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  type DBClusterSnapshot,
  type DBSnapshot,
  type Tag,
} from '@aws-sdk/client-rds';
import { pages } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';

/** A snapshot of an instance or of a cluster. */
export interface StoreSnapshot {
  readonly name: string;
  /** `manual`, `automated`, `awsbackup`. */
  readonly type: string;
  readonly KmsKeyId?: string | undefined;
  /** Of an instance: the option group that it had. */
  readonly OptionGroupName?: string | undefined;
  readonly Tags: readonly Tag[];
}

/** What {@link storeSnapshots} reads. */
export const SNAPSHOT_ACTIONS = reads('rds:DescribeDBClusterSnapshots', 'rds:DescribeDBSnapshots');

/** RDS lists its own snapshots and those of people, and those of AWS Backup only where they are asked for. */
const TYPES = [undefined, 'awsbackup'] as const;

/** Every snapshot of a database in account and region. */
export async function* storeSnapshots({ rds }: AwsSession): AsyncGenerator<StoreSnapshot> {
  for (const SnapshotType of TYPES) {
    const asked = (Marker: string | undefined) => ({
      ...(SnapshotType && { SnapshotType }),
      ...(Marker !== undefined && { Marker }),
    });
    const ofInstances = pages<DBSnapshot>(async (Marker) => {
      const answer = await rds.send(new DescribeDBSnapshotsCommand(asked(Marker)));
      return { items: answer.DBSnapshots, next: answer.Marker };
    });
    for await (const page of ofInstances)
      for (const one of page) yield snapshotOf(one, one.DBSnapshotIdentifier);
    const ofClusters = pages<DBClusterSnapshot>(async (Marker) => {
      const answer = await rds.send(new DescribeDBClusterSnapshotsCommand(asked(Marker)));
      return { items: answer.DBClusterSnapshots, next: answer.Marker };
    });
    for await (const page of ofClusters)
      for (const one of page) yield snapshotOf(one, one.DBClusterSnapshotIdentifier);
  }
}

function snapshotOf(
  { SnapshotType = '', KmsKeyId, OptionGroupName, TagList = [] }: Partial<DBSnapshot & DBClusterSnapshot>,
  name = '',
): StoreSnapshot {
  return { name, type: SnapshotType, KmsKeyId, OptionGroupName, Tags: TagList };
}
