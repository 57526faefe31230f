import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  ProvisionedThroughput,
} from '@aws-sdk/client-dynamodb';
import type {
  Capacity,
  TableIndex,
  TableKey,
  TableSettings,
  TableUnits,
  WantedUnits,
} from './table-inputs.ts';

/** A key as DynamoDB writes it. */
export function keySchema({ partition, sort }: TableKey): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
  ];
}

/** Units as DynamoDB writes them. */
export function throughput({ read, write }: TableUnits): ProvisionedThroughput {
  return { ReadCapacityUnits: read, WriteCapacityUnits: write };
}

/**
 * The units that are wanted where there are `now` some or none: those that AWS sets stay as they are, within their bounds.
 * It pulls them into these itself (API reference, RegisterScalableTarget), so that both agree.
 */
export function within({ read, write }: WantedUnits, now?: TableUnits): TableUnits {
  const of = (wanted: Capacity, is: number | undefined) =>
    typeof wanted === 'number' ? wanted : Math.min(Math.max(is ?? wanted.initial, wanted.min), wanted.max);
  return { read: of(read, now?.read), write: of(write, now?.write) };
}

/** Whether AWS sets units of the table or of one of its indexes. */
export function isScaled({ units, globalIndexes }: Pick<TableSettings, 'units' | 'globalIndexes'>): boolean {
  return [units, ...globalIndexes.map((index) => index.units)].some(
    (wanted) => typeof wanted?.read === 'object' || typeof wanted?.write === 'object',
  );
}

/** An index as it is made. */
export function indexOf({ name, key, projection, projected, units }: TableIndex): GlobalSecondaryIndex {
  return {
    IndexName: name,
    KeySchema: keySchema(key),
    Projection: {
      ProjectionType: projection,
      ...(projection === 'INCLUDE' && { NonKeyAttributes: [...projected] }),
    },
    ...(units && { ProvisionedThroughput: throughput(within(units)) }),
  };
}

/** The attributes that these keys consist of, and no other: DynamoDB refuses one that no key uses. */
export function definitions(
  { attributes }: Pick<TableSettings, 'attributes'>,
  keys: readonly TableKey[],
): AttributeDefinition[] {
  const names = new Set(keys.flatMap(({ partition, sort }) => [partition, ...(sort ? [sort] : [])]));
  return [...names].sort().map((AttributeName) => ({
    AttributeName,
    AttributeType: attributes[AttributeName],
  }));
}

/** An index in words, without its units: what stays as it was made. */
export function described({ key, projection, projected }: TableIndex): string {
  const { partition, sort } = key;
  const held = projection === 'INCLUDE' ? ` with ${[...projected].sort().join(', ')}` : `, ${projection}`;
  return `by ${partition}${sort === undefined ? '' : ` and ${sort}`}${held}`;
}

/** An index that stands. */
export function standing(
  index: GlobalSecondaryIndexDescription,
): TableIndex & { readonly units?: TableUnits } {
  const of = (type: string) =>
    index.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName ?? undefined;
  const sort = of('RANGE');
  const { ProjectionType = 'ALL', NonKeyAttributes = [] } = index.Projection ?? {};
  return {
    name: index.IndexName ?? '',
    key: { partition: of('HASH') ?? '', ...(sort !== undefined && { sort }) },
    projection: ProjectionType,
    projected: NonKeyAttributes,
    ...unitsOf(index.ProvisionedThroughput),
  };
}

/** Units that are paid for; a table or index that is paid for by requests shows none. */
export function unitsOf(
  given: { ReadCapacityUnits?: number | undefined; WriteCapacityUnits?: number | undefined } = {},
): { units?: TableUnits } {
  const { ReadCapacityUnits: read = 0, WriteCapacityUnits: write = 0 } = given;
  return read + write === 0 ? {} : { units: { read, write } };
}
