import { DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds';
import { Waiting } from '../../errors.ts';
import { must } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { nameOf, type Instance } from './db-instance-record.ts';
import { existing } from './shared.ts';

/** What {@link finalSnapshotOf} needs. */
export const SNAPSHOT_READS = reads('rds:DescribeDBSnapshots');

/** The longest name of a snapshot. */
const NAME_MAX = 255;

/** The name of an instance's last copy. It carries AWS's own id of it, which no other of the same name ever has. */
export function finalSnapshotName(name: string, resourceId: string): string {
  const suffix = `-final-${resourceId.toLowerCase()}`;
  return `${name.slice(0, NAME_MAX - suffix.length)}${suffix}`;
}

/**
 * How a delete is told to keep a copy. A snapshot of the name is from a delete that came before, and is waited for where it
 * is not complete: AWS makes no second one.
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
  if (!made) return { FinalDBSnapshotIdentifier: name };
  if (made.Status !== 'available')
    throw new Waiting(
      'BackingUp',
      `snapshot ${name} of database instance ${nameOf(record)} is ${made.Status}, ${made.PercentProgress ?? 0} percent`,
    );
  return { SkipFinalSnapshot: true };
}
