import type { Copy } from '../copy.ts';
import type { StoredPassword } from '../secretsmanager/value.ts';
import type { Windows } from './windows.ts';

/** A cluster of Aurora: its storage, and all that its members share. */
export interface DbClusterInputs extends Windows {
  /** At most 63 small letters, digits and hyphens, unique in account and region. */
  readonly name: string;
  readonly engine: 'aurora-postgresql';
  /** The oldest that will do: AWS patches by itself. */
  readonly engineVersion: string;
  readonly allowMajorVersionUpgrade: boolean;
  readonly parameterGroupName: string;
  /** The parameter group of its members, which comes with a major upgrade. */
  readonly memberGroupName: string;
  /** Whether changes that interrupt are made at once, and not in the maintenance window. */
  readonly applyImmediately: boolean;
  readonly databaseName: string;
  readonly masterUsername: string;
  /** AWS makes the password, keeps it in Secrets Manager and rotates it. */
  readonly managesPassword: boolean;
  /** Where AWS does not: the password that it is to have. */
  readonly password?: StoredPassword;
  readonly subnetGroupName: string;
  readonly securityGroupIds: readonly string[];
  /** The ARN of a KMS key; undefined for the one that AWS has for RDS. */
  readonly kmsKeyId?: string;
  /** What is written to CloudWatch Logs. */
  readonly logExports: readonly string[];
  readonly backupDays: number;
  readonly deletionProtection: boolean;
  readonly iamAuthentication: boolean;
  /** What it is made of; undefined for an empty one. Of one that is there it says nothing. */
  readonly restoreFrom?: Copy;
  /** What serverless members may use, in capacity units; undefined where there are none. */
  readonly capacity?: { readonly min: number; readonly max: number };
}
