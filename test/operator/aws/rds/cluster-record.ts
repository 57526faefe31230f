import type { DbClusterInputs } from '../../../../operator/aws/rds/db-cluster-inputs.ts';
import type { Cluster } from '../../../../operator/aws/rds/db-cluster-record.ts';
import { ARN } from './instance-record.ts';

/** A cluster of Aurora with serverless members. */
export const cluster: DbClusterInputs = {
  name: 'shop-cluster',
  engine: 'aurora-postgresql',
  engineVersion: '15.4',
  allowMajorVersionUpgrade: false,
  parameterGroupName: 'shop-parameters',
  memberGroupName: 'shop-members',
  applyImmediately: false,
  databaseName: 'appdb',
  masterUsername: 'postgres',
  managesPassword: true,
  subnetGroupName: 'shop-subnets',
  securityGroupIds: ['sg-1'],
  logExports: ['postgresql'],
  backupDays: 7,
  backupWindow: '03:00-03:30',
  maintenanceWindow: 'sun:04:00-sun:05:00',
  deletionProtection: false,
  iamAuthentication: false,
  capacity: { min: 0.5, max: 4 },
};

/** The same, as AWS describes it. */
export const describedCluster: Cluster = {
  DBClusterArn: `${ARN}:cluster:shop-cluster`,
  DBClusterIdentifier: 'shop-cluster',
  DbClusterResourceId: 'cluster-ABC',
  Status: 'available',
  Engine: 'aurora-postgresql',
  EngineVersion: '15.4',
  DBClusterParameterGroup: 'shop-parameters',
  DatabaseName: 'appdb',
  MasterUsername: 'postgres',
  MasterUserSecret: { SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:rds!cluster-1' },
  DBSubnetGroup: 'shop-subnets',
  StorageEncrypted: true,
  VpcSecurityGroups: [
    { VpcSecurityGroupId: 'sg-1', Status: 'active' },
    { VpcSecurityGroupId: 'sg-0', Status: 'removing' },
  ],
  EnabledCloudwatchLogsExports: ['postgresql'],
  BackupRetentionPeriod: 7,
  PreferredBackupWindow: '03:00-03:30',
  PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
  DeletionProtection: false,
  IAMDatabaseAuthenticationEnabled: false,
  CopyTagsToSnapshot: true,
  ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
  DBClusterMembers: [
    { DBInstanceIdentifier: 'shop-2', IsClusterWriter: false, DBClusterParameterGroupStatus: 'in-sync' },
    { DBInstanceIdentifier: 'shop-1', IsClusterWriter: true, DBClusterParameterGroupStatus: 'in-sync' },
  ],
  Endpoint: 'shop-cluster.cluster-x.rds.amazonaws.com',
  ReaderEndpoint: 'shop-cluster.cluster-ro-x.rds.amazonaws.com',
  Port: 5432,
  Tags: [],
};
