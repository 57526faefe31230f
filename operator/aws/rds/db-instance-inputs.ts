import type { Copy } from '../copy.ts';
import type { StoredPassword } from '../secretsmanager/value.ts';
import type { Windows } from './windows.ts';

/** An instance by itself, or a member of a cluster. */
export interface DbInstanceInputs extends Pick<Windows, 'maintenanceWindow'> {
  /** At most 63 small letters, digits and hyphens, unique in account and region. */
  readonly name: string;
  readonly engine: 'mysql' | 'aurora-postgresql';
  /** As `db.t3.micro`. */
  readonly instanceClass: string;
  readonly parameterGroupName: string;
  /** Of a member: the family of that group. It takes none of another than that of the version which its cluster has. */
  readonly parameterGroupFamily?: string;
  /** For how many days Performance Insights keeps what it measures; undefined where it is off. */
  readonly insightsDays?: number;
  /** Whether changes that interrupt are made at once, and not in the maintenance window. */
  readonly applyImmediately: boolean;
  /** Of a member: the name of its cluster, which has everything else. */
  readonly clusterName?: string;
  /** Of one by itself. */
  readonly own?: OwnInputs;
}

/** What an instance has that is in no cluster. */
export interface OwnInputs extends Pick<Windows, 'backupWindow'> {
  /** The oldest that will do: AWS patches by itself. */
  readonly engineVersion: string;
  readonly allowMajorVersionUpgrade: boolean;
  /** The least: it may have grown by itself. */
  readonly storageGiB: number;
  /** Up to where it grows by itself; undefined where it does not. */
  readonly maxStorageGiB?: number;
  readonly storageType: string;
  /** Undefined for what the volume has by itself. */
  readonly iops?: number;
  /** Of a second; likewise. */
  readonly throughputMiB?: number;
  readonly multiAz: boolean;
  readonly databaseName: string;
  readonly masterUsername: string;
  /** AWS makes the password, keeps it in Secrets Manager and rotates it. */
  readonly managesPassword: boolean;
  /** Where AWS does not: the password that it is to have. */
  readonly password?: StoredPassword;
  readonly subnetGroupName: string;
  readonly securityGroupIds: readonly string[];
  /** AWS's own, as `default:mysql-8-0`, or one of ours. */
  readonly optionGroupName: string;
  /** The ARN of a KMS key; undefined for the one that AWS has for RDS. */
  readonly kmsKeyId?: string;
  /** What is written to CloudWatch Logs. */
  readonly logExports: readonly string[];
  readonly backupDays: number;
  readonly deletionProtection: boolean;
  readonly iamAuthentication: boolean;
  /** What it is made of; undefined for an empty one. Of one that is there it says nothing. */
  readonly restoreFrom?: Copy;
}
