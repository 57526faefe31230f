import {
  CreateBackupCommand,
  ListBackupsCommand,
  type BackupSummary,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { Waiting } from '../../errors.ts';
import { must, pages } from '../kind.ts';
import type { AwsSession } from '../session.ts';

/** The longest name of a backup. */
const NAME_MAX = 255;
/** How far the clocks of the cluster and of AWS may be apart: "within five minutes of the timestamp in the request", IAM User Guide. */
const CLOCKS_MS = 300_000;

/** The name of a table's last copy. It carries AWS's own id of it, which no other table of the same name ever has. */
export function lastBackupName(name: string, tableId: string): string {
  const suffix = `-final-${tableId}`;
  return `${name.slice(0, NAME_MAX - suffix.length)}${suffix}`;
}

/**
 * Makes sure that a complete copy is there of a table that is to go since then. Throws Waiting (`BackingUp`) until it is. A backup
 * holds the table as it was when it began: one from a delete that was given up does not count for what came after.
 */
export async function requireLastBackup(
  session: AwsSession,
  table: TableDescription,
  goingSince: Date,
): Promise<void> {
  // What AWS has archived it has backed up before, and nothing can be written to it since: ArchivalSummary, API reference.
  if (table.ArchivalSummary?.ArchivalBackupArn !== undefined) return;
  const TableName = must(table.TableName, 'TableName');
  const BackupName = lastBackupName(TableName, must(table.TableId, 'TableId'));
  const since = goingSince.getTime() - CLOCKS_MS;
  const isFresh = ({ BackupCreationDateTime: began }: BackupSummary) => (began?.getTime() ?? 0) >= since;
  const made = (await backupsOf(session, TableName)).filter(
    (backup) => backup.BackupName === BackupName && (backup.BackupStatus === 'CREATING' || isFresh(backup)),
  );
  if (made.some(({ BackupStatus }) => BackupStatus === 'AVAILABLE')) return;
  if (made.length === 0) await session.dynamodb.send(new CreateBackupCommand({ TableName, BackupName }));
  throw new Waiting('BackingUp', `table ${TableName} is deleted when its backup ${BackupName} is complete`);
}

async function backupsOf({ dynamodb }: AwsSession, TableName: string): Promise<BackupSummary[]> {
  const found: BackupSummary[] = [];
  const all = pages<BackupSummary>(async (ExclusiveStartBackupArn) => {
    const answer = await dynamodb.send(
      new ListBackupsCommand({
        TableName,
        BackupType: 'USER',
        ...(ExclusiveStartBackupArn !== undefined && { ExclusiveStartBackupArn }),
      }),
    );
    return { items: answer.BackupSummaries, next: answer.LastEvaluatedBackupArn };
  });
  for await (const page of all) found.push(...page);
  return found;
}
