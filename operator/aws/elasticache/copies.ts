import { DescribeSnapshotsCommand, type Snapshot } from '@aws-sdk/client-elasticache';
import { isBelow } from '../../engine-versions.ts';
import type { Permission } from '../../graph/kind.ts';
import { requireComplete, unusable } from '../copy.ts';
import { unlessGone } from '../errors.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import type { ReplicationGroupInputs } from './replication-group-diff.ts';

/** What {@link requireSnapshot} and a create of the snapshot need. */
export const RESTORES_OF_CACHES: readonly Permission[] = [
  {
    action: 'elasticache:CreateReplicationGroup',
    on: 'anything',
    resource: 'elasticache:{region}:{account}:snapshot:*',
  },
  ...reads('elasticache:DescribeSnapshots'),
];

/**
 * Throws Terminal (`CopyUnusable`) where no cache like this can be made of its snapshot, and Waiting until that is complete. A
 * snapshot of Redis OSS may become one of Valkey: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-restoring.html
 */
export async function requireSnapshot(session: AwsSession, inputs: ReplicationGroupInputs): Promise<void> {
  const { restoreFrom: copy, engine, engineVersion } = inputs;
  if (!copy) return;
  const snapshot = await find(session, copy.snapshot);
  if (!snapshot) return unusable(copy, 'is not there: name a snapshot of this account and region');
  requireComplete(copy, snapshot.SnapshotStatus ?? '');
  const {
    Engine: held = 'redis',
    EngineVersion: version = '',
    KmsKeyId: keyArn,
    NumNodeGroups: shards = 1,
  } = snapshot;
  if (held === 'valkey' && engine === 'redis')
    unusable(copy, 'is of Valkey, which Redis cannot read: set spec.redis.engine to Valkey');
  const [major = '', minor = '0'] = version.split('.');
  if (held === engine && isBelow(engineVersion, `${major}.${minor}`))
    unusable(
      copy,
      `is of version ${version}, and spec.redis.engineVersion is ${engineVersion}, which cannot read it: set it to ${major}.${minor}`,
    );
  if (shards > 1 && !inputs.clusterMode)
    unusable(
      copy,
      `has ${shards} shards, and a cache without spec.redis.clusterMode holds one: give clusterMode`,
    );
  if (keyArn !== undefined && inputs.kmsKeyArn === undefined)
    unusable(
      copy,
      `is encrypted with key ${keyArn}, and spec.encryption names none: set it to key Given with keyArn ${keyArn}, or to Dedicated`,
    );
}

async function find({ elasticache }: AwsSession, SnapshotName: string): Promise<Snapshot | undefined> {
  const answer = await unlessGone(elasticache.send(new DescribeSnapshotsCommand({ SnapshotName })));
  return answer?.Snapshots?.[0];
}
