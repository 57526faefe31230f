import type { DataStore } from '../../api/data-store.ts';
import { buildGraph, type Graph, type GraphNode } from '../../graph/graph.ts';
import { withAdoptions } from '../adoption.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import { nodeBuilder, type NodeBuilder, type NodeType } from '../nodes.ts';
import type { Reference } from '../references.ts';
import { tagger } from '../tags.ts';
import { STORE_ALARM_NODES, storeAlarmNodes } from './alarms.ts';
import { STORE_BACKUP_NODES, storeBackupNodes } from './backup.ts';
import { CREDENTIAL_NODES } from './credentials.ts';
import { AURORA_NODES, auroraNodes } from './aurora-postgresql.ts';
import { KEY_NODES, keyOfStore } from './key.ts';
import { DYNAMODB_NODES, dynamodbNodes } from './dynamodb.ts';
import { MYSQL_NODES, mysqlNodes } from './mysql.ts';
import { namesOfStore } from './names.ts';
import { STORE_NETWORK_NODES } from './network.ts';
import { REDIS_NODES, redisNodes } from './redis.ts';
import { requireCopyHere } from './restore-from.ts';

/** The types of all nodes that a store of any engine may have. */
export const DATA_STORE_NODES: readonly NodeType[] = [
  ...new Set<NodeType>([
    ...STORE_NETWORK_NODES,
    ...MYSQL_NODES,
    ...AURORA_NODES,
    ...REDIS_NODES,
    ...DYNAMODB_NODES,
    ...KEY_NODES,
    ...CREDENTIAL_NODES,
    ...STORE_ALARM_NODES,
    ...STORE_BACKUP_NODES,
  ]),
];

/** The objects that a store refers to. */
export function referencesOfDataStore({ metadata, spec }: DataStore): Reference[] {
  if (!spec.networkRef) return [];
  const { name, namespace = namespaceOf(metadata) } = spec.networkRef;
  return [{ kind: 'SecureVpc', namespace, name }];
}

/**
 * The graph of a store. Pure; everything is checked before anything is built. Throws Terminal (`InvalidSpec`,
 * `ReferenceNotAllowed`) naming field, value and what to do, and Waiting (`DependencyNotReady`) where its network is no object
 * yet.
 */
export function compileDataStore(input: CompileInput<DataStore>): Graph {
  const { object } = input;
  requireCopyHere(object);
  const build = nodeBuilder(tagger(input));
  return withAdoptions(
    buildGraph(ownerOf(object), [
      ...nodesOf(build, input),
      ...storeAlarmNodes(build, input),
      ...storeBackupNodes(build, input),
    ]),
    object.spec.adopt,
  );
}

function nodesOf(build: NodeBuilder, input: CompileInput<DataStore>): GraphNode[] {
  const { mysql, auroraPostgresql, redis, dynamodb } = input.object.spec;
  const names = namesOfStore(input.object);
  const withKey = (store: string, nodes: (keyArn: string | undefined) => GraphNode[]) => {
    const key = keyOfStore(build, input, store);
    return [...key.nodes, ...nodes(key.arn)];
  };
  if (mysql) return withKey(names.instance(), (keyArn) => mysqlNodes(build, input, mysql, keyArn));
  if (auroraPostgresql)
    return withKey(names.cluster, (keyArn) => auroraNodes(build, input, auroraPostgresql, keyArn));
  if (redis) return withKey(names.replicationGroup, (keyArn) => redisNodes(build, input, redis, keyArn));
  if (dynamodb) return withKey(names.table, (keyArn) => dynamodbNodes(build, input, dynamodb, keyArn));
  // A rule of the schema demands one of them.
  throw new Error('a DataStore without an engine');
}
