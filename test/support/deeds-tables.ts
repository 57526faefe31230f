import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  GlobalSecondaryIndexUpdate,
  ProvisionedThroughput,
  SSESpecification,
  StreamSpecification,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDbTableInputs, TableKey } from '../../operator/aws/dynamodb/table-inputs.ts';
import { described, standing, unitsOf } from '../../operator/aws/dynamodb/table-words.ts';
import {
  creation,
  type Deed,
  deleted,
  fields,
  gone,
  made,
  type Parameters,
  type Reading,
  set,
  tagDeeds,
  tagsOf,
} from './deed-words.ts';

const arnOf = (name: string) => `arn:aws:dynamodb:us-east-1:123456789012:table/${name}`;
const tableIn = (params: Parameters) => arnOf(params.text('TableName'));

/** Units as plans print them. */
function unitsInWords(units: { readonly read: number; readonly write: number } | undefined): string {
  return units ? `${units.read} read and ${units.write} write units` : 'on demand';
}

const keyInWords = ({ partition, sort }: TableKey) =>
  sort === undefined ? partition : `${partition} and ${sort}`;

function indexInWords(index: GlobalSecondaryIndex): string {
  const { units, ...rest } = standing(index);
  return `${index.IndexName} ${described(rest)}${units ? `, ${unitsInWords(units)}` : ''}`;
}

/** What a plan of a table that is made announces, as its call says it. */
export function wantedOfTable(inputs: DynamoDbTableInputs): Record<string, unknown> {
  const { attributes, key, units, globalIndexes, localIndexes, stream, tableClass } = inputs;
  const { deletionProtection, restoreFrom } = inputs;
  const plain = (wanted: DynamoDbTableInputs['units']) =>
    wanted && { read: Number(wanted.read), write: Number(wanted.write) };
  const indexes = (all: DynamoDbTableInputs['globalIndexes']) =>
    all.map((index) => {
      const own = plain(index.units);
      return `${index.name} ${described(index)}${own ? `, ${unitsInWords(own)}` : ''}`;
    });
  return {
    key: keyInWords(key),
    attributes: Object.entries(attributes).map(([name, type]) => `${name} ${type}`),
    billing: unitsInWords(plain(units)),
    globalIndexes: indexes(globalIndexes),
    localIndexes: indexes(localIndexes),
    stream,
    tableClass,
    deletionProtection,
    restoreFrom,
  };
}

function streamIn(params: Parameters): StreamSpecification | undefined {
  return params.take('StreamSpecification') as StreamSpecification | undefined;
}

/** What becomes of one index. Units that come with those of the table are part of how that is paid for. */
function indexDeeds(arn: string, change: GlobalSecondaryIndexUpdate, isBilled: boolean): Deed[] {
  const path = (name: string | undefined) => `globalIndexes[${name}]`;
  if (change.Delete) return [gone(arn, path(change.Delete.IndexName))];
  if (change.Create) return [set(arn, path(change.Create.IndexName), described(standing(change.Create)))];
  const { units } = unitsOf(change.Update?.ProvisionedThroughput);
  return isBilled ? [] : [set(arn, `${path(change.Update?.IndexName)}.units`, unitsInWords(units))];
}

/** Tags come when the table is there. */
const restored =
  (copyIn: (params: Parameters) => object): Reading =>
  (params) => {
    const arn = arnOf(params.text('TargetTableName'));
    const { Enabled, KMSMasterKeyId: kmsKeyArn } = params.take(
      'SSESpecificationOverride',
    ) as SSESpecification;
    if (Enabled !== (kmsKeyArn !== undefined)) throw new Error('encrypted with a key that is not named');
    return [made(arn, 'DynamoDbTable'), ...fields(arn, { restoreFrom: copyIn(params), kmsKeyArn })];
  };

function momentIn(params: Parameters): object {
  params.constant('UseLatestRestorableTime', true);
  const time = params.take('RestoreDateTime');
  return { source: params.take('SourceTableArn'), ...(time !== undefined && { time }) };
}

/** What the calls of DynamoDB say. */
export const TABLE_READINGS: Readonly<Record<string, Reading>> = {
  CreateTable(params, after) {
    params.take('TableName');
    params.take('BillingMode');
    const list = <T>(name: string) => (params.take(name) ?? []) as T[];
    const { units } = unitsOf(params.take('ProvisionedThroughput') as ProvisionedThroughput | undefined);
    const attributes = list<AttributeDefinition>('AttributeDefinitions');
    return creation('DynamoDbTable', after, tagsOf(params.take('Tags')), {
      key: keyInWords(standing({ KeySchema: list('KeySchema') }).key),
      attributes: attributes.map(({ AttributeName, AttributeType }) => `${AttributeName} ${AttributeType}`),
      billing: unitsInWords(units),
      globalIndexes: list<GlobalSecondaryIndex>('GlobalSecondaryIndexes').map(indexInWords),
      localIndexes: list<GlobalSecondaryIndex>('LocalSecondaryIndexes').map(indexInWords),
      stream: streamIn(params)?.StreamViewType,
      tableClass: params.take('TableClass'),
      deletionProtection: params.take('DeletionProtectionEnabled'),
    });
  },
  RestoreTableFromBackup: restored((params) => ({ snapshot: params.take('BackupArn') })),
  RestoreTableToPointInTime: restored(momentIn),
  UpdateTable(params) {
    const arn = tableIn(params);
    const mode = params.take('BillingMode');
    const { units } = unitsOf(params.take('ProvisionedThroughput') as ProvisionedThroughput | undefined);
    // Those of the keys come with an index.
    params.take('AttributeDefinitions');
    const indexes = (params.take('GlobalSecondaryIndexUpdates') ?? []) as GlobalSecondaryIndexUpdate[];
    const stream = streamIn(params);
    const said = {
      tableClass: params.take('TableClass'),
      deletionProtection: params.take('DeletionProtectionEnabled'),
    };
    return [
      ...(mode === undefined ? [] : [set(arn, 'billing', unitsInWords(units))]),
      ...indexes.flatMap((change) => indexDeeds(arn, change, mode !== undefined)),
      ...(stream
        ? [stream.StreamEnabled ? set(arn, 'stream', stream.StreamViewType) : gone(arn, 'stream')]
        : []),
      ...Object.entries(said).flatMap(([path, value]) =>
        value === undefined ? [] : [set(arn, path, value)],
      ),
    ];
  },
  UpdateTimeToLive(params) {
    const { AttributeName, Enabled } = params.take('TimeToLiveSpecification') as {
      AttributeName: string;
      Enabled: boolean;
    };
    return [set(tableIn(params), 'attribute', Enabled ? AttributeName : '')];
  },
  UpdateContinuousBackups(params) {
    const arn = tableIn(params);
    const asked = params.take('PointInTimeRecoverySpecification') as {
      PointInTimeRecoveryEnabled: boolean;
      RecoveryPeriodInDays?: number;
    };
    const { PointInTimeRecoveryEnabled: enabled, RecoveryPeriodInDays: days } = asked;
    return [set(arn, 'enabled', enabled), ...(days === undefined ? [] : [set(arn, 'periodDays', days)])];
  },
  DeleteTable: (params) => [deleted(tableIn(params))],
  TagResource: (params) => tagDeeds(params.text('ResourceArn'), tagsOf(params.take('Tags'))),
  UntagResource(params) {
    const arn = params.text('ResourceArn');
    return params.list('TagKeys').map((key) => gone(arn, `tags.${key}`));
  },
};
