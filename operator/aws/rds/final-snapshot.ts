import { DescribeDBClusterSnapshotsCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds';
import { Waiting } from '../../errors.ts';
import type { Permission } from '../../graph/kind.ts';
import { must } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { nameOf, type Instance } from './db-instance-record.ts';
import { nameOf as nameOfCluster, type Cluster } from './db-cluster-record.ts';
import { existing, onOurs } from './shared.ts';

/**
 * What the last copies need. AWS asks who deletes for making the snapshot and, where tags are copied, for tagging it, which is
 * bounded by nothing but our name of it: nobody has tagged it by then.
 */
function lastCopy(create: string, sort: 'snapshot' | 'cluster-snapshot'): Permission[] {
  const resource = `rds:{region}:{account}:${sort}:*-final-*`;
  return [
    ...onOurs(create),
    { action: `rds:${create}`, on: 'anything', resource },
    { action: 'rds:AddTagsToResource', on: 'anything', resource },
  ];
}

/** What {@link finalSnapshotOf} and the delete after it need. */
export const LAST_COPY: readonly Permission[] = [
  ...lastCopy('CreateDBSnapshot', 'snapshot'),
  ...reads('rds:DescribeDBSnapshots'),
];

/** What {@link finalSnapshotOfCluster} and the delete after it need. */
export const LAST_COPY_OF_CLUSTER: readonly Permission[] = [
  ...lastCopy('CreateDBClusterSnapshot', 'cluster-snapshot'),
  // The service authorization reference has the snapshot among the resources of the delete; no snapshot is deleted by it.
  {
    action: 'rds:DeleteDBCluster',
    on: 'anything',
    resource: 'rds:{region}:{account}:cluster-snapshot:*-final-*',
  },
  ...reads('rds:DescribeDBClusterSnapshots'),
];

/** The longest names of snapshots: DBSnapshotIdentifier and DBClusterSnapshotIdentifier of their create calls, API reference. */
const NAME_MAX = 255;
const CLUSTER_NAME_MAX = 63;

/** A snapshot as far as it is. */
interface Made {
  readonly Status?: string | undefined;
  readonly PercentProgress?: number | undefined;
}

/**
 * The name of the last copy of an instance or a cluster. It carries AWS's own id of it, which no other of the same name ever
 * has.
 */
export function finalSnapshotName(name: string, resourceId: string, max = NAME_MAX): string {
  const suffix = `-final-${resourceId.toLowerCase()}`;
  return `${name.slice(0, max - suffix.length).replace(/-$/, '')}${suffix}`;
}

/**
 * How the delete of an instance is told to keep a copy. A snapshot of the name is from a delete that came before, and is waited
 * for where it is not complete: AWS makes no second one.
 */
export async function finalSnapshotOf(
  { rds }: AwsSession,
  record: Instance,
): Promise<{ FinalDBSnapshotIdentifier: string } | { SkipFinalSnapshot: true }> {
  const name = finalSnapshotName(nameOf(record), must(record.DbiResourceId, 'DbiResourceId'));
  const [made] = await existing([name], async (DBSnapshotIdentifier) => {
    const answer = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }));
    return answer.DBSnapshots;
  });
  return keeping(name, `database instance ${nameOf(record)}`, made);
}

/** The same of a cluster. */
export async function finalSnapshotOfCluster(
  { rds }: AwsSession,
  record: Cluster,
): Promise<{ FinalDBSnapshotIdentifier: string } | { SkipFinalSnapshot: true }> {
  // Without what is the same of all, which would leave no room for the name.
  const id = must(record.DbClusterResourceId, 'DbClusterResourceId').replace(/^cluster-/, '');
  const name = finalSnapshotName(nameOfCluster(record), id, CLUSTER_NAME_MAX);
  const [made] = await existing([name], async (DBClusterSnapshotIdentifier) => {
    const answer = await rds.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier }));
    return answer.DBClusterSnapshots;
  });
  return keeping(name, `database cluster ${nameOfCluster(record)}`, made);
}

function keeping(name: string, what: string, made: Made | undefined) {
  if (!made) return { FinalDBSnapshotIdentifier: name };
  if (made.Status !== 'available')
    throw new Waiting(
      'BackingUp',
      `snapshot ${name} of ${what} is ${made.Status}, ${made.PercentProgress ?? 0} percent`,
    );
  return { SkipFinalSnapshot: true as const };
}
