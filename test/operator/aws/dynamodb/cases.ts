import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { TableSettings } from '../../../../operator/aws/dynamodb/table-inputs.ts';
import type { Case } from '../case.ts';

/** ARN as AWS writes it. */
export const TABLE = 'arn:aws:dynamodb:eu-central-1:111111111111:table/shop-dev-data';

/** What the table of the cases is made from. */
export const settings: TableSettings = {
  attributes: { customer: 'S', orderedAt: 'N', state: 'S' },
  key: { partition: 'customer', sort: 'orderedAt' },
  globalIndexes: [{ name: 'by-state', key: { partition: 'state' }, projection: 'ALL', projected: [] }],
  stream: 'NEW_IMAGE',
  tableClass: 'STANDARD',
  deletionProtection: false,
};

/** As DescribeTable answers. */
export const described: TableDescription = {
  TableArn: TABLE,
  TableName: 'shop-dev-data',
  TableId: '1f2e',
  TableStatus: 'ACTIVE',
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
  DeletionProtectionEnabled: false,
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-state',
      IndexStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  LatestStreamArn: `${TABLE}/stream/2026-01-01T00:00:00.000`,
};

const KEY = 'arn:aws:kms:eu-central-1:111111111111:key/1';
const record = {
  table: described,
  timeToLive: { TimeToLiveStatus: 'ENABLED', AttributeName: 'endsAt' },
  recovery: { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 },
};

export const TABLE_CASES: Readonly<Record<string, Case>> = {
  DynamoDbTable: {
    inputs: { name: 'shop-dev-data', ...settings, localIndexes: [] },
    record: { TableArn: TABLE, TableName: 'shop-dev-data', Tags: [] },
    needs: [],
    changes: [[{ name: 'other' }, 'name: shop-dev-data -> other (replace)']],
  },
  TableSettings: {
    inputs: { tableArn: TABLE, ...settings },
    record,
    needs: [TABLE],
    changes: [
      [{ deletionProtection: true }, 'deletionProtection: false -> true'],
      [{ tableClass: 'STANDARD_INFREQUENT_ACCESS' }, 'tableClass: STANDARD -> STANDARD_INFREQUENT_ACCESS'],
      [{ kmsKeyArn: KEY }, `kmsKeyArn: (nothing) -> ${KEY}`],
      [{ units: { read: 5, write: 3 } }, 'billing: on demand -> 5 read and 3 write units'],
      [{ globalIndexes: [] }, 'globalIndexes[by-state]: by state, ALL -> (nothing)'],
      [{ stream: undefined }, 'stream: NEW_IMAGE -> (nothing)'],
    ],
  },
  TimeToLive: {
    inputs: { tableArn: TABLE, attribute: 'endsAt' },
    record,
    needs: [TABLE],
    changes: [
      [{ attribute: 'until' }, 'attribute: endsAt -> until'],
      [{ attribute: '' }, 'attribute: endsAt -> '],
    ],
  },
  ContinuousBackups: {
    inputs: { tableArn: TABLE, enabled: true, periodDays: 35 },
    record,
    needs: [TABLE],
    changes: [
      [{ enabled: false }, 'enabled: true -> false'],
      [{ periodDays: 7 }, 'periodDays: 35 -> 7'],
    ],
  },
};
