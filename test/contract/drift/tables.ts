import * as db from '@aws-sdk/client-dynamodb';
import { eventually } from '../../support/eventually.ts';
import { type Case, type Cases, type DriftCase, type DriftContext, id } from './case.ts';

/** The node of a table, and those of what is set on it. */
const TABLE = 'table';
const SETTINGS = 'table-settings';
const TTL = 'table-ttl';
const RECOVERY = 'table-recovery';

const nameOf = (at: DriftContext) => id(at, TABLE).split('/')[1] ?? '';

/** Nothing of the table is under way. */
async function settled(at: DriftContext): Promise<void> {
  await eventually('the table is active', async () => {
    const { Table } = await at.dynamodb.send(new db.DescribeTableCommand({ TableName: nameOf(at) }));
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    return Table?.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
  });
}

/** What AWS has under way is waited for on both sides. */
const differing = (
  node: string,
  drift: (at: DriftContext, TableName: string) => Promise<unknown>,
): DriftCase => ({
  node,
  unseen: true,
  interrupts: true,
  refreshes: 4,
  async drift(at) {
    await settled(at);
    await drift(at, nameOf(at));
    await settled(at);
  },
});

const updated = (...steps: readonly Omit<db.UpdateTableCommandInput, 'TableName'>[]): DriftCase =>
  differing(SETTINGS, async (at, TableName) => {
    for (const step of steps) {
      await at.dynamodb.send(new db.UpdateTableCommand({ TableName, ...step }));
      await settled(at);
    }
  });

const dropped = (IndexName: string) => ({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }] });
const made = (IndexName: string, attribute: string) => ({
  AttributeDefinitions: [
    { AttributeName: 'customer', AttributeType: 'S' as const },
    { AttributeName: 'orderedAt', AttributeType: 'N' as const },
    { AttributeName: 'state', AttributeType: 'S' as const },
    ...(attribute === 'state' ? [] : [{ AttributeName: attribute, AttributeType: 'S' as const }]),
  ],
  GlobalSecondaryIndexUpdates: [
    {
      Create: {
        IndexName,
        KeySchema: [{ AttributeName: attribute, KeyType: 'HASH' as const }],
        Projection: { ProjectionType: 'KEYS_ONLY' as const },
      },
    },
  ],
});
const streamOff = { StreamSpecification: { StreamEnabled: false } };
const streamOf = (StreamViewType: db.StreamViewType) => ({
  StreamSpecification: { StreamEnabled: true, StreamViewType },
});

const ttl = (Enabled: boolean, AttributeName: string) =>
  differing(TTL, (at, TableName) =>
    at.dynamodb.send(
      new db.UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } }),
    ),
  );

const recovery = (PointInTimeRecoveryEnabled: boolean, RecoveryPeriodInDays?: number) =>
  differing(RECOVERY, (at, TableName) =>
    at.dynamodb.send(
      new db.UpdateContinuousBackupsCommand({
        TableName,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled,
          ...(RecoveryPeriodInDays !== undefined && { RecoveryPeriodInDays }),
        },
      }),
    ),
  );

function tags(): Record<string, Case> {
  const set = (Key: string, Value: string): DriftCase => ({
    node: TABLE,
    drift: async (at) =>
      void (await at.dynamodb.send(
        new db.TagResourceCommand({ ResourceArn: id(at, TABLE), Tags: [{ Key, Value }] }),
      )),
  });
  return {
    'tags missing': {
      node: TABLE,
      drift: async (at) =>
        void (await at.dynamodb.send(
          new db.UntagResourceCommand({ ResourceArn: id(at, TABLE), TagKeys: ['project'] }),
        )),
    },
    'tags extra': set('stray', 'yes'),
    'tags changed': set('project', 'somebody-else'),
  };
}

/** For kinds of DynamoDB, as `driftCases` has them for a network's. */
export const tablesCases: Cases = {
  DynamoDbTable: tags(),
  TableSettings: {
    'deletionProtection changed': updated({ DeletionProtectionEnabled: true }),
    'tableClass changed': updated({ TableClass: 'STANDARD_INFREQUENT_ACCESS' }),
    'billing changed (to units)': updated({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
      GlobalSecondaryIndexUpdates: [
        {
          Update: {
            IndexName: 'by-state',
            ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
          },
        },
      ],
    }),
    'globalIndexes[*] missing': updated(dropped('by-state')),
    'globalIndexes[*] extra': updated(made('stray', 'stray')),
    'globalIndexes[*] changed': updated(dropped('by-state'), made('by-state', 'state')),
    'stream missing': updated(streamOff),
    'stream changed': updated(streamOff, streamOf('KEYS_ONLY')),
  },
  TimeToLive: {
    'attribute changed': ttl(false, 'endsAt'),
  },
  ContinuousBackups: {
    'enabled changed': recovery(false),
    'periodDays changed': recovery(true, 7),
  },
};
