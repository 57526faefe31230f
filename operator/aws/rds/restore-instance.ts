import {
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
  type DBInstance,
  type Tag,
} from '@aws-sdk/client-rds';
import type { Permission } from '../../graph/kind.ts';
import { copyTag, unusable, type Copy } from '../copy.ts';
import { must } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList } from '../tags.ts';
import { copyOfInstance, requireLike, type Held } from './copies.ts';
import { settingsOf } from './db-instance-create.ts';
import type { DbInstanceInputs, OwnInputs } from './db-instance-inputs.ts';
import { brief, type Instance } from './db-instance-record.ts';
import { restoresOf } from './shared.ts';

/** What is made of which copy. */
interface Restored {
  readonly inputs: DbInstanceInputs;
  readonly own: OwnInputs;
  readonly copy: Copy;
  readonly tags: Readonly<Record<string, string>>;
}

/** What {@link restoreInstance} needs. A source of the past is ours, or gone: its automated backups carry no tags of ours. */
export const RESTORES_OF_INSTANCES: readonly Permission[] = [
  ...restoresOf('db', {
    RestoreDBInstanceFromDBSnapshot: 'snapshot',
    RestoreDBInstanceToPointInTime: 'auto-backup',
  }),
  ...reads('rds:DescribeDBInstanceAutomatedBackups'),
];

/**
 * Makes an instance of a copy. AWS takes neither version, password, Performance Insights nor windows of maintenance with it, and
 * ManageMasterUserPassword of Oracle alone (RestoreDBInstanceFromDBSnapshot, API reference): they follow as changes.
 */
export async function restoreInstance(
  session: AwsSession,
  { inputs, own, copy, tags }: Restored,
): Promise<Instance> {
  const Tags = tagList({ ...tags, ...copyTag(copy) });
  const made = brief(must(await restore(session, { inputs, own, copy, Tags }), 'DBInstance'));
  return { ...made, DBInstanceStatus: made.DBInstanceStatus ?? 'creating', Tags };
}

async function restore(
  session: AwsSession,
  { inputs, own, copy, Tags }: Omit<Restored, 'tags'> & { Tags: Tag[] },
): Promise<DBInstance | undefined> {
  const { engine, name, instanceClass, parameterGroupName } = inputs;
  const { engineVersion, masterUsername } = own;
  const found = await copyOfInstance(session, copy);
  requireLike(copy, found, { field: 'mysql', engine, engineVersion, masterUsername });
  requireSameKey(copy, found, own.kmsKeyId);
  const settings = {
    DBInstanceClass: instanceClass,
    DBParameterGroupName: parameterGroupName,
    PubliclyAccessible: false,
    AllocatedStorage: Math.max(own.storageGiB, found.storageGiB),
    ...settingsOf(own),
    Tags,
  };
  if ('snapshot' in found.at) {
    const DBSnapshotIdentifier = found.at.snapshot;
    const answer = await session.rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        DBInstanceIdentifier: name,
        DBSnapshotIdentifier,
        ...settings,
      }),
    );
    return answer.DBInstance;
  }
  const time = 'time' in copy ? copy.time : undefined;
  const answer = await session.rds.send(
    new RestoreDBInstanceToPointInTimeCommand({
      TargetDBInstanceIdentifier: name,
      SourceDbiResourceId: found.at.resourceId,
      ...(time === undefined ? { UseLatestRestorableTime: true } : { RestoreTime: new Date(time) }),
      ...settings,
    }),
  );
  return answer.DBInstance;
}

/** An instance is encrypted as its copy is: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html */
function requireSameKey(copy: Copy, { encrypted, keyArn = '' }: Held, wanted: string | undefined): void {
  if (!encrypted)
    unusable(
      copy,
      'is not encrypted, and a store always is: copy the snapshot with a key of KMS, and name the copy',
    );
  if (wanted !== undefined && wanted !== keyArn)
    unusable(
      copy,
      `is encrypted with key ${keyArn}, which a database made of it keeps, and spec.encryption says ${wanted}: set it to key Given with keyArn ${keyArn}, or copy the snapshot with the wanted key, and name the copy`,
    );
}
