import type { DataStore } from '../../api/data-store.ts';
import type { MySql } from '../../api/data-store/mysql.ts';
import { MYSQL_SIZES } from '../../api/presets.ts';
import type { DbInstanceInputs, OwnInputs } from '../../aws/rds/db-instance-inputs.ts';
import type { StoredPassword } from '../../aws/secretsmanager/value.ts';
import { defaultOptionGroup, familyOf, majorOf } from '../../engine-versions.ts';
import { Terminal } from '../../errors.ts';
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

/** The types of all nodes that a database of MySQL may have. */
export const MYSQL_NODES: readonly NodeType[] = [
  'DbSubnetGroup',
  'DbParameterGroup',
  'DbParameters',
  'DbOptionGroup',
  'DbOptions',
  'DbInstance',
];

/** What every server is started with: a spec may say otherwise of all but the first, which the schema guards. */
const PARAMETERS: Readonly<Record<string, string>> = {
  require_secure_transport: '1',
  character_set_server: 'utf8mb4',
  collation_server: 'utf8mb4_0900_ai_ci',
};

/** The classes without Performance Insights: Amazon RDS User Guide, "Performance Insights engine support". */
const WITHOUT_INSIGHTS = /^db\.t\w+\.(micro|small)$/;

const STORAGE_MAX = 65_536;
/** How much larger than it is made a volume may become by itself. */
const GROWTH = 5;

/** Database servers of MySQL stand in two zones at least, whether they are two or one: AWS asks for it of the subnet group. */
const ZONES_MIN = 2;

/** A server, where it may stand and what it is started with. Throws Terminal (`InvalidSpec`) naming what does not fit. */
export function mysqlNodes(
  build: NodeBuilder,
  input: CompileInput<DataStore>,
  spec: MySql,
  keyArn: string | undefined,
): GraphNode[] {
  requireApart('spec.mysql', spec);
  requireInsights(spec, classOf(input.object, spec));
  requireRoom(input.object, spec);
  const network = storeNetwork(build, input, ZONES_MIN);
  const { group } = namesOfStore(input.object);
  const description = `Store ${ownerOf(input.object)}`;
  const family = familyOf('mysql', spec.engineVersion);
  const kept = databaseCredentials(build, input.object, spec, {
    store: 'db-instance',
    engine: 'mysql',
    keyArn,
  });
  const place = { ...network, keyArn, password: kept?.password };
  return [
    ...network.nodes,
    ...(kept?.nodes ?? []),
    build.thing('DbSubnetGroup', 'db-subnet-group', {
      name: group,
      description,
      subnetIds: network.subnetIds,
    }),
    build.thing('DbParameterGroup', 'db-parameter-group', { name: group, family, description }),
    build.facet('DbParameters', 'db-parameters', {
      groupId: ref('db-parameter-group'),
      groupName: ref('db-parameter-group', 'name'),
      family,
      parameters: { ...PARAMETERS, ...parametersOf(spec) },
    }),
    ...optionGroupOf(build, { name: group, description, spec }),
    build.thing('DbInstance', 'db-instance', instanceOf(input.object, spec, place), {
      // It starts with what is set by then; what comes later may ask for a reboot.
      dependsOn: ['db-parameters', ...(isAudited(spec) ? ['db-options'] : []), ...(kept?.first ?? [])],
    }),
  ];
}

/**
 * RDS for MySQL writes an audit log only with this plugin: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Options.AuditPlugin.html
 * Of queries it hides no password but that after the words IDENTIFIED BY, so that IDENTIFIED WITH … BY would show it in the log:
 * server_audit.c of https://github.com/aws/audit-plugin-for-mysql . So only who comes, goes and is turned away is written down.
 */
const AUDIT = { MARIADB_AUDIT_PLUGIN: { SERVER_AUDIT_EVENTS: 'CONNECT' } };

/** What the server has besides MySQL, where it writes an audit log. */
function optionGroupOf(
  build: NodeBuilder,
  { name, description, spec }: { name: string; description: string; spec: MySql },
): GraphNode[] {
  if (!isAudited(spec)) return [];
  return [
    build.thing('DbOptionGroup', 'db-option-group', {
      name,
      engine: 'mysql',
      majorVersion: majorOf('mysql', spec.engineVersion),
      description,
    }),
    build.facet('DbOptions', 'db-options', {
      groupId: ref('db-option-group'),
      groupName: ref('db-option-group', 'name'),
      options: AUDIT,
      applyImmediately: spec.applyChanges === 'Immediately',
    }),
  ];
}

function isAudited({ logExports }: MySql): boolean {
  return logExports.includes('audit');
}

/** Where an instance stands, what it is encrypted with, and its password where AWS does not make it. */
type Place = StoreNetwork & {
  readonly keyArn: string | undefined;
  readonly password: StoredPassword | undefined;
};

function classOf({ spec: { environment = 'dev' } }: DataStore, { instanceClass }: MySql): string {
  return instanceClass ?? MYSQL_SIZES[environment].instanceClass;
}

/** Throws Terminal (`InvalidSpec`) where Performance Insights are asked for of a class that has none. */
function requireInsights({ performanceInsights: asked }: MySql, instanceClass: string): void {
  if (asked?.mode !== 'Enabled' || !WITHOUT_INSIGHTS.test(instanceClass)) return;
  throw new Terminal(
    'InvalidSpec',
    `spec.mysql.performanceInsights: class ${instanceClass} has none; take it away, or choose an instanceClass from db.t3.medium on`,
  );
}

/** Throws Terminal (`InvalidSpec`) where a volume of the size that the environment has could not grow as far as it is told. */
function requireRoom({ spec: { environment = 'dev' } }: DataStore, spec: MySql): void {
  const { maxStorageGiB: most, storageGiB } = spec;
  const size = MYSQL_SIZES[environment].storageGiB;
  if (most === undefined || storageGiB !== undefined || most === size || most * 10 >= size * 11) return;
  throw new Terminal(
    'InvalidSpec',
    `spec.mysql.maxStorageGiB ${most} is less than a tenth above the ${size} GiB that environment ${environment} begins with: raise it, make it ${size} so that the volume does not grow by itself, or give storageGiB`,
  );
}

function instanceOf(object: DataStore, spec: MySql, place: Place): DbInstanceInputs {
  const { environment = 'dev' } = object.spec;
  const preset = MYSQL_SIZES[environment];
  const instanceClass = classOf(object, spec);
  const { maintenanceWindow, performanceInsights: asked } = spec;
  const days = asked?.mode === 'Enabled' ? asked.retentionDays : undefined;
  const hasInsights = !asked && preset.insights && !WITHOUT_INSIGHTS.test(instanceClass);
  const insightsDays = days ?? (hasInsights ? INSIGHTS_DAYS : undefined);
  return {
    name: namesOfStore(object).instance(),
    engine: 'mysql',
    instanceClass,
    parameterGroupName: ref('db-parameter-group', 'name'),
    applyImmediately: spec.applyChanges === 'Immediately',
    ...(insightsDays !== undefined && { insightsDays }),
    ...(maintenanceWindow !== undefined && { maintenanceWindow }),
    own: { ...ownOf(spec, environment, place), ...copyOf(object) },
  };
}

function ownOf(spec: MySql, environment: keyof typeof MYSQL_SIZES, place: Place): OwnInputs {
  const preset = MYSQL_SIZES[environment];
  const { storageGiB = preset.storageGiB, iops, throughputMiB, backup } = spec;
  const { maxStorageGiB = Math.min(storageGiB * GROWTH, STORAGE_MAX) } = spec;
  const chosen = (given: 'Enabled' | 'Disabled' | undefined, byDefault: boolean) =>
    given === undefined ? byDefault : given === 'Enabled';
  return {
    engineVersion: spec.engineVersion,
    allowMajorVersionUpgrade: spec.allowMajorVersionUpgrade,
    storageGiB,
    ...(maxStorageGiB > storageGiB && { maxStorageGiB }),
    storageType: spec.storageType,
    ...(iops !== undefined && { iops }),
    ...(throughputMiB !== undefined && { throughputMiB }),
    multiAz: chosen(spec.multiAz, preset.multiAz),
    databaseName: spec.databaseName ?? '',
    masterUsername: spec.masterUsername,
    managesPassword: place.password === undefined,
    ...(place.password && { password: place.password }),
    subnetGroupName: ref('db-subnet-group', 'name'),
    securityGroupIds: [place.securityGroupId],
    optionGroupName: isAudited(spec)
      ? ref('db-option-group', 'name')
      : defaultOptionGroup('mysql', spec.engineVersion),
    ...(place.keyArn !== undefined && { kmsKeyId: place.keyArn }),
    logExports: [...spec.logExports].sort(),
    backupDays: backup.retentionDays ?? preset.backupDays,
    ...(backup.window !== undefined && { backupWindow: backup.window }),
    deletionProtection: isProtected(spec.deletionProtection, environment),
    iamAuthentication: spec.iamAuthentication === 'Enabled',
  };
}
