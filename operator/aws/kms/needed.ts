import {
  DescribeBackupCommand,
  DescribeTableCommand,
  ListBackupsCommand,
  type BackupSummary,
} from '@aws-sdk/client-dynamodb';
import { DescribeSnapshotsCommand, type Snapshot } from '@aws-sdk/client-elasticache';
import { TAG } from '../../graph/ownership.ts';
import { nameIn } from '../dynamodb/tables.ts';
import { unlessGone } from '../errors.ts';
import { pages } from '../kind.ts';
import { nominated, NOMINATION_ACTIONS } from '../nominated.ts';
import { reads } from '../permissions.ts';
import { SNAPSHOT_ACTIONS, storeSnapshots } from '../rds/snapshots.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import type { Key } from './keys.ts';

/** What {@link neededStill} reads. */
export const NEEDED_ACTIONS = [
  ...reads(
    'dynamodb:DescribeBackup',
    'dynamodb:DescribeTable',
    'dynamodb:ListBackups',
    'elasticache:DescribeSnapshots',
  ),
  ...SNAPSHOT_ACTIONS,
  ...NOMINATION_ACTIONS,
];

/** The first that can be read with this key alone: a snapshot, a backup, or a table that can go back to a time when it was its key. */
export async function neededStill(session: AwsSession, key: Key): Promise<string | undefined> {
  const looks = [tableOf, snapshotOf, cacheSnapshotOf, backupOf];
  for (const look of looks) {
    const found = await look(session, key);
    if (found !== undefined) return `${found} cannot be read without it`;
  }
  return undefined;
}

/** A table that is there still can be restored to any second of the last days, with the key that it had then. */
async function tableOf(session: AwsSession, key: Key): Promise<string | undefined> {
  const { [TAG.installation]: installation = '', [TAG.owner]: owner } = tagsOf(key);
  for await (const page of nominated(session, 'dynamodb:table', installation))
    for (const [arn, tags] of page) {
      if (tags[TAG.owner] !== owner) continue;
      const status = await tableStatus(session, nameIn(arn));
      if (status !== undefined && status !== 'DELETING') return `what table ${nameIn(arn)} was before`;
    }
  return undefined;
}

async function tableStatus({ dynamodb }: AwsSession, TableName: string): Promise<string | undefined> {
  const answer = await unlessGone(dynamodb.send(new DescribeTableCommand({ TableName })));
  return answer?.Table?.TableStatus;
}

async function snapshotOf(session: AwsSession, { Arn }: Key): Promise<string | undefined> {
  for await (const { name, KmsKeyId } of storeSnapshots(session))
    if (KmsKeyId === Arn) return `snapshot ${name}`;
  return undefined;
}

/** ElastiCache does not say by which key a snapshot is encrypted, so each of the cache that the key was made for counts. */
async function cacheSnapshotOf({ elasticache }: AwsSession, key: Key): Promise<string | undefined> {
  const ReplicationGroupId = storeIn(key);
  if (ReplicationGroupId === undefined) return undefined;
  const all = pages<Snapshot>(async (Marker) => {
    const answer = await elasticache.send(
      new DescribeSnapshotsCommand({ ReplicationGroupId, ...(Marker !== undefined && { Marker }) }),
    );
    return { items: answer.Snapshots, next: answer.Marker };
  });
  for await (const page of all) for (const { SnapshotName } of page) return `snapshot ${SnapshotName}`;
  return undefined;
}

/** Backups that DynamoDB makes of its own accord when a table goes do not count: nobody asked for them, and they end by themselves. */
async function backupOf({ dynamodb }: AwsSession, key: Key): Promise<string | undefined> {
  const TableName = storeIn(key);
  const all = pages<BackupSummary>(async (ExclusiveStartBackupArn) => {
    const answer = await dynamodb.send(
      new ListBackupsCommand({
        ...(TableName !== undefined && { TableName }),
        BackupType: 'ALL',
        ...(ExclusiveStartBackupArn !== undefined && { ExclusiveStartBackupArn }),
      }),
    );
    return { items: answer.BackupSummaries, next: answer.LastEvaluatedBackupArn };
  });
  for await (const page of all)
    for (const { BackupArn, BackupName, BackupType } of page)
      if (BackupType !== 'SYSTEM' && (await keyOfBackup({ dynamodb }, BackupArn)) === key.Arn)
        return `backup ${BackupName}`;
  return undefined;
}

async function keyOfBackup(
  { dynamodb }: Pick<AwsSession, 'dynamodb'>,
  BackupArn: string | undefined,
): Promise<string | undefined> {
  const answer = await unlessGone(dynamodb.send(new DescribeBackupCommand({ BackupArn })));
  return answer?.BackupDescription?.SourceTableFeatureDetails?.SSEDescription?.KMSMasterKeyArn;
}

/** The name of the store that a key was made for, which stands in its description. */
function storeIn({ Description }: Key): string | undefined {
  return /\(([\w.-]+)\)$/.exec(Description)?.[1];
}
