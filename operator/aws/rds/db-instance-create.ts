import type { CreateDBInstanceMessage } from '@aws-sdk/client-rds';
import type { DbInstanceInputs, OwnInputs } from './db-instance-inputs.ts';
import { isDefaultOptionGroup } from './option-membership.ts';
import { windowsFor } from './windows.ts';

/**
 * What CreateDBInstance takes, with all that it can be told at once: a change of a new database would take AWS minutes more.
 * AWS refuses of a member what its cluster has.
 */
export function createOf(inputs: DbInstanceInputs): CreateDBInstanceMessage {
  const { name, engine, instanceClass, parameterGroupName, insightsDays = 0, own } = inputs;
  const { clusterName, maintenanceWindow } = inputs;
  return {
    DBInstanceIdentifier: name,
    DBInstanceClass: instanceClass,
    Engine: engine,
    DBParameterGroupName: parameterGroupName,
    PubliclyAccessible: false,
    ...(maintenanceWindow !== undefined && windowsFor({ maintenanceWindow })),
    ...(insightsDays > 0 && {
      EnablePerformanceInsights: true,
      PerformanceInsightsRetentionPeriod: insightsDays,
    }),
    ...(clusterName !== undefined && { DBClusterIdentifier: clusterName }),
    ...(own && ownOf(own)),
  };
}

function ownOf(own: OwnInputs): Partial<CreateDBInstanceMessage> {
  return {
    EngineVersion: own.engineVersion,
    AllocatedStorage: own.storageGiB,
    ...(own.maxStorageGiB !== undefined && { MaxAllocatedStorage: own.maxStorageGiB }),
    StorageEncrypted: true,
    ...(own.kmsKeyId !== undefined && { KmsKeyId: own.kmsKeyId }),
    ...(own.databaseName !== '' && { DBName: own.databaseName }),
    MasterUsername: own.masterUsername,
    ...(own.managesPassword && { ManageMasterUserPassword: true }),
    ...settingsOf(own),
  };
}

/** What an instance of its own is told with the call that makes it, empty or of a copy. */
export function settingsOf(own: OwnInputs) {
  return {
    StorageType: own.storageType,
    ...(own.iops !== undefined && { Iops: own.iops }),
    ...(own.throughputMiB !== undefined && { StorageThroughput: own.throughputMiB }),
    MultiAZ: own.multiAz,
    DBSubnetGroupName: own.subnetGroupName,
    VpcSecurityGroupIds: [...own.securityGroupIds],
    ...(own.logExports.length > 0 && { EnableCloudwatchLogsExports: [...own.logExports] }),
    BackupRetentionPeriod: own.backupDays,
    ...(own.backupWindow !== undefined && windowsFor({ backupWindow: own.backupWindow })),
    DeletionProtection: own.deletionProtection,
    EnableIAMDatabaseAuthentication: own.iamAuthentication,
    CopyTagsToSnapshot: true,
    ...(!isDefaultOptionGroup(own.optionGroupName) && { OptionGroupName: own.optionGroupName }),
  };
}
