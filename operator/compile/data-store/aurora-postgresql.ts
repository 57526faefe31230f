import type { DataStore } from '../../api/data-store.ts';
import type { AuroraPostgreSql } from '../../api/data-store/aurora-postgresql.ts';
import { AURORA_SIZES } from '../../api/presets.ts';
import type { DbClusterInputs } from '../../aws/rds/db-cluster-inputs.ts';
import type { DbInstanceInputs } from '../../aws/rds/db-instance-inputs.ts';
import type { StoredPassword } from '../../aws/secretsmanager/value.ts';
import { familyOf } from '../../engine-versions.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { ownerOf } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { databaseCredentials } from './credentials.ts';
import { INSIGHTS_DAYS, parametersOf, requireApart } from './database.ts';
import { copyOf } from './restore-from.ts';
import { namesOfStore } from './names.ts';
import { storeNetwork, type StoreNetwork } from './network.ts';
import { isProtected } from './protection.ts';

/** The types of all nodes that a cluster of Aurora may have. */
export const AURORA_NODES: readonly NodeType[] = [
  'DbSubnetGroup',
  'DbClusterParameterGroup',
  'DbClusterParameters',
  'DbCluster',
  'DbParameterGroup',
  'DbParameters',
  'DbInstance',
];

const ENGINE = 'aurora-postgresql';

/** What every cluster is started with; the schema guards it. */
const PARAMETERS: Readonly<Record<string, string>> = { 'rds.force_ssl': '1' };

/** The class of members that grow and shrink. */
const SERVERLESS = 'db.serverless';

/** AWS asks for subnets in two zones at least. */
const ZONES_MIN = 2;

/** A cluster and its members, where they may stand and what they are started with. Throws Terminal (`InvalidSpec`). */
export function auroraNodes(
  build: NodeBuilder,
  input: CompileInput<DataStore>,
  spec: AuroraPostgreSql,
  keyArn: string | undefined,
): GraphNode[] {
  requireApart('spec.auroraPostgresql', spec);
  const { object } = input;
  const { environment = 'dev' } = object.spec;
  const network = storeNetwork(build, input, ZONES_MIN);
  const { group: name } = namesOfStore(object);
  const group = {
    name,
    family: familyOf(ENGINE, spec.engineVersion),
    description: `Store ${ownerOf(object)}`,
  };
  const { instances = AURORA_SIZES[environment].instances } = spec;
  const kept = databaseCredentials(build, object, spec, { store: 'db-cluster', engine: 'postgres', keyArn });
  const place = { ...network, keyArn, password: kept?.password };
  return [
    ...network.nodes,
    ...(kept?.nodes ?? []),
    build.thing('DbSubnetGroup', 'db-subnet-group', {
      name,
      description: group.description,
      subnetIds: network.subnetIds,
    }),
    build.thing('DbClusterParameterGroup', 'db-cluster-parameter-group', group),
    build.facet('DbClusterParameters', 'db-cluster-parameters', {
      groupId: ref('db-cluster-parameter-group'),
      groupName: ref('db-cluster-parameter-group', 'name'),
      family: group.family,
      parameters: { ...PARAMETERS, ...parametersOf(spec) },
    }),
    build.thing('DbParameterGroup', 'db-parameter-group', group),
    build.facet('DbParameters', 'db-parameters', {
      groupId: ref('db-parameter-group'),
      groupName: ref('db-parameter-group', 'name'),
      family: group.family,
      parameters: {},
    }),
    build.thing('DbCluster', 'db-cluster', clusterOf(object, spec, place), {
      // Its members start with what is set by then; what comes later may ask for a reboot.
      dependsOn: ['db-cluster-parameters', ...(kept?.first ?? [])],
    }),
    ...Array.from({ length: instances }, (_, index) =>
      build.thing('DbInstance', `db-instance/${index + 1}`, memberOf(object, spec, index + 1), {
        dependsOn: ['db-parameters'],
        awaits: ['db-cluster'],
      }),
    ),
  ];
}

/** Where a cluster stands, what it is encrypted with, and its password where AWS does not make it. */
type Place = StoreNetwork & {
  readonly keyArn: string | undefined;
  readonly password: StoredPassword | undefined;
};

function clusterOf(object: DataStore, spec: AuroraPostgreSql, place: Place): DbClusterInputs {
  const { environment = 'dev' } = object.spec;
  const { backup, maintenanceWindow, serverlessV2: range } = spec;
  return {
    name: namesOfStore(object).cluster,
    engine: ENGINE,
    engineVersion: spec.engineVersion,
    allowMajorVersionUpgrade: spec.allowMajorVersionUpgrade,
    parameterGroupName: ref('db-cluster-parameter-group', 'name'),
    memberGroupName: ref('db-parameter-group', 'name'),
    applyImmediately: spec.applyChanges === 'Immediately',
    databaseName: spec.databaseName ?? '',
    masterUsername: spec.masterUsername,
    managesPassword: place.password === undefined,
    ...(place.password && { password: place.password }),
    ...(place.keyArn !== undefined && { kmsKeyId: place.keyArn }),
    subnetGroupName: ref('db-subnet-group', 'name'),
    securityGroupIds: [place.securityGroupId],
    logExports: [...spec.logExports].sort(),
    backupDays: backup.retentionDays ?? AURORA_SIZES[environment].backupDays,
    ...(backup.window !== undefined && { backupWindow: backup.window }),
    ...(maintenanceWindow !== undefined && { maintenanceWindow }),
    deletionProtection: isProtected(spec.deletionProtection, object.spec.environment),
    iamAuthentication: spec.iamAuthentication === 'Enabled',
    ...copyOf(object),
    ...(range && { capacity: { min: range.minCapacityUnits, max: range.maxCapacityUnits } }),
  };
}

/** Members are told apart by their number: of fewer the last ones go. */
function memberOf(object: DataStore, spec: AuroraPostgreSql, number: number): DbInstanceInputs {
  const { environment = 'dev' } = object.spec;
  const { maintenanceWindow, performanceInsights: asked, serverlessV2 } = spec;
  const { instanceClass = AURORA_SIZES[environment].instanceClass } = spec;
  return {
    name: namesOfStore(object).instance(number),
    engine: ENGINE,
    instanceClass: serverlessV2 ? SERVERLESS : instanceClass,
    parameterGroupName: ref('db-parameter-group', 'name'),
    parameterGroupFamily: familyOf(ENGINE, spec.engineVersion),
    applyImmediately: spec.applyChanges === 'Immediately',
    ...(asked?.mode !== 'Disabled' && { insightsDays: asked?.retentionDays ?? INSIGHTS_DAYS }),
    ...(maintenanceWindow !== undefined && { maintenanceWindow }),
    clusterName: ref('db-cluster', 'name'),
  };
}
