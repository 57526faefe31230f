import type { ModifyDBClusterMessage, ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import type { DbClusterInputs } from './db-cluster-inputs.ts';
import type { Cluster } from './db-cluster-record.ts';
import type { OwnInputs } from './db-instance-inputs.ts';
import type { Instance } from './db-instance-record.ts';
import type { Setting } from './settings.ts';

/** Of what holds data: a cluster, or an instance that is in none. */
export const STORE_SETTINGS: readonly Setting<
  DbClusterInputs | OwnInputs,
  Cluster | Instance,
  Partial<ModifyDBClusterMessage & ModifyDBInstanceMessage>
>[] = [
  {
    path: 'managesPassword',
    of: ({ MasterUserSecret: secret }) => secret !== undefined,
    wanted: ({ managesPassword }) => managesPassword || undefined,
    sent: () => ({ ManageMasterUserPassword: true }),
  },
  {
    path: 'backupDays',
    of: ({ BackupRetentionPeriod: now, PendingModifiedValues: pending }) =>
      pending?.BackupRetentionPeriod ?? now,
    wanted: ({ backupDays }) => backupDays,
    sent: ({ backupDays }) => ({ BackupRetentionPeriod: backupDays }),
  },
  {
    path: 'deletionProtection',
    of: ({ DeletionProtection: now }) => now ?? false,
    wanted: ({ deletionProtection }) => deletionProtection,
    sent: ({ deletionProtection }) => ({ DeletionProtection: deletionProtection }),
  },
  {
    path: 'iamAuthentication',
    of: ({ IAMDatabaseAuthenticationEnabled: now, PendingModifiedValues: pending }) =>
      pending?.IAMDatabaseAuthenticationEnabled ?? now ?? false,
    wanted: ({ iamAuthentication }) => iamAuthentication,
    sent: ({ iamAuthentication }) => ({ EnableIAMDatabaseAuthentication: iamAuthentication }),
  },
  {
    path: 'copiesTagsToSnapshots',
    of: ({ CopyTagsToSnapshot: now }) => now ?? false,
    wanted: () => true,
    sent: () => ({ CopyTagsToSnapshot: true }),
  },
];
