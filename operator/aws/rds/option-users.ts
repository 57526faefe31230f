import {
  DescribeDBInstanceAutomatedBackupsCommand,
  type DBInstanceAutomatedBackup,
} from '@aws-sdk/client-rds';
import { pages } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import type { DbOptionGroup } from './option-groups.ts';
import { PAGE } from './shared.ts';
import { SNAPSHOT_ACTIONS, storeSnapshots } from './snapshots.ts';

/** What {@link optionsNeededStill} reads. */
export const OPTION_USERS = [...SNAPSHOT_ACTIONS, ...reads('rds:DescribeDBInstanceAutomatedBackups')];

/**
 * The first copy that was made with a group, which AWS does not delete meanwhile: "Deleting an option group" of Working with
 * option groups, Amazon RDS User Guide.
 */
export async function optionsNeededStill(
  session: AwsSession,
  { name: group }: DbOptionGroup,
): Promise<string | undefined> {
  for await (const { name, OptionGroupName } of storeSnapshots(session))
    if (OptionGroupName === group) return `snapshot ${name} is restored with it`;
  const all = pages<DBInstanceAutomatedBackup>(async (Marker) => {
    const answer = await session.rds.send(
      new DescribeDBInstanceAutomatedBackupsCommand({
        MaxRecords: PAGE,
        ...(Marker !== undefined && { Marker }),
      }),
    );
    return { items: answer.DBInstanceAutomatedBackups, next: answer.Marker };
  });
  for await (const page of all)
    for (const { DBInstanceIdentifier, OptionGroupName, Status } of page)
      if (OptionGroupName === group && Status === 'retained')
        return `what is kept of database instance ${DBInstanceIdentifier} is restored with it`;
  return undefined;
}
