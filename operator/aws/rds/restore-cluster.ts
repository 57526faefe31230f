import {
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand,
  type DBCluster,
  type Tag,
} from '@aws-sdk/client-rds';
import { isBelow } from '../../engine-versions.ts';
import type { Permission } from '../../graph/kind.ts';
import { copyTag, unusable, type Copy } from '../copy.ts';
import { must } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList } from '../tags.ts';
import { copyOfCluster, requireLike } from './copies.ts';
import { settingsOf } from './db-cluster-create.ts';
import type { DbClusterInputs } from './db-cluster-inputs.ts';
import { brief, type Cluster } from './db-cluster-record.ts';
import { restoresOf } from './shared.ts';
import { windowsFor } from './windows.ts';

/** What is made of which copy. */
interface Restored {
  readonly inputs: DbClusterInputs;
  readonly copy: Copy;
  readonly tags: Readonly<Record<string, string>>;
}

/** What {@link restoreCluster} needs. */
export const RESTORES_OF_CLUSTERS: readonly Permission[] = [
  ...restoresOf('cluster', {
    RestoreDBClusterFromSnapshot: 'cluster-snapshot',
    RestoreDBClusterToPointInTime: 'cluster-auto-backup',
  }),
  ...reads('rds:DescribeDBClusterAutomatedBackups'),
];

/**
 * Makes a cluster of a copy; its members follow as those of any other. AWS takes neither the password nor the window of
 * maintenance with it: they follow as changes. The key may be another: KmsKeyId of RestoreDBClusterFromSnapshot, API reference.
 */
export async function restoreCluster(
  session: AwsSession,
  { inputs, copy, tags }: Restored,
): Promise<Cluster> {
  const Tags = tagList({ ...tags, ...copyTag(copy) });
  const made = brief(must(await restore(session, { inputs, copy, Tags }), 'DBCluster'));
  return { ...made, Status: made.Status ?? 'creating', Tags };
}

async function restore(
  session: AwsSession,
  { inputs, copy, Tags }: Omit<Restored, 'tags'> & { Tags: Tag[] },
): Promise<DBCluster | undefined> {
  const { engine, engineVersion, masterUsername, backupWindow } = inputs;
  const found = await copyOfCluster(session, copy);
  requireLike(copy, found, { field: 'auroraPostgresql', engine, engineVersion, masterUsername });
  if (!found.encrypted && inputs.kmsKeyId === undefined)
    unusable(
      copy,
      'is not encrypted, and a store always is: set spec.encryption to a key, Dedicated or Given',
    );
  const settings = {
    ...settingsOf(inputs),
    ...(backupWindow !== undefined && windowsFor({ backupWindow })),
    Tags,
  };
  if ('snapshot' in found.at) {
    const answer = await session.rds.send(
      new RestoreDBClusterFromSnapshotCommand({
        SnapshotIdentifier: found.at.snapshot,
        Engine: engine,
        ...(isBelow(found.engineVersion, engineVersion) && { EngineVersion: engineVersion }),
        ...settings,
      }),
    );
    return answer.DBCluster;
  }
  const time = 'time' in copy ? copy.time : undefined;
  const answer = await session.rds.send(
    new RestoreDBClusterToPointInTimeCommand({
      SourceDbClusterResourceId: found.at.resourceId,
      ...(time === undefined ? { UseLatestRestorableTime: true } : { RestoreToTime: new Date(time) }),
      ...settings,
    }),
  );
  return answer.DBCluster;
}
