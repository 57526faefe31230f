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

/** Of a snapshot on which nothing happens any more. */
const OVER: ReadonlySet<string> = new Set(['available', 'failed']);

/** Last copies of one life: more than a person makes by hand. */
const SNAPSHOTS_MAX = 9;

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

/** How the delete of an instance is told to keep a copy. */
export async function finalSnapshotOf({ rds }: AwsSession, record: Instance): Promise<LastCopy> {
  const name = nameOf(record);
  const id = must(record.DbiResourceId, 'DbiResourceId');
  return nextCopy({
    what: `database instance ${name}`,
    name: (count) => finalSnapshotName(name, `${id}${count}`),
    find: async (DBSnapshotIdentifier) => {
      const answer = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }));
      return answer.DBSnapshots;
    },
  });
}

/** The same of a cluster. */
export async function finalSnapshotOfCluster({ rds }: AwsSession, record: Cluster): Promise<LastCopy> {
  const name = nameOfCluster(record);
  // Without what is the same of all, which would leave no room for the name.
  const id = must(record.DbClusterResourceId, 'DbClusterResourceId').replace(/^cluster-/, '');
  return nextCopy({
    what: `database cluster ${name}`,
    name: (count) => finalSnapshotName(name, `${id}${count}`, CLUSTER_NAME_MAX),
    find: async (DBClusterSnapshotIdentifier) => {
      const answer = await rds.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier }));
      return answer.DBClusterSnapshots;
    },
  });
}

/** What the delete of an instance or a cluster is told of its last copy. */
interface LastCopy {
  readonly FinalDBSnapshotIdentifier: string;
}

interface Names {
  readonly what: string;
  /** The name with something behind it: nothing, `-2`, `-3`. */
  readonly name: (count: string) => string;
  readonly find: (name: string) => Promise<readonly Made[] | undefined>;
}

/**
 * Under the first name that no snapshot has. One that is being made may be of a delete whose answer was lost, and is waited for; one that
 * is complete, of something that stands, was written before what has been written since, and counts for nothing.
 */
async function nextCopy({ what, name, find }: Names): Promise<LastCopy> {
  for (let count = 1; ; count += 1) {
    const one = name(count === 1 ? '' : `-${count}`);
    const [made] = await existing([one], find);
    // With so many of them AWS may refuse the last name, and say why.
    if (!made || count === SNAPSHOTS_MAX) return { FinalDBSnapshotIdentifier: one };
    const { Status: status = '', PercentProgress: percent = 0 } = made;
    if (!OVER.has(status))
      throw new Waiting('BackingUp', `snapshot ${one} of ${what} is ${status}, ${percent} percent`);
  }
}
