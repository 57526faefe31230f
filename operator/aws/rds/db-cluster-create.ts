import type { CreateDBClusterMessage } from '@aws-sdk/client-rds';
import type { DbClusterInputs } from './db-cluster-inputs.ts';
import { windowsFor } from './windows.ts';

/** What a cluster is told when it is made, of nothing or of a copy: a change of a new cluster would take AWS minutes more. */
export function settingsOf(inputs: DbClusterInputs) {
  const { capacity, kmsKeyId, logExports } = inputs;
  return {
    DBClusterIdentifier: inputs.name,
    DBClusterParameterGroupName: inputs.parameterGroupName,
    DBSubnetGroupName: inputs.subnetGroupName,
    VpcSecurityGroupIds: [...inputs.securityGroupIds],
    ...(kmsKeyId !== undefined && { KmsKeyId: kmsKeyId }),
    ...(logExports.length > 0 && { EnableCloudwatchLogsExports: [...logExports] }),
    BackupRetentionPeriod: inputs.backupDays,
    DeletionProtection: inputs.deletionProtection,
    EnableIAMDatabaseAuthentication: inputs.iamAuthentication,
    CopyTagsToSnapshot: true,
    // AWS makes no serverless member in a cluster without it.
    ...(capacity && {
      ServerlessV2ScalingConfiguration: { MinCapacity: capacity.min, MaxCapacity: capacity.max },
    }),
  };
}

/** What CreateDBCluster takes, with all that it can be told at once. */
export function createOf(inputs: DbClusterInputs): CreateDBClusterMessage {
  return {
    ...settingsOf(inputs),
    Engine: inputs.engine,
    EngineVersion: inputs.engineVersion,
    ...(inputs.databaseName !== '' && { DatabaseName: inputs.databaseName }),
    MasterUsername: inputs.masterUsername,
    ...(inputs.managesPassword && { ManageMasterUserPassword: true }),
    StorageEncrypted: true,
    ...windowsFor(inputs),
  };
}
