import type { OptionConfiguration } from '@aws-sdk/client-rds';
import {
  creation,
  type Deed,
  deleted,
  gone,
  type Parameters,
  type Reading,
  set,
  tagDeeds,
  tagsOf,
} from './deed-words.ts';

type Names = Readonly<Record<string, string>>;

const arnOf = (sort: string, name: string) => `arn:aws:rds:us-east-1:123456789012:${sort}:${name}`;

/** Parameters that are inputs as they are. */
const OF_BOTH: Names = {
  EngineVersion: 'engineVersion',
  BackupRetentionPeriod: 'backupDays',
  DeletionProtection: 'deletionProtection',
  EnableIAMDatabaseAuthentication: 'iamAuthentication',
  PreferredBackupWindow: 'backupWindow',
  PreferredMaintenanceWindow: 'maintenanceWindow',
  ManageMasterUserPassword: 'managesPassword',
};
const OF_INSTANCE: Names = {
  ...OF_BOTH,
  DBInstanceClass: 'instanceClass',
  DBParameterGroupName: 'parameterGroupName',
  AllocatedStorage: 'storageGiB',
  MaxAllocatedStorage: 'maxStorageGiB',
  StorageType: 'storageType',
  Iops: 'iops',
  StorageThroughput: 'throughputMiB',
  MultiAZ: 'multiAz',
  OptionGroupName: 'optionGroupName',
};
const OF_CLUSTER: Names = { ...OF_BOTH, DBClusterParameterGroupName: 'parameterGroupName' };
/** What only a create is told. */
const MADE_WITH: Names = {
  Engine: 'engine',
  DBClusterIdentifier: 'clusterName',
  MasterUsername: 'masterUsername',
  DBSubnetGroupName: 'subnetGroupName',
  VpcSecurityGroupIds: 'securityGroupIds',
  EnableCloudwatchLogsExports: 'logExports',
};

/** What only a restore is told: which copy, and which moment, the inputs say together. */
function copyIn(params: Parameters): object | undefined {
  const snapshot = params.take('DBSnapshotIdentifier') ?? params.take('SnapshotIdentifier');
  if (snapshot !== undefined) return { snapshot };
  const source = params.take('SourceDbiResourceId') ?? params.take('SourceDbClusterResourceId');
  if (source === undefined) return undefined;
  params.constant('UseLatestRestorableTime', true);
  const time = params.take('RestoreTime') ?? params.take('RestoreToTime');
  return { source, ...(time !== undefined && { time }) };
}

/** What is asked of every database, whatever its spec says. */
function takeForGranted(params: Parameters): void {
  params.constant('PubliclyAccessible', false);
  params.constant('StorageEncrypted', true);
  params.constant('CopyTagsToSnapshot', true);
  // When it is made, not what.
  params.take('ApplyImmediately');
  // Which nobody sees.
  params.take('MasterUserPassword');
  params.take('AllowMajorVersionUpgrade');
}

/** Inputs that are said in more than one parameter, or otherwise. */
function composed(params: Parameters): Record<string, unknown> {
  const range = params.take('ServerlessV2ScalingConfiguration') as
    { MinCapacity: number; MaxCapacity: number } | undefined;
  const hasInsights = params.take('EnablePerformanceInsights');
  const days = params.take('PerformanceInsightsRetentionPeriod');
  return {
    capacity: range && `${range.MinCapacity} to ${range.MaxCapacity}`,
    insightsDays: hasInsights === undefined ? undefined : hasInsights === true ? days : 0,
  };
}

function taken(params: Parameters, names: Names): Record<string, unknown> {
  return Object.fromEntries(Object.entries(names).map(([name, path]) => [path, params.take(name)]));
}

const made =
  (type: string, id: string, names: Names): Reading =>
  (params, after) => {
    takeForGranted(params);
    // It stands in the ARN.
    params.take(id);
    const inputs = {
      ...taken(params, { ...names, ...MADE_WITH }),
      ...composed(params),
      restoreFrom: copyIn(params),
      databaseName: params.take('DBName') ?? params.take('DatabaseName'),
    };
    return creation(type, after, tagsOf(params.take('Tags')), inputs);
  };

const changed =
  (sort: string, id: string, names: Names): Reading =>
  (params) => {
    takeForGranted(params);
    const arn = arnOf(sort, params.text(id));
    // With the upgrade of their cluster its members get the group of the new family.
    params.take('DBInstanceParameterGroupName');
    const logs = params.take('CloudwatchLogsExportConfiguration') as
      { EnableLogTypes?: string[]; DisableLogTypes?: string[] } | undefined;
    const said = Object.entries({ ...taken(params, names), ...composed(params) });
    return [
      ...said.flatMap(([path, value]) => (value === undefined ? [] : [set(arn, path, value)])),
      ...(logs?.EnableLogTypes ?? []).map((log) => set(arn, `logExports[${log}]`, log)),
      ...(logs?.DisableLogTypes ?? []).map((log) => gone(arn, `logExports[${log}]`)),
    ];
  };

const group =
  (type: string, id: string): Reading =>
  (params, after) => {
    params.take(id);
    return creation(type, after, tagsOf(params.take('Tags')), {
      family: params.take('DBParameterGroupFamily'),
      description: params.take('Description'),
    });
  };

const parameters =
  (sort: string, id: string): Reading =>
  (params) => {
    const arn = arnOf(sort, params.text(id));
    const all = (params.take('Parameters') ?? []) as { ParameterName: string; ParameterValue?: string }[];
    return all.map(({ ParameterName: name, ParameterValue: value }): Deed =>
      value === undefined ? gone(arn, `parameters[${name}]`) : set(arn, `parameters[${name}]`, value),
    );
  };

function optionDeeds(arn: string, { OptionName: option, OptionSettings = [] }: OptionConfiguration): Deed[] {
  return OptionSettings.map(({ Name, Value }) => set(arn, `options[${option}][${Name}]`, Value));
}

const lost =
  (sort: string, id: string): Reading =>
  (params) => {
    // What becomes of the data: deletions are proved in datastore-*.test.ts.
    for (const name of ['SkipFinalSnapshot', 'FinalDBSnapshotIdentifier', 'DeleteAutomatedBackups'])
      params.take(name);
    return [deleted(arnOf(sort, params.text(id)))];
  };

/** What the calls of RDS say. */
export const DATABASE_READINGS: Readonly<Record<string, Reading>> = {
  CreateDBSubnetGroup(params, after) {
    params.take('DBSubnetGroupName');
    return creation('DbSubnetGroup', after, tagsOf(params.take('Tags')), {
      description: params.take('DBSubnetGroupDescription'),
      subnetIds: params.take('SubnetIds'),
    });
  },
  CreateDBParameterGroup: group('DbParameterGroup', 'DBParameterGroupName'),
  CreateDBClusterParameterGroup: group('DbClusterParameterGroup', 'DBClusterParameterGroupName'),
  CreateOptionGroup(params, after) {
    params.take('OptionGroupName');
    return creation('DbOptionGroup', after, tagsOf(params.take('Tags')), {
      engine: params.take('EngineName'),
      majorVersion: params.take('MajorEngineVersion'),
      description: params.take('OptionGroupDescription'),
    });
  },
  ModifyOptionGroup(params) {
    const arn = arnOf('og', params.text('OptionGroupName'));
    // When it is made, not what.
    params.take('ApplyImmediately');
    const included = (params.take('OptionsToInclude') ?? []) as OptionConfiguration[];
    const removed = (params.take('OptionsToRemove') ?? []) as string[];
    return [
      ...included.flatMap((option) => optionDeeds(arn, option)),
      ...removed.map((one) => gone(arn, `options[${one}]`)),
    ];
  },
  DeleteOptionGroup: lost('og', 'OptionGroupName'),
  ModifyDBParameterGroup: parameters('pg', 'DBParameterGroupName'),
  ResetDBParameterGroup: parameters('pg', 'DBParameterGroupName'),
  ModifyDBClusterParameterGroup: parameters('cluster-pg', 'DBClusterParameterGroupName'),
  ResetDBClusterParameterGroup: parameters('cluster-pg', 'DBClusterParameterGroupName'),
  DeleteDBParameterGroup: lost('pg', 'DBParameterGroupName'),
  DeleteDBClusterParameterGroup: lost('cluster-pg', 'DBClusterParameterGroupName'),
  CreateDBInstance: made('DbInstance', 'DBInstanceIdentifier', OF_INSTANCE),
  RestoreDBInstanceFromDBSnapshot: made('DbInstance', 'DBInstanceIdentifier', OF_INSTANCE),
  RestoreDBInstanceToPointInTime: made('DbInstance', 'TargetDBInstanceIdentifier', OF_INSTANCE),
  ModifyDBInstance: changed('db', 'DBInstanceIdentifier', OF_INSTANCE),
  DeleteDBInstance: lost('db', 'DBInstanceIdentifier'),
  CreateDBCluster: made('DbCluster', 'DBClusterIdentifier', OF_CLUSTER),
  RestoreDBClusterFromSnapshot: made('DbCluster', 'DBClusterIdentifier', OF_CLUSTER),
  RestoreDBClusterToPointInTime: made('DbCluster', 'DBClusterIdentifier', OF_CLUSTER),
  ModifyDBCluster: changed('cluster', 'DBClusterIdentifier', OF_CLUSTER),
  AddTagsToResource: (params) => tagDeeds(params.text('ResourceName'), tagsOf(params.take('Tags'))),
  RemoveTagsFromResource(params) {
    const arn = params.text('ResourceName');
    return params.list('TagKeys').map((key) => gone(arn, `tags.${key}`));
  },
};
