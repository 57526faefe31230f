import type { CreateDBClusterMessage } from '@aws-sdk/client-rds';
import type { DbClusterInputs } from './db-cluster-inputs.ts';
import { windowsFor } from './windows.ts';

/** What CreateDBCluster takes, with all that it can be told at once: a change of a new cluster would take AWS minutes more. */
export function createOf(inputs: DbClusterInputs): CreateDBClusterMessage {
  const { capacity, kmsKeyId, logExports } = inputs;
  return {
    DBClusterIdentifier: inputs.name,
    Engine: inputs.engine,
    EngineVersion: inputs.engineVersion,
    DBClusterParameterGroupName: inputs.parameterGroupName,
    ...(inputs.databaseName !== '' && { DatabaseName: inputs.databaseName }),
    MasterUsername: inputs.masterUsername,
    ...(inputs.managesPassword && { ManageMasterUserPassword: true }),
    DBSubnetGroupName: inputs.subnetGroupName,
    VpcSecurityGroupIds: [...inputs.securityGroupIds],
    StorageEncrypted: true,
    ...(kmsKeyId !== undefined && { KmsKeyId: kmsKeyId }),
    ...(logExports.length > 0 && { EnableCloudwatchLogsExports: [...logExports] }),
    BackupRetentionPeriod: inputs.backupDays,
    ...windowsFor(inputs),
    DeletionProtection: inputs.deletionProtection,
    EnableIAMDatabaseAuthentication: inputs.iamAuthentication,
    CopyTagsToSnapshot: true,
    ...(capacity && {
      ServerlessV2ScalingConfiguration: { MinCapacity: capacity.min, MaxCapacity: capacity.max },
    }),
  };
}
