import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type PointInTimeRecoveryDescription,
  type ProvisionedThroughputDescription,
  type TableDescription,
  type TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb';
import type { State } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsCollection } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { describeTable, nameIn, tables } from './tables.ts';

/** How a table is; while it is being made nothing is known yet of what is set on it afterwards. */
export interface DescribedTable {
  readonly table: TableDescription;
  readonly timeToLive?: TimeToLiveDescription | undefined;
  readonly recovery?: PointInTimeRecoveryDescription | undefined;
  /** Whether AWS has enabled backups, which it does by itself beside the making of a table, or a moment after. */
  readonly hasBackups?: boolean;
}

/** How tables are, which AWS tells of one a call. */
export const tableDescriptions: AwsCollection<DescribedTable> = {
  name: 'dynamodb/table-descriptions',
  lane: 'slow',
  scope: 'region',
  iam: reads('dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive', 'dynamodb:DescribeContinuousBackups'),
  parent: tables.name,
  stirredBy: tables.name,
  settled: ({ table, timeToLive, hasBackups = true }) =>
    stateOf({ table }).phase !== 'pending' && timeToLive?.TimeToLiveStatus !== 'DISABLING' && hasBackups,
  async *list() {},
  async get(session, arns, before) {
    const found = await Promise.all(arns.map((arn) => describe(session, nameIn(arn), before?.(arn))));
    return found.filter((described) => described !== undefined);
  },
  id: ({ table }) => must(table.TableArn, 'TableArn'),
  tags: () => ({}),
};

/** What of a description says how the table is: sizes, counts and what AWS has ready for requests change by themselves. */
export function brief({
  ItemCount: _items,
  TableSizeBytes: _bytes,
  WarmThroughput: _warm,
  ProvisionedThroughput: units,
  GlobalSecondaryIndexes: globals,
  LocalSecondaryIndexes: locals,
  ...table
}: TableDescription): TableDescription {
  return {
    ...table,
    ProvisionedThroughput: briefUnits(units),
    ...(globals && {
      GlobalSecondaryIndexes: globals.map(
        ({ ItemCount: _count, IndexSizeBytes: _size, WarmThroughput: _ready, ...index }) => ({
          ...index,
          ProvisionedThroughput: briefUnits(index.ProvisionedThroughput),
        }),
      ),
    }),
    ...(locals && {
      LocalSecondaryIndexes: locals.map(({ ItemCount: _count, IndexSizeBytes: _size, ...index }) => index),
    }),
  };
}

function briefUnits({ ReadCapacityUnits, WriteCapacityUnits }: ProvisionedThroughputDescription = {}) {
  return { ReadCapacityUnits, WriteCapacityUnits };
}

const LOST_KEY =
  'can no longer use the key that it is encrypted with: let DynamoDB use it again within seven days, after which AWS archives the table';

/** How far a table and its indexes are. */
export function stateOf({ table }: Pick<DescribedTable, 'table'>): State {
  const what = `table ${table.TableName}`;
  const waits = (message: string): State => ({ phase: 'pending', reason: 'WaitingForAws', message });
  const broken = (message: string): State => ({ phase: 'failed', reason: 'AwsRefused', message });
  const { TableStatus: status = 'CREATING' } = table;
  if (status === 'DELETING')
    return { phase: 'deleting', reason: 'WaitingForAws', message: `${what} is being deleted` };
  if (status === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS') return broken(`${what} ${LOST_KEY}`);
  if (status === 'ARCHIVED' || status === 'ARCHIVING')
    return broken(
      `AWS has archived ${what}, since its key could not be used for seven days: what it held is in a backup of AWS’s, restore it from there`,
    );
  if (status !== 'ACTIVE') return waits(`${what} is being ${status === 'CREATING' ? 'made' : 'changed'}`);
  const index = table.GlobalSecondaryIndexes?.find(({ IndexStatus }) => IndexStatus !== 'ACTIVE');
  if (index)
    return waits(
      `index ${index.IndexName} of ${what} is being ${WORDS[index.IndexStatus ?? ''] ?? 'changed'}; the table can be used meanwhile`,
    );
  if (table.SSEDescription?.Status === 'UPDATING')
    return waits(`${what} is being encrypted with another key`);
  return { phase: 'ready' };
}

const WORDS: Readonly<Record<string, string>> = { CREATING: 'filled', DELETING: 'deleted' };

/** Of a table that has just been made: AWS takes none before, and has none by itself. */
const NO_TIME_TO_LIVE = { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } } as const;

/** Whether this very table was being made when it was read before. */
function wasMaking(before: DescribedTable | undefined, { TableId }: TableDescription): boolean {
  return before?.table.TableStatus === 'CREATING' && before.table.TableId === TableId;
}

async function describe(
  session: AwsSession,
  TableName: string,
  before: DescribedTable | undefined,
): Promise<DescribedTable | undefined> {
  const described = await describeTable(session, TableName);
  if (!described) return undefined;
  const table = brief(described);
  if (table.TableStatus === 'CREATING' || table.TableStatus === 'DELETING') return { table };
  const { dynamodb } = session;
  const answers = Promise.all([
    wasMaking(before, table) ? NO_TIME_TO_LIVE : dynamodb.send(new DescribeTimeToLiveCommand({ TableName })),
    dynamodb.send(new DescribeContinuousBackupsCommand({ TableName })),
  ]);
  const found = await unlessGone(answers);
  if (!found) return undefined;
  const [{ TimeToLiveDescription: timeToLive }, { ContinuousBackupsDescription: backups }] = found;
  const recovery = backups?.PointInTimeRecoveryDescription;
  return {
    table,
    timeToLive,
    // Its times move on by themselves.
    recovery: recovery && {
      PointInTimeRecoveryStatus: recovery.PointInTimeRecoveryStatus,
      RecoveryPeriodInDays: recovery.RecoveryPeriodInDays,
    },
    hasBackups: backups?.ContinuousBackupsStatus === 'ENABLED',
  };
}
