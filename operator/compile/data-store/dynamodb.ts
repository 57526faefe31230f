import type { DataStore } from '../../api/data-store.ts';
import type { DynamoDb } from '../../api/data-store/dynamodb.ts';
import { keyAttributes } from '../../api/data-store/table-keys.ts';
import type { TableIndex, TableKey, TableSettings } from '../../aws/dynamodb/table-inputs.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { byName } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { copyOf } from './restore-from.ts';
import { namesOfStore } from './names.ts';
import { isProtected } from './protection.ts';
import { TABLE_SCALING_NODES, tableScalingNodes, unitsOfIndex, unitsOfTable } from './table-scaling.ts';

/** The types of all nodes that a table may have. */
export const DYNAMODB_NODES: readonly NodeType[] = [
  'DynamoDbTable',
  'TableSettings',
  'TimeToLive',
  'ContinuousBackups',
  ...TABLE_SCALING_NODES,
];

/** How many days back a table can be restored where its spec does not say: as many as AWS allows. */
const PERIOD_DAYS = 35;

const TYPES = { String: 'S', Number: 'N', Binary: 'B' } as const;
const PROJECTIONS = { All: 'ALL', KeysOnly: 'KEYS_ONLY', Include: 'INCLUDE' } as const;
const CLASSES = {
  Standard: 'STANDARD',
  StandardInfrequentAccess: 'STANDARD_INFREQUENT_ACCESS',
} as const;
const VIEWS = {
  KeysOnly: 'KEYS_ONLY',
  NewImage: 'NEW_IMAGE',
  OldImage: 'OLD_IMAGE',
  NewAndOldImages: 'NEW_AND_OLD_IMAGES',
} as const;

/** A table, with what is set on it. */
export function dynamodbNodes(
  build: NodeBuilder,
  { object }: CompileInput<DataStore>,
  spec: DynamoDb,
  keyArn: string | undefined,
): GraphNode[] {
  const settings = { ...tableSettings(object, spec), ...(keyArn !== undefined && { kmsKeyArn: keyArn }) };
  const tableArn = ref('table');
  return [
    build.thing('DynamoDbTable', 'table', {
      name: namesOfStore(object).table,
      ...settings,
      ...copyOf(object),
      localIndexes: byName(spec.localIndexes).map((index) => ({
        ...heldBy(index),
        name: index.name,
        key: { partition: spec.partitionKey.name, sort: index.sortKey.name },
      })),
    }),
    build.facet('TableSettings', 'table-settings', { tableArn, ...settings }),
    build.facet('TimeToLive', 'table-ttl', { tableArn, attribute: spec.timeToLive?.attribute ?? '' }),
    build.facet('ContinuousBackups', 'table-recovery', {
      tableArn,
      enabled: spec.pointInTimeRecovery === 'Enabled',
      periodDays: spec.recoveryPeriodDays ?? PERIOD_DAYS,
    }),
    ...tableScalingNodes(build, spec),
  ];
}

/** What of a table can change, of its spec. */
export function tableSettings(object: DataStore, spec: DynamoDb): TableSettings {
  const units = unitsOfTable(spec);
  return {
    attributes: Object.fromEntries(keyAttributes(spec).map(({ name, type }) => [name, TYPES[type]])),
    key: keyOf(spec),
    ...(units && { units }),
    globalIndexes: byName(spec.globalIndexes).map((index) => {
      const own = unitsOfIndex(spec, index);
      return { ...heldBy(index), name: index.name, key: keyOf(index), ...(own && { units: own }) };
    }),
    ...(spec.stream && { stream: VIEWS[spec.stream] }),
    tableClass: CLASSES[spec.tableClass],
    deletionProtection: isProtected(spec.deletionProtection, object.spec.environment),
  };
}

type Keyed = Pick<DynamoDb, 'partitionKey' | 'sortKey'>;
type Index = DynamoDb['globalIndexes'][number];

function keyOf({ partitionKey, sortKey }: Keyed): TableKey {
  return { partition: partitionKey.name, ...(sortKey && { sort: sortKey.name }) };
}

/** What of an item an index holds. */
function heldBy({
  projection,
  projectedAttributes = [],
}: Pick<Index, 'projection' | 'projectedAttributes'>): Pick<TableIndex, 'projection' | 'projected'> {
  return { projection: PROJECTIONS[projection], projected: [...projectedAttributes].sort() };
}
