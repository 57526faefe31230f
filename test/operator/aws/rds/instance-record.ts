import type { DbInstanceInputs, OwnInputs } from '../../../../operator/aws/rds/db-instance-inputs.ts';
import type { Instance } from '../../../../operator/aws/rds/db-instance-record.ts';

export const ARN = 'arn:aws:rds:eu-central-1:111111111111';

export const own: OwnInputs = {
  engineVersion: '8.0',
  allowMajorVersionUpgrade: false,
  storageGiB: 20,
  maxStorageGiB: 100,
  storageType: 'gp3',
  multiAz: false,
  databaseName: 'appdb',
  masterUsername: 'admin',
  managesPassword: true,
  subnetGroupName: 'shop-subnets',
  securityGroupIds: ['sg-1'],
  optionGroupName: 'default:mysql-8-0',
  logExports: ['audit', 'error'],
  backupDays: 7,
  backupWindow: '03:00-03:30',
  deletionProtection: false,
  iamAuthentication: false,
};

/** A MySQL instance by itself. */
export const instance: DbInstanceInputs = {
  name: 'shop-instance',
  engine: 'mysql',
  instanceClass: 'db.t3.micro',
  parameterGroupName: 'shop-parameters',
  maintenanceWindow: 'sun:04:00-sun:05:00',
  applyImmediately: false,
  own,
};

/** The same, as AWS describes it. */
export const described: Instance = {
  DBInstanceArn: `${ARN}:db:shop-instance`,
  DBInstanceIdentifier: 'shop-instance',
  DBInstanceStatus: 'available',
  DBInstanceClass: 'db.t3.micro',
  DbiResourceId: 'db-ABC',
  Engine: 'mysql',
  EngineVersion: '8.0.42',
  AllocatedStorage: 20,
  MaxAllocatedStorage: 100,
  StorageType: 'gp3',
  StorageEncrypted: true,
  Iops: 3000,
  StorageThroughput: 125,
  MultiAZ: false,
  DBName: 'appdb',
  MasterUsername: 'admin',
  MasterUserSecret: { SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:rds!db-1' },
  DBSubnetGroup: { DBSubnetGroupName: 'shop-subnets' },
  DBParameterGroups: [{ DBParameterGroupName: 'shop-parameters', ParameterApplyStatus: 'in-sync' }],
  OptionGroupMemberships: [{ OptionGroupName: 'default:mysql-8-0', Status: 'in-sync' }],
  VpcSecurityGroups: [
    { VpcSecurityGroupId: 'sg-1', Status: 'active' },
    { VpcSecurityGroupId: 'sg-0', Status: 'removing' },
  ],
  EnabledCloudwatchLogsExports: ['error', 'audit'],
  BackupRetentionPeriod: 7,
  PreferredBackupWindow: '03:00-03:30',
  PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
  DeletionProtection: false,
  IAMDatabaseAuthenticationEnabled: false,
  CopyTagsToSnapshot: true,
  PubliclyAccessible: false,
  PerformanceInsightsEnabled: false,
  Endpoint: { Address: 'shop-instance.x.rds.amazonaws.com', Port: 3306 },
  PendingModifiedValues: {},
  Tags: [],
};
