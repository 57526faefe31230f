import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { Change } from '../../graph/kind.ts';
import type { TableSettings, TableUnits, WantedUnits } from './table-inputs.ts';
import { described, standing, unitsOf, within } from './table-words.ts';

const ON_DEMAND = 'on demand';

/** Whether requests are paid for one by one. */
export function isOnDemand({ BillingModeSummary: summary }: TableDescription): boolean {
  // Tables that were never on demand have no summary: API reference, TableDescription.
  return summary?.BillingMode === 'PAY_PER_REQUEST';
}

/** Units in words. */
function inWords(units: TableUnits | undefined): string {
  return units ? `${units.read} read and ${units.write} write units` : ON_DEMAND;
}

function change(path: string, from: unknown, to: unknown): Change[] {
  if (from === to) return [];
  return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

/** All in which a table differs from what it is to be. */
export function changesOf(inputs: TableSettings, table: TableDescription): Change[] {
  return [
    ...change('deletionProtection', table.DeletionProtectionEnabled ?? false, inputs.deletionProtection),
    ...change('tableClass', table.TableClassSummary?.TableClass ?? 'STANDARD', inputs.tableClass),
    ...change('kmsKeyArn', keyOf(table), inputs.kmsKeyArn),
    ...change('billing', inWords(unitsIn(table)), inWords(wantedOf(inputs.units, unitsIn(table)))),
    ...indexChanges(inputs, table),
    ...change('stream', streamOf(table), inputs.stream),
  ];
}

/** The key that a table is encrypted with; undefined for DynamoDB's own. */
function keyOf({ SSEDescription: encryption }: TableDescription): string | undefined {
  return encryption?.SSEType === 'KMS' ? encryption.KMSMasterKeyArn : undefined;
}

function wantedOf(wanted: WantedUnits | undefined, now: TableUnits | undefined): TableUnits | undefined {
  return wanted && within(wanted, now);
}

/** Units of a table; undefined where requests are paid for one by one. */
export function unitsIn(table: TableDescription): TableUnits | undefined {
  return isOnDemand(table) ? undefined : unitsOf(table.ProvisionedThroughput).units;
}

function streamOf({ StreamSpecification: stream }: TableDescription): string | undefined {
  return stream?.StreamEnabled === true ? stream.StreamViewType : undefined;
}

/** One that is there and is of something else has to go before it can come back as it should be. */
function indexChanges(inputs: TableSettings, table: TableDescription): Change[] {
  const there = new Map(
    (table.GlobalSecondaryIndexes ?? [])
      .filter(({ IndexStatus }) => IndexStatus !== 'DELETING')
      .map((index) => [index.IndexName ?? '', standing(index)]),
  );
  const wanted = new Map(inputs.globalIndexes.map((index) => [index.name, index]));
  return [...new Set([...there.keys(), ...wanted.keys()])].sort().flatMap((name) => {
    const [from, to] = [there.get(name), wanted.get(name)];
    const path = `globalIndexes[${name}]`;
    const differs = change(path, from && described(from), to && described(to));
    // While the table is paid for in another way, so are its indexes.
    if (differs.length > 0 || !from || !to || isOnDemand(table) || !inputs.units) return differs;
    return change(`${path}.units`, inWords(from.units), inWords(wantedOf(to.units, from.units)));
  });
}
