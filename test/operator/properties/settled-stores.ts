import type { ScalableTarget } from '@aws-sdk/client-application-auto-scaling';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import {
  asAws,
  type AlarmInputs,
  type TaggedAlarm,
} from '../../../operator/aws/cloudwatch/alarm-settings.ts';
import { namedBy, targetIdOf } from '../../../operator/aws/application-autoscaling/shared.ts';
import type { ScalableTargetInputs } from '../../../operator/aws/application-autoscaling/scalable-target.ts';
import type { ScalingPoliciesInputs } from '../../../operator/aws/application-autoscaling/scaling-policies.ts';
import { asAws as planAsAws, type BackupPlanInputs } from '../../../operator/aws/backup/rules.ts';
import { selectionText, type BackupSelectionInputs } from '../../../operator/aws/backup/selection.ts';
import type { BackupVaultInputs } from '../../../operator/aws/backup/vault.ts';
import type { DescribedTable } from '../../../operator/aws/dynamodb/table-descriptions.ts';
import type {
  DynamoDbTableInputs,
  TableSettingsInputs,
} from '../../../operator/aws/dynamodb/table-inputs.ts';
import { indexOf, keySchema, throughput, within } from '../../../operator/aws/dynamodb/table-words.ts';
import { createdWith } from '../../../operator/aws/elasticache/token-state.ts';
import type { CacheParameterGroupInputs } from '../../../operator/aws/elasticache/parameter-group.ts';
import type { CacheParametersInputs } from '../../../operator/aws/elasticache/parameters.ts';
import {
  isFailingOver,
  type ReplicationGroupInputs,
} from '../../../operator/aws/elasticache/replication-group-diff.ts';
import type { CacheGroup } from '../../../operator/aws/elasticache/replication-groups.ts';
import type { CacheSubnetGroupInputs } from '../../../operator/aws/elasticache/subnet-group.ts';
import type { KeySettingsInputs } from '../../../operator/aws/kms/key-settings.ts';
import type { KmsKeyInputs } from '../../../operator/aws/kms/key.ts';
import { canonicalPolicy } from '../../../operator/aws/policy-document.ts';
import type { DbClusterInputs } from '../../../operator/aws/rds/db-cluster-inputs.ts';
import type { Cluster } from '../../../operator/aws/rds/db-cluster-record.ts';
import type { DbInstanceInputs } from '../../../operator/aws/rds/db-instance-inputs.ts';
import type { Instance } from '../../../operator/aws/rds/db-instance-record.ts';
import type { DbOptionGroupInputs } from '../../../operator/aws/rds/db-option-group.ts';
import type { DbOptionsInputs } from '../../../operator/aws/rds/db-options.ts';
import type { DbSubnetGroupInputs } from '../../../operator/aws/rds/db-subnet-group.ts';
import type { DbOptionGroup } from '../../../operator/aws/rds/option-groups.ts';
import type { ParameterGroupInputs } from '../../../operator/aws/rds/parameter-groups.ts';
import type { ParametersInputs } from '../../../operator/aws/rds/parameters.ts';
import { markTag } from '../../../operator/aws/rds/password.ts';
import type { Tagged } from '../../../operator/aws/rds/shared.ts';
import type { SecretValueInputs } from '../../../operator/aws/secretsmanager/secret-value.ts';
import type { SecretInputs } from '../../../operator/aws/secretsmanager/secret.ts';
import type { Secret } from '../../../operator/aws/secretsmanager/secrets.ts';
import { versionId } from '../../../operator/aws/secretsmanager/versions.ts';
import { tagList } from '../../../operator/aws/tags.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { shard } from '../aws/elasticache/cases.ts';
import { described } from '../aws/rds/instance-record.ts';
import { describedCluster } from '../aws/rds/cluster-record.ts';
import type { At, Make } from './settled.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
/** Where AWS chooses a window, it shows one. */
const WINDOW = { backup: '09:00-09:30', maintenance: 'sat:09:30-sat:10:00' };

function groupOf(sort: string) {
  return ({ inputs, Tags }: At<ParameterGroupInputs>) => ({
    ...inputs,
    arn: arn('rds', `${sort}:${inputs.name}`),
    Tags,
  });
}
const parametersOf = ({ inputs }: At<ParametersInputs>) => ({
  arn: inputs.groupId,
  parameters: inputs.parameters,
});

/** How AWS lists what stores are made of; see `settled.ts`. */
export const STORE_MAKERS: Readonly<Record<string, Make>> = {
  KmsKey: ({ inputs, serial, Tags }: At<KmsKeyInputs>) => ({
    Arn: arn('kms', `key/${serial}`),
    KeyId: serial,
    KeyState: 'Enabled',
    Description: inputs.description,
    Tags,
  }),
  KeySettings: ({ inputs }: At<KeySettingsInputs>) => ({
    arn: inputs.keyArn,
    policy: canonicalPolicy(inputs.policy),
    isRotated: true,
  }),
  Secret: ({ inputs, Tags }: At<SecretInputs>): Secret => ({
    ARN: arn('secretsmanager', `secret:${inputs.name}-AbCdEf`),
    Name: inputs.name,
    Description: inputs.description,
    ...(inputs.kmsKeyArn !== undefined && { KmsKeyId: inputs.kmsKeyArn }),
    versions: { [versionId(inputs.rotation, undefined, '')]: ['AWSCURRENT'] },
    Tags,
  }),
  SecretRotation: () => undefined,
  SecretValue({ inputs }: At<SecretValueInputs>, all) {
    const secret = all.get('secretsmanager/secrets')?.get(inputs.secretArn);
    const version = versionId('', { host: inputs.host, port: inputs.port }, '');
    Object.assign(secret ?? {}, { versions: { [version]: ['AWSCURRENT', 'AWSPENDING'] } });
    return undefined;
  },
  AuthToken: () => undefined,
  DbSubnetGroup: ({ inputs, Tags }: At<DbSubnetGroupInputs>) => ({
    DBSubnetGroupArn: arn('rds', `subgrp:${inputs.name}`),
    DBSubnetGroupName: inputs.name,
    DBSubnetGroupDescription: inputs.description,
    Subnets: inputs.subnetIds.map((SubnetIdentifier) => ({ SubnetIdentifier })),
    Tags,
  }),
  DbParameterGroup: groupOf('pg'),
  DbOptionGroup: ({ inputs, Tags }: At<DbOptionGroupInputs>): Tagged<DbOptionGroup> => ({
    name: inputs.name,
    arn: arn('rds', `og:${inputs.name}`),
    engine: inputs.engine,
    majorVersion: inputs.majorVersion,
    description: inputs.description,
    options: {},
    Tags,
  }),
  DbOptions({ inputs }: At<DbOptionsInputs>, all) {
    const group = all.get('rds/option-groups')?.get(inputs.groupId);
    const options = Object.entries(inputs.options).map(([option, settings]) => [
      option,
      Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, { value, byDefault: 'CONNECT,QUERY' }]),
      ),
    ]);
    Object.assign(group ?? {}, { options: Object.fromEntries(options) });
    return undefined;
  },
  DbParameters: parametersOf,
  DbClusterParameterGroup: groupOf('cluster-pg'),
  DbClusterParameters: parametersOf,
  DbCluster: ({ inputs, tags }: At<DbClusterInputs>): Cluster => {
    const { MasterUserSecret, ServerlessV2ScalingConfiguration: _, ...rest } = describedCluster;
    return {
      ...rest,
      DBClusterArn: arn('rds', `cluster:${inputs.name}`),
      DBClusterIdentifier: inputs.name,
      EngineVersion: inputs.engineVersion,
      DBClusterParameterGroup: inputs.parameterGroupName,
      DatabaseName: inputs.databaseName === '' ? undefined : inputs.databaseName,
      MasterUsername: inputs.masterUsername,
      ...(inputs.managesPassword && { MasterUserSecret }),
      DBSubnetGroup: inputs.subnetGroupName,
      KmsKeyId: inputs.kmsKeyId,
      VpcSecurityGroups: inputs.securityGroupIds.map((VpcSecurityGroupId) => ({
        VpcSecurityGroupId,
        Status: 'active',
      })),
      EnabledCloudwatchLogsExports: [...inputs.logExports],
      BackupRetentionPeriod: inputs.backupDays,
      PreferredBackupWindow: inputs.backupWindow ?? WINDOW.backup,
      PreferredMaintenanceWindow: inputs.maintenanceWindow ?? WINDOW.maintenance,
      DeletionProtection: inputs.deletionProtection,
      IAMDatabaseAuthenticationEnabled: inputs.iamAuthentication,
      ...(inputs.capacity && {
        ServerlessV2ScalingConfiguration: {
          MinCapacity: inputs.capacity.min,
          MaxCapacity: inputs.capacity.max,
        },
      }),
      DBClusterMembers: [],
      Tags: tagList({ ...tags, ...markTag(inputs.password) }),
    };
  },
  DbInstance({ inputs, tags }: At<DbInstanceInputs>): Instance {
    const { own } = inputs;
    const { MasterUserSecret, Iops, StorageThroughput, MaxAllocatedStorage: _, ...rest } = described;
    return {
      ...rest,
      DBInstanceArn: arn('rds', `db:${inputs.name}`),
      DBInstanceIdentifier: inputs.name,
      DBInstanceClass: inputs.instanceClass,
      Engine: inputs.engine,
      DBClusterIdentifier: inputs.clusterName,
      DBParameterGroups: [
        { DBParameterGroupName: inputs.parameterGroupName, ParameterApplyStatus: 'in-sync' },
      ],
      OptionGroupMemberships: [
        { OptionGroupName: own?.optionGroupName ?? 'default:aurora-postgresql-15', Status: 'in-sync' },
      ],
      PerformanceInsightsEnabled: inputs.insightsDays !== undefined,
      PerformanceInsightsRetentionPeriod: inputs.insightsDays,
      PreferredMaintenanceWindow: inputs.maintenanceWindow ?? WINDOW.maintenance,
      EngineVersion: own?.engineVersion ?? '15.4',
      AllocatedStorage: own?.storageGiB ?? 1,
      MaxAllocatedStorage: own?.maxStorageGiB,
      StorageType: own?.storageType ?? 'aurora',
      Iops: own?.iops ?? Iops,
      StorageThroughput: own?.throughputMiB ?? StorageThroughput,
      MultiAZ: own?.multiAz ?? false,
      DBName: own?.databaseName === '' ? undefined : own?.databaseName,
      MasterUsername: own?.masterUsername ?? 'postgres',
      ...(own?.managesPassword === true && { MasterUserSecret }),
      DBSubnetGroup: { DBSubnetGroupName: own?.subnetGroupName ?? 'shop-subnets' },
      KmsKeyId: own?.kmsKeyId,
      VpcSecurityGroups: (own?.securityGroupIds ?? []).map((VpcSecurityGroupId) => ({
        VpcSecurityGroupId,
        Status: 'active',
      })),
      EnabledCloudwatchLogsExports: [...(own?.logExports ?? [])],
      BackupRetentionPeriod: own?.backupDays ?? 1,
      PreferredBackupWindow: own?.backupWindow ?? WINDOW.backup,
      DeletionProtection: own?.deletionProtection ?? false,
      IAMDatabaseAuthenticationEnabled: own?.iamAuthentication ?? false,
      Tags: tagList({ ...tags, ...markTag(own?.password) }),
    };
  },
  CacheSubnetGroup: ({ inputs, Tags }: At<CacheSubnetGroupInputs>) => ({
    ARN: arn('elasticache', `subnetgroup:${inputs.name}`),
    CacheSubnetGroupName: inputs.name,
    CacheSubnetGroupDescription: inputs.description,
    VpcId: 'vpc-01',
    Subnets: inputs.subnetIds.map((SubnetIdentifier) => ({ SubnetIdentifier })),
    Tags,
  }),
  CacheParameterGroup: ({ inputs, Tags }: At<CacheParameterGroupInputs>) => ({
    ARN: arn('elasticache', `parametergroup:${inputs.name}`),
    CacheParameterGroupName: inputs.name,
    CacheParameterGroupFamily: inputs.family,
    Description: inputs.description,
    Tags,
  }),
  CacheParameters: ({ inputs }: At<CacheParametersInputs>) => ({ ...inputs }),
  ReplicationGroup: ({ inputs, tags }: At<ReplicationGroupInputs>): CacheGroup => ({
    ARN: arn('elasticache', `replicationgroup:${inputs.name}`),
    ReplicationGroupId: inputs.name,
    ReplicationGroupCreateTime: new Date('2026-01-01T00:00:00Z'),
    Description: inputs.description,
    Status: 'available',
    Engine: inputs.engine,
    CacheNodeType: inputs.nodeType,
    ClusterEnabled: inputs.clusterMode,
    AutomaticFailover: isFailingOver(inputs) ? 'enabled' : 'disabled',
    MultiAZ: isFailingOver(inputs) && inputs.replicasPerShard > 0 ? 'enabled' : 'disabled',
    MemberClusters: [`${inputs.name}-001`],
    NodeGroups: Array.from({ length: inputs.shards }, (_, index) =>
      shard(String(index + 1), inputs.replicasPerShard),
    ),
    ConfigurationEndpoint: { Address: 'cache.example.com', Port: 6379 },
    SnapshotRetentionLimit: inputs.snapshotRetentionDays,
    SnapshotWindow: inputs.snapshotWindow ?? WINDOW.backup,
    AtRestEncryptionEnabled: true,
    KmsKeyId: inputs.kmsKeyArn,
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AuthTokenEnabled: inputs.token !== undefined,
    node: {
      engineVersion: inputs.engineVersion,
      subnetGroup: inputs.subnetGroup,
      parameterGroup: inputs.parameterGroup,
      securityGroupIds: inputs.securityGroupIds,
      maintenanceWindow: inputs.maintenanceWindow ?? WINDOW.maintenance,
      pending: {},
      parameters: 'in-sync',
    },
    Tags: tagList({ ...tags, ...(inputs.token && { [TAG.password]: createdWith(inputs.token.mark) }) }),
  }),
  DynamoDbTable: ({ inputs, Tags }: At<DynamoDbTableInputs>) => ({
    TableArn: arn('dynamodb', `table/${inputs.name}`),
    TableName: inputs.name,
    Tags,
  }),
  TableSettings: ({ inputs }: At<TableSettingsInputs>): DescribedTable => ({
    table: tableOf(inputs),
    timeToLive: { TimeToLiveStatus: 'DISABLED' },
    recovery: { PointInTimeRecoveryStatus: 'DISABLED' },
    hasBackups: true,
  }),
  TimeToLive({ inputs }: At<{ tableArn: string; attribute: string }>, all) {
    const record = all.get('dynamodb/table-descriptions')?.get(inputs.tableArn);
    const isOn = inputs.attribute !== '';
    Object.assign(record ?? {}, {
      timeToLive: isOn
        ? { TimeToLiveStatus: 'ENABLED', AttributeName: inputs.attribute }
        : { TimeToLiveStatus: 'DISABLED' },
    });
    return undefined;
  },
  ContinuousBackups({ inputs }: At<{ tableArn: string; enabled: boolean; periodDays?: number }>, all) {
    const record = all.get('dynamodb/table-descriptions')?.get(inputs.tableArn);
    Object.assign(record ?? {}, {
      recovery: inputs.enabled
        ? { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: inputs.periodDays ?? 35 }
        : { PointInTimeRecoveryStatus: 'DISABLED' },
    });
    return undefined;
  },
  ScalableTarget: ({
    inputs,
    tags,
  }: At<ScalableTargetInputs>): ScalableTarget & { tags: Readonly<Record<string, string>> } => ({
    ...namedBy(targetIdOf(inputs.resource, inputs.capacity)),
    MinCapacity: inputs.minCapacity,
    MaxCapacity: inputs.maxCapacity,
    RoleARN: undefined,
    CreationTime: undefined,
    ScalableTargetARN: arn('application-autoscaling', 'scalable-target/1'),
    tags,
  }),
  Alarm: ({ inputs, Tags }: At<AlarmInputs>): TaggedAlarm => ({
    ...asAws(inputs),
    AlarmArn: arn('cloudwatch', `alarm:${inputs.name}`),
    Tags,
  }),
  BackupVault: ({ inputs, Tags }: At<BackupVaultInputs>) => ({
    Arn: arn('backup', `backup-vault:${inputs.name}`),
    Tags,
  }),
  BackupPlan: ({ inputs, serial, Tags }: At<BackupPlanInputs>) => ({
    Arn: arn('backup', `backup-plan:${serial}`),
    plan: planAsAws(inputs),
    Tags,
  }),
  BackupSelection: ({ inputs }: At<BackupSelectionInputs>) => {
    const { planArn, name, roleArn, resourceArn } = inputs;
    return { planArn, selections: [{ id: '1', text: selectionText(name, roleArn, [resourceArn]) }] };
  },
  ScalingPolicies: ({ inputs }: At<ScalingPoliciesInputs>) => ({
    resourceId: inputs.scalableTargetId,
    policies: inputs.policies,
  }),
};

function tableOf(inputs: TableSettingsInputs): TableDescription {
  const { units, stream, kmsKeyArn } = inputs;
  return {
    TableArn: inputs.tableArn,
    TableName: inputs.tableArn.split('/')[1],
    TableStatus: 'ACTIVE',
    KeySchema: keySchema(inputs.key),
    BillingModeSummary: { BillingMode: units ? 'PROVISIONED' : 'PAY_PER_REQUEST' },
    ProvisionedThroughput: units ? throughput(within(units)) : undefined,
    GlobalSecondaryIndexes: inputs.globalIndexes.map((index) => ({
      ...indexOf(index),
      IndexStatus: 'ACTIVE' as const,
    })),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
    ...(kmsKeyArn !== undefined && {
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: kmsKeyArn },
    }),
    TableClassSummary: { TableClass: inputs.tableClass },
    DeletionProtectionEnabled: inputs.deletionProtection,
  };
}
