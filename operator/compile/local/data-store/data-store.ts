import type { DataStore } from '../../../api/data-store.ts';
import { buildGraph, type Graph } from '../../../graph/graph.ts';
import { ownerOf } from '../../names.ts';
import type { LocalCompileInput } from '../input.ts';
import { commonLabels } from '../labels.ts';
import { type LocalNodeType, localNodeBuilder } from '../nodes.ts';
import { localSecretName, localStoreName } from '../store-connection.ts';
import { localSecretOf } from './credentials.ts';
import { dynamodb } from './dynamodb.ts';
import type { EngineInput, LocalEngine } from './engine.ts';
import { mysql } from './mysql.ts';
import { placeOfStore, policyOf } from './network.ts';
import { postgresql } from './postgresql.ts';
import { redis } from './redis.ts';
import { serviceOf, statefulSetOf, volumeOf } from './workload.ts';

/** The types of all nodes that a store of any engine may have here. */
export const LOCAL_DATA_STORE_NODES: readonly LocalNodeType[] = [
  'GeneratedSecret',
  'PersistentVolumeClaim',
  'StatefulSet',
  'Service',
  'NetworkPolicy',
];

/**
 * The graph of a store in the cluster: one pod of the same engine, on a volume that outlives it. Pure; everything is checked before
 * anything is built. Throws Terminal (`InvalidSpec`, `ReferenceNotAllowed`) and Waiting (`DependencyNotReady`) as its compiler for AWS does.
 */
export function compileLocalDataStore(input: LocalCompileInput<DataStore>): Graph {
  const { object, account } = input;
  const place = placeOfStore(input);
  const engine = engineFor({ object, account, secretName: localSecretName(object) });
  const labels = {
    ...commonLabels(object, localStoreName(object), engine.name),
    'app.kubernetes.io/version': engine.version,
  };
  const store = { object, account, engine, labels, place };
  const build = localNodeBuilder(input);
  const [secret, volume] = [localSecretOf(object, labels), volumeOf(store)];
  const policy = policyOf(input, engine.containers[0]?.port.name ?? '', labels);
  const first = [
    ...(secret ? ['secret'] : []),
    ...(volume ? ['volume'] : []),
    ...(policy ? ['network-policy'] : []),
  ];
  return buildGraph(ownerOf(object), [
    ...(secret ? [build('GeneratedSecret', 'secret', secret)] : []),
    ...(volume
      ? [build('PersistentVolumeClaim', 'volume', volume, { dependsOn: secret ? ['secret'] : [] })]
      : []),
    ...(policy ? [build('NetworkPolicy', 'network-policy', policy)] : []),
    build('Service', 'service', serviceOf(store)),
    build('StatefulSet', 'stateful-set', statefulSetOf(store), { dependsOn: first }),
  ]);
}

function engineFor(input: Omit<EngineInput<unknown>, 'spec'>): LocalEngine {
  const { spec } = input.object;
  if (spec.mysql) return mysql({ ...input, spec: spec.mysql });
  if (spec.auroraPostgresql) return postgresql({ ...input, spec: spec.auroraPostgresql });
  if (spec.redis) return redis({ ...input, spec: spec.redis });
  if (spec.dynamodb) return dynamodb({ ...input, spec: spec.dynamodb });
  // A rule of the schema demands one of them.
  throw new Error('a DataStore without an engine');
}
