import type { DataStore } from '../../api/data-store.ts';
import { DEFAULT_VERSION, type Redis } from '../../api/data-store/redis.ts';
import { windowsOverlap } from '../../api/data-store/windows.ts';
import { REDIS_SIZES } from '../../api/presets.ts';
import type { ReplicationGroupInputs } from '../../aws/elasticache/replication-group-diff.ts';
import type { StoredPassword } from '../../aws/secretsmanager/value.ts';
import { familyOf } from '../../engine-versions.ts';
import { Terminal } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { ownerOf } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { readersOf } from './clients.ts';
import { credentialsOf } from './credentials.ts';
import { snapshotOf } from './restore-from.ts';
import { namesOfStore } from './names.ts';
import { storeNetwork, type StoreNetwork } from './network.ts';

/** The types of all nodes that a cache may have. */
export const REDIS_NODES: readonly NodeType[] = [
  'CacheSubnetGroup',
  'CacheParameterGroup',
  'CacheParameters',
  'ReplicationGroup',
];

/** A cache, where it may stand and what it is started with. Throws Terminal (`InvalidSpec`) naming what does not fit. */
export function redisNodes(
  build: NodeBuilder,
  input: CompileInput<DataStore>,
  spec: Redis,
  keyArn: string | undefined,
): GraphNode[] {
  const { object } = input;
  requireApart(spec);
  const layout = nodesOfCache(object, spec);
  // Replicas lie in other zones than what they stand in for.
  const network = storeNetwork(build, input, layout.replicasPerShard > 0 ? 2 : 1);
  const { group: name } = namesOfStore(object);
  const description = `Store ${ownerOf(object)}`;
  const given = Object.fromEntries(spec.parameters.map((parameter) => [parameter.name, parameter.value]));
  const version = versionOf(spec);
  const kept =
    spec.credentials.mode === 'Generated'
      ? credentialsOf(build, object, {
          store: 'replication-group',
          engine: version.engine,
          // Whoever gives a token is the user that every cache has.
          username: 'default',
          databaseName: '',
          keyArn,
        })
      : undefined;
  return [
    ...network.nodes,
    ...(kept?.nodes ?? []),
    build.thing('CacheSubnetGroup', 'cache-subnet-group', {
      name,
      description,
      subnetIds: network.subnetIds,
    }),
    build.thing('CacheParameterGroup', 'cache-parameter-group', {
      name,
      description,
      family: familyOf(version.engine, version.engineVersion),
    }),
    build.facet('CacheParameters', 'cache-parameters', {
      arn: ref('cache-parameter-group'),
      parameters: { ...given, ...(layout.clusterMode && { 'cluster-enabled': 'yes' }) },
    }),
    build.thing(
      'ReplicationGroup',
      'replication-group',
      {
        ...version,
        ...layout,
        ...settingsOf(object, spec, network),
        ...(keyArn !== undefined && { kmsKeyArn: keyArn }),
        ...snapshotOf(object),
        ...(kept && { token: kept.password }),
        description,
      },
      // Whether it has shards the parameters say.
      { dependsOn: ['cache-parameters', ...(kept?.first ?? [])] },
    ),
    ...(kept ? [lastStepOf(build, input, kept.password)] : []),
  ];
}

function lastStepOf(build: NodeBuilder, input: CompileInput<DataStore>, token: StoredPassword): GraphNode {
  return build.facet(
    'AuthToken',
    'auth-token',
    {
      groupArn: ref('replication-group'),
      token,
      currentMark: ref('secret', 'currentMark'),
      readers: readersOf(input),
    },
    { dependsOn: ['secret-value'] },
  );
}

type Layout = Pick<ReplicationGroupInputs, 'clusterMode' | 'shards' | 'replicasPerShard'>;

/** How many nodes a cache has, and how they share its keys. */
export function nodesOfCache({ spec: { environment = 'dev' } }: DataStore, spec: Redis): Layout {
  if (spec.clusterMode) return { clusterMode: true, ...spec.clusterMode };
  const { nodes = REDIS_SIZES[environment].nodes } = spec;
  return { clusterMode: false, shards: 1, replicasPerShard: nodes - 1 };
}

function versionOf({ engine, engineVersion = DEFAULT_VERSION[engine], allowMajorVersionUpgrade }: Redis) {
  return {
    engine: engine === 'Valkey' ? ('valkey' as const) : ('redis' as const),
    engineVersion,
    mayUpgrade: allowMajorVersionUpgrade,
  };
}

function settingsOf(object: DataStore, spec: Redis, { securityGroupId }: StoreNetwork) {
  const preset = REDIS_SIZES[object.spec.environment ?? 'dev'];
  const { snapshotWindow, maintenanceWindow } = spec;
  return {
    name: namesOfStore(object).replicationGroup,
    nodeType: spec.nodeType ?? preset.nodeType,
    parameterGroup: ref('cache-parameter-group', 'name'),
    subnetGroup: ref('cache-subnet-group', 'name'),
    securityGroupIds: [securityGroupId],
    snapshotRetentionDays: spec.snapshotRetentionDays ?? preset.snapshotDays,
    ...(snapshotWindow !== undefined && { snapshotWindow }),
    ...(maintenanceWindow !== undefined && { maintenanceWindow }),
    isImmediate: spec.applyChanges === 'Immediately',
  };
}

/** AWS refuses windows that are in each other's way. */
function requireApart({ snapshotWindow, maintenanceWindow }: Redis): void {
  if (snapshotWindow === undefined || maintenanceWindow === undefined) return;
  if (windowsOverlap(snapshotWindow, maintenanceWindow))
    throw new Terminal(
      'InvalidSpec',
      `spec.redis.snapshotWindow ${snapshotWindow} and maintenanceWindow ${maintenanceWindow} are in each other's way, which AWS refuses: move one of them`,
    );
}
