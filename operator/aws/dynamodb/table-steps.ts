import type { TableDescription, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Change } from '../../graph/kind.ts';
import { isOnDemand, unitsIn } from './table-changes.ts';
import type { TableSettings } from './table-inputs.ts';
import { definitions, indexOf, standing, throughput, unitsOf, within } from './table-words.ts';

/** What one UpdateTable does, beside the name of the table. */
export type TableStep = Omit<UpdateTableCommandInput, 'TableName'>;

const INDEX = /^globalIndexes\[(.+?)\](\.units)?$/;

/**
 * The next of the changes that DynamoDB takes at once. It takes one index at a time, and units, indexes and streams not together:
 * API reference, UpdateTable. What keeps data comes first, and what is taken away before what is made. Undefined where nothing
 * of these is left.
 */
export function nextStep(
  inputs: TableSettings,
  table: TableDescription,
  changes: readonly Change[],
): TableStep | undefined {
  const has = (path: string) => changes.some((one) => one.path === path);
  if (has('deletionProtection')) return { DeletionProtectionEnabled: inputs.deletionProtection };
  if (has('tableClass')) return { TableClass: inputs.tableClass };
  if (has('kmsKeyArn'))
    return {
      SSESpecification:
        inputs.kmsKeyArn === undefined
          ? { Enabled: false }
          : { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: inputs.kmsKeyArn },
    };
  const indexes = changes.flatMap(({ path, from, to }) => {
    const [, name, units] = INDEX.exec(path) ?? [];
    return name === undefined ? [] : [{ name, units: units !== undefined, from, to }];
  });
  const gone = indexes.find(({ units, from }) => !units && from !== undefined);
  if (gone) return { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: gone.name } }] };
  if (has('billing')) return billed(inputs, table);
  const resized = indexes.filter(({ units }) => units);
  if (resized.length > 0)
    return {
      GlobalSecondaryIndexUpdates: unitsFor(
        inputs,
        table,
        resized.map(({ name }) => name),
      ),
    };
  const made = inputs.globalIndexes.find((index) => indexes.some(({ name }) => name === index.name));
  if (made) {
    const kept = (table.GlobalSecondaryIndexes ?? []).map((index) => standing(index).key);
    return {
      AttributeDefinitions: definitions(inputs, [inputs.key, ...localKeys(table), ...kept, made.key]),
      GlobalSecondaryIndexUpdates: [{ Create: indexOf(made) }],
    };
  }
  if (!has('stream')) return undefined;
  // Another view is another stream: the former one has to end first.
  return table.StreamSpecification?.StreamEnabled === true
    ? { StreamSpecification: { StreamEnabled: false } }
    : { StreamSpecification: { StreamEnabled: true, StreamViewType: inputs.stream } };
}

/** With units come those of all indexes that are there. */
function billed(inputs: TableSettings, table: TableDescription): TableStep {
  if (!inputs.units) return { BillingMode: 'PAY_PER_REQUEST' };
  const there = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName ?? '');
  const updates = isOnDemand(table) ? unitsFor(inputs, table, there) : [];
  return {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: throughput(within(inputs.units, unitsIn(table))),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  };
}

function unitsFor(inputs: TableSettings, table: TableDescription, names: readonly string[]) {
  return names.flatMap((IndexName) => {
    const wanted = inputs.globalIndexes.find(({ name }) => name === IndexName)?.units;
    const now = table.GlobalSecondaryIndexes?.find((index) => index.IndexName === IndexName);
    const units = wanted && within(wanted, unitsOf(now?.ProvisionedThroughput).units);
    return units ? [{ Update: { IndexName, ProvisionedThroughput: throughput(units) } }] : [];
  });
}

function localKeys(table: TableDescription) {
  return (table.LocalSecondaryIndexes ?? []).map((index) => standing(index).key);
}
