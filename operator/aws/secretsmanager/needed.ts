import { TAG } from '../../graph/ownership.ts';
import { SNAPSHOT_ACTIONS, storeSnapshots } from '../rds/snapshots.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import type { Secret } from './secrets.ts';

/** What {@link neededStill} reads. */
export const NEEDED_ACTIONS = SNAPSHOT_ACTIONS;

/**
 * The first snapshot of the secret's database, whose tags snapshots have as well: a database that is restored from it has the
 * password that it had then. A cache that is restored is given another, and the automatic backups of a database are kept only where
 * a last snapshot is.
 */
export async function neededStill(session: AwsSession, secret: Secret): Promise<string | undefined> {
  const own = tagsOf(secret);
  for await (const { name, type, Tags } of storeSnapshots(session)) {
    const tags = tagsOf({ Tags });
    const isOwn = [TAG.installation, TAG.owner].every(
      (key) => own[key] !== undefined && tags[key] === own[key],
    );
    if (isOwn && type !== 'automated') return `a database restored from snapshot ${name} has its password`;
  }
  return undefined;
}
