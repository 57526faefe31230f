import type { DataStore } from '../../api/data-store.ts';
import type { StoreMetric } from '../../api/data-store/alarms.ts';
import type { AuroraPostgreSql } from '../../api/data-store/aurora-postgresql.ts';
import type { DynamoDb } from '../../api/data-store/dynamodb.ts';
import type { Redis } from '../../api/data-store/redis.ts';
import { AURORA_SIZES } from '../../api/presets.ts';
import { ref } from '../../graph/ref.ts';
import { byName } from '../names.ts';
import { nodesOfCache } from './redis.ts';

/** One thing of which AWS measures by itself. */
interface Watched {
  readonly namespace: string;
  /** What names of alarms begin with. */
  readonly prefix: string;
  /** What tells it from the others; empty for the first, or only, one. */
  readonly suffix: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Of each of these AWS counts the errors by itself, and of none of them together: Developer Guide, "DynamoDB Metrics and dimensions". */
const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'TransactGetItems',
  'TransactWriteItems',
  'UpdateItem',
];

/** What is watched of a store where a metric is: servers, nodes, or a table with its indexes or operations. */
export function watchedOf(object: DataStore, metric: StoreMetric): Watched[] {
  const { mysql, auroraPostgresql, redis, dynamodb } = object.spec;
  if (mysql) return [serverOf('db-instance', 1)];
  if (auroraPostgresql) return membersOf(object, auroraPostgresql, metric);
  if (redis) return nodesOf(object, redis, metric);
  return dynamodb ? partsOf(dynamodb, metric) : [];
}

function serverOf(node: string, number: number): Watched {
  return {
    namespace: 'AWS/RDS',
    prefix: 'RDS',
    suffix: suffixOf(number),
    dimensions: { DBInstanceIdentifier: ref(node, 'name') },
  };
}

/** By member, since the average of a cluster hides one that is too busy. Any of them may become the one that is written to. */
function membersOf(object: DataStore, spec: AuroraPostgreSql, metric: StoreMetric): Watched[] {
  const { instances = AURORA_SIZES[object.spec.environment ?? 'dev'].instances, serverlessV2 } = spec;
  if (metric === 'ReplicaLagSeconds' && instances === 1) return [];
  // AWS measures no local storage of a member that grows and shrinks.
  if (metric === 'FreeStorageMiB' && serverlessV2) return [];
  return numbers(instances).map((number) => serverOf(`db-instance/${number}`, number));
}

function nodesOf(object: DataStore, spec: Redis, metric: StoreMetric): Watched[] {
  const { shards, replicasPerShard } = nodesOfCache(object, spec);
  if (metric === 'ReplicaLagSeconds' && replicasPerShard === 0) return [];
  return numbers(shards * (replicasPerShard + 1)).map((number) => ({
    namespace: 'AWS/ElastiCache',
    prefix: 'Redis',
    suffix: suffixOf(number),
    // AWS names the nodes, and chooses which of them go.
    dimensions: { CacheClusterId: ref('replication-group', `node${number}`) },
  }));
}

function partsOf(spec: DynamoDb, metric: StoreMetric): Watched[] {
  const part = (suffix: string, more: Readonly<Record<string, string>>): Watched => ({
    namespace: 'AWS/DynamoDB',
    prefix: 'DynamoDB',
    suffix,
    dimensions: { TableName: ref('table', 'name'), ...more },
  });
  if (metric === 'SystemErrors') return OPERATIONS.map((Operation) => part(Operation, { Operation }));
  return [
    part('', {}),
    ...byName(spec.globalIndexes).map(({ name }) => part(name, { GlobalSecondaryIndexName: name })),
  ];
}

function suffixOf(number: number): string {
  return number === 1 ? '' : String(number);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
