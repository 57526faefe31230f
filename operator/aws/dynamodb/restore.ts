import {
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  TagResourceCommand,
  type KeySchemaElement,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { Waiting } from '../../errors.ts';
import type { ActionContext, Permission } from '../../graph/kind.ts';
import { copyTag, requireComplete, requireReached, unusable, type Copy } from '../copy.ts';
import { explainingDenial, unlessGone } from '../errors.ts';
import { must } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList } from '../tags.ts';
import type { DynamoDbTableInputs } from './table-inputs.ts';
import { keySchema } from './table-words.ts';
import { arnIn, describeTable, tables, TABLES, type TableEntry } from './tables.ts';

/** AWS asks who restores for these on the new table, which has no tags yet: developer guide, "Using IAM with DynamoDB backup and restore". */
const ITEMS = ['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'];

/** What is said to whoever has not attached it. */
const POLICY =
  'a restore of a table asks for rights on its items, which are in a policy of their own: attach manifests/iam/table-restores.json to the role (RestoreTables=true where it is of manifests/bootstrap/member-role.yaml), or take spec.restoreFrom out';

/**
 * What {@link restoreTable} needs for tables of this name, which may have an asterisk. It is no part of the policies that every
 * operator has: a table of that name which no installation has tagged could be another's.
 */
export function restoresOfTables(name: string): readonly Permission[] {
  const resource = `dynamodb:{region}:{account}:table/${name}`;
  const bare = (action: string): Permission => ({ action: `dynamodb:${action}`, on: 'bare', resource });
  return [
    ...ITEMS.map(bare),
    ...['RestoreTableFromBackup', 'RestoreTableToPointInTime'].map(bare),
    { action: 'dynamodb:TagResource', on: 'untagged', resource },
    // The source, which has any name, and the tags of whoever had it made.
    { action: 'dynamodb:RestoreTableFromBackup', on: 'anything', resource: `${TABLES}/backup/*` },
    ...onOwn('dynamodb:RestoreTableToPointInTime').map((one) => ({ ...one, resource: TABLES })),
    { action: 'dynamodb:RestoreTableToPointInTime', on: 'bare', resource: TABLES },
    ...reads('dynamodb:DescribeBackup'),
  ];
}

/**
 * Makes a table of a copy. The call takes no tags, so that the table is ours only when it is there: throws Waiting until then. A
 * table of the name that was made of the copy and has no tags is this one, of a call that came before.
 */
export async function restoreTable(
  context: ActionContext<AwsSession>,
  inputs: DynamoDbTableInputs,
  copy: Copy,
): Promise<TableEntry> {
  const { session, tags, wrote } = context;
  const { name } = inputs;
  const table = await describeTable(session, name);
  if (!table) await explainingDenial(restore(session, inputs, copy), POLICY);
  if (!table || table.TableStatus === 'CREATING')
    throw new Waiting('WaitingForAws', `table ${name} is being restored`);
  if (table.TableStatus === 'DELETING')
    throw new Waiting(
      'WaitingForAws',
      `the former table ${name} is still being deleted; the restored one follows`,
    );
  const ResourceArn = must(table.TableArn, 'TableArn');
  const [found] = await tables.get(session, [ResourceArn]);
  // Another one of the name, or one that has its tags already: whose it is, these say.
  if (found && (found.Tags.length > 0 || !isMadeOf(table, copy, session))) return found;
  const Tags = tagList({ ...tags, ...copyTag(copy) });
  await explainingDenial(session.dynamodb.send(new TagResourceCommand({ ResourceArn, Tags })), POLICY);
  const made = { TableArn: ResourceArn, TableName: name, Tags };
  wrote(tables, ResourceArn, () => made);
  return made;
}

function isMadeOf({ RestoreSummary: summary }: TableDescription, copy: Copy, session: AwsSession): boolean {
  if ('snapshot' in copy) return summary?.SourceBackupArn === copy.snapshot;
  if (summary?.SourceTableArn !== sourceArn(session, copy.source)) return false;
  return copy.time === undefined || summary.RestoreDateTime?.getTime() === new Date(copy.time).getTime();
}

function sourceArn(session: AwsSession, source: string): string {
  return source.startsWith('arn:') ? source : arnIn(session, source);
}

async function restore(session: AwsSession, inputs: DynamoDbTableInputs, copy: Copy): Promise<void> {
  const { dynamodb } = session;
  const settings = {
    TargetTableName: inputs.name,
    SSESpecificationOverride:
      inputs.kmsKeyArn === undefined
        ? { Enabled: false }
        : { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId: inputs.kmsKeyArn },
  };
  if ('snapshot' in copy) {
    const BackupArn = copy.snapshot;
    const answer = await unlessGone(dynamodb.send(new DescribeBackupCommand({ BackupArn })));
    const { BackupDetails: backup, SourceTableDetails: source } = answer?.BackupDescription ?? {};
    if (!backup || backup.BackupStatus === 'DELETED')
      return unusable(copy, 'is not there: name a backup of this account and region');
    requireComplete(copy, (backup.BackupStatus ?? '').toLowerCase());
    requireKeys(copy, inputs, source?.KeySchema ?? []);
    await dynamodb.send(new RestoreTableFromBackupCommand({ BackupArn, ...settings }));
    return;
  }
  const SourceTableArn = sourceArn(session, copy.source);
  const name = SourceTableArn.slice(SourceTableArn.indexOf('/') + 1);
  const source = await describeTable(session, name);
  if (!source)
    return unusable(
      copy,
      'is not there: name a table of this account and region; of one that is gone AWS keeps a backup for 35 days, to be named as backup',
    );
  requireKeys(copy, inputs, source.KeySchema ?? []);
  const { ContinuousBackupsDescription: backups } = await dynamodb.send(
    new DescribeContinuousBackupsCommand({ TableName: name }),
  );
  const recovery = backups?.PointInTimeRecoveryDescription;
  if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED')
    return unusable(copy, 'has no point-in-time recovery: name a backup instead');
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery;
  requireReached(copy, { earliest, latest }, new Date());
  await dynamodb.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableArn,
      ...(copy.time === undefined
        ? { UseLatestRestorableTime: true }
        : { RestoreDateTime: new Date(copy.time) }),
      ...settings,
    }),
  );
}

/** A restored table has the keys of its source. */
function requireKeys(copy: Copy, inputs: DynamoDbTableInputs, held: readonly KeySchemaElement[]): void {
  const text = (keys: readonly KeySchemaElement[]) =>
    keys.map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(', ');
  const wanted = keySchema(inputs.key);
  if (text(held) !== text(wanted))
    unusable(
      copy,
      `has the keys ${text(held)}, and spec.dynamodb says ${text(wanted)}: set partitionKey and sortKey to those of the copy`,
    );
}
