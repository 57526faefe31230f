import {
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBSnapshotsCommand,
  type DBClusterAutomatedBackup,
  type DBClusterSnapshot,
  type DBInstanceAutomatedBackup,
  type DBSnapshot,
} from '@aws-sdk/client-rds';
import { majorOf } from '../../engine-versions.ts';
import { requireComplete, requireReached, unusable, type Copy } from '../copy.ts';
import { must } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import { existing, nameIn } from './shared.ts';

/** What a database is to be, as far as its copy says so. */
export interface Wanted {
  /** The field of the spec that has its settings. */
  readonly field: 'mysql' | 'auroraPostgresql';
  readonly engine: string;
  readonly engineVersion: string;
  readonly masterUsername: string;
}

/** What a copy has of a database. */
export interface Held {
  readonly engine: string;
  readonly engineVersion: string;
  readonly masterUsername: string;
  readonly encrypted: boolean;
  readonly keyArn?: string | undefined;
  readonly storageGiB: number;
}

/** A copy that is there, and by what a restore names it. */
export type Found = Held & { readonly at: { readonly snapshot: string } | { readonly resourceId: string } };

type Backup = DBInstanceAutomatedBackup & DBClusterAutomatedBackup;
type Snapshot = DBSnapshot | DBClusterSnapshot;
type PointInTime = Exclude<Copy, { readonly snapshot: string }>;

/** How copies of one sort of database are read. */
interface Sort {
  /** The automated backups of a database, by its name or its resource id. */
  readonly backups: (source: string) => Promise<readonly Backup[] | undefined>;
  readonly snapshots: (name: string) => Promise<readonly Snapshot[] | undefined>;
  readonly resourceId: (backup: Backup) => string | undefined;
}

/** The copy of an instance. Throws Terminal (`CopyUnusable`) where there is none, and Waiting until it is complete. */
export async function copyOfInstance({ rds }: AwsSession, copy: Copy): Promise<Found> {
  return found(copy, {
    backups: async (source) => {
      const which = /^db-[A-Z0-9]+$/.test(source)
        ? { DbiResourceId: source }
        : { DBInstanceIdentifier: source };
      const answer = await rds.send(new DescribeDBInstanceAutomatedBackupsCommand(which));
      return answer.DBInstanceAutomatedBackups;
    },
    snapshots: async (DBSnapshotIdentifier) => {
      const answer = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }));
      return answer.DBSnapshots;
    },
    resourceId: ({ DbiResourceId }) => DbiResourceId,
  });
}

/** The same of a cluster. */
export async function copyOfCluster({ rds }: AwsSession, copy: Copy): Promise<Found> {
  return found(copy, {
    backups: async (source) => {
      const which = /^cluster-[A-Z0-9]+$/.test(source)
        ? { DbClusterResourceId: source }
        : { DBClusterIdentifier: source };
      const answer = await rds.send(new DescribeDBClusterAutomatedBackupsCommand(which));
      return answer.DBClusterAutomatedBackups;
    },
    snapshots: async (DBClusterSnapshotIdentifier) => {
      const answer = await rds.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier }));
      return answer.DBClusterSnapshots;
    },
    resourceId: ({ DbClusterResourceId }) => DbClusterResourceId,
  });
}

async function found(copy: Copy, { backups, snapshots, resourceId }: Sort): Promise<Found> {
  if (!('snapshot' in copy)) {
    const backup = theOne(copy, await existing([nameOf(copy.source)], backups), resourceId);
    return { ...heldIn(backup), at: { resourceId: must(resourceId(backup), 'resourceId') } };
  }
  const [snapshot] = await existing([copy.snapshot], snapshots);
  if (!snapshot) return unusable(copy, 'is not there: name a snapshot of this account and region');
  requireComplete(copy, snapshot.Status ?? '', snapshot.PercentProgress);
  return { ...heldIn(snapshot), at: { snapshot: copy.snapshot } };
}

/** Throws Terminal (`CopyUnusable`) naming the field of the spec that a database made of this copy could not be like. */
export function requireLike(copy: Copy, held: Held, wanted: Wanted): void {
  const { field, engine, engineVersion: version } = wanted;
  if (held.engine !== engine)
    unusable(copy, `is of ${held.engine}, and spec.${field} of ${engine}: name a copy of ${engine}`);
  const major = majorOf(engine, held.engineVersion);
  if (major !== majorOf(engine, version))
    unusable(
      copy,
      `is of version ${held.engineVersion}, and spec.${field}.engineVersion is ${version}: set it to ${major}; an upgrade can follow`,
    );
  if (held.masterUsername !== wanted.masterUsername)
    unusable(
      copy,
      `has the user ${held.masterUsername}, and spec.${field}.masterUsername is ${wanted.masterUsername}: set it to ${held.masterUsername}`,
    );
}

/** By name there may be several: what is there comes before what is kept of those that were deleted. */
function theOne(copy: PointInTime, found: readonly Backup[], idOf: (backup: Backup) => string | undefined) {
  const active = found.filter(({ Status }) => Status === 'active');
  const [backup, ...others] = active.length > 0 ? active : found;
  if (!backup)
    return unusable(
      copy,
      'has no automated backups: name an instance or cluster that has, in this account and region, or a snapshot',
    );
  if (others.length > 0)
    return unusable(
      copy,
      `is the name of several that were deleted: name the resource id of one as source: ${[backup, ...others].map(idOf).join(', ')}`,
    );
  const { EarliestTime: earliest, LatestTime: latest } = backup.RestoreWindow ?? {};
  requireReached(copy, { earliest, latest }, new Date());
  return backup;
}

/** A source by its ARN is one of this account and region, whose name is the last part. */
function nameOf(source: string): string {
  return source.startsWith('arn:') ? nameIn(source) : source;
}

function heldIn(copy: {
  readonly Engine?: string | undefined;
  readonly EngineVersion?: string | undefined;
  readonly MasterUsername?: string | undefined;
  readonly AllocatedStorage?: number | undefined;
  readonly Encrypted?: boolean | undefined;
  readonly StorageEncrypted?: boolean | undefined;
  readonly KmsKeyId?: string | undefined;
}): Held {
  return {
    engine: copy.Engine ?? '',
    engineVersion: copy.EngineVersion ?? '',
    masterUsername: copy.MasterUsername ?? '',
    encrypted: copy.Encrypted ?? copy.StorageEncrypted ?? false,
    keyArn: copy.KmsKeyId,
    storageGiB: copy.AllocatedStorage ?? 0,
  };
}
