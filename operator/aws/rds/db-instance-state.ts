import { READY, type State } from '../../graph/kind.ts';
import type { Instance } from './db-instance-record.ts';

/**
 * States in which an instance serves: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html .
 * Backups are made every day, and its storage is optimized for hours.
 */
const SERVES =
  /^(available|backing-up|resetting-master-credentials|storage-(optimization|initialization|config-upgrade)|configuring-(enhanced-monitoring|iam-database-auth|log-exports|associated-roles))$/;
/** States in which AWS takes changes. */
const TAKES_CHANGES =
  /^(available|storage-(optimization|initialization)|storage-full|incompatible-parameters)$/;
/** Its final snapshot cannot be made: SkipFinalSnapshot of DeleteDBInstance, API reference. */
const SAVES_NOTHING = /^(failed|incompatible-(restore|network)|inaccessible-encryption-credentials)$/;

/** What a person does about a state from which nothing leads away by itself. */
const REMEDIES: Readonly<Record<string, string>> = {
  failed: 'AWS could not go on with it: restore its last snapshot, or ask AWS Support',
  stopped: 'somebody has stopped it: start it (aws rds start-db-instance), or AWS does after seven days',
  'storage-full':
    'its storage is used up: raise storageGiB in the spec, and maxStorageGiB above it to let it grow',
  'incompatible-parameters':
    'it cannot start with what its parameter group sets: take the last change of parameters in the spec back',
  'incompatible-network': 'its subnets have no free address, or its network has changed: make room there',
  'incompatible-option-group': 'its option group does not fit its version: set a version that has the option',
  'incompatible-restore':
    'AWS could not restore it from its snapshot: delete it, and restore another snapshot',
  'incompatible-create': 'AWS could not make it with these settings: delete it, and change the spec',
  'insufficient-capacity': 'AWS has no such instance left in its zones: set another instanceClass',
  'inaccessible-encryption-credentials':
    'its KMS key is not there or not usable: enable the key, and restore the last snapshot',
  'inaccessible-encryption-credentials-recoverable':
    'its KMS key is not usable: enable the key, and start the instance (aws rds start-db-instance)',
};

/** How far an instance is. */
export function stateOf({
  DBInstanceIdentifier: name,
  DBInstanceStatus: status = 'creating',
}: Instance): State {
  const what = `database instance ${name} is ${status}`;
  if (status === 'deleting') return { phase: 'deleting', reason: 'WaitingForAws', message: what };
  if (SERVES.test(status)) return READY;
  const remedy = REMEDIES[status];
  if (remedy !== undefined) return { phase: 'failed', reason: 'AwsRefused', message: `${what}: ${remedy}` };
  return { phase: 'pending', reason: 'WaitingForAws', message: what };
}

/** Whether it is not made yet: what it is asked to be is not shown in full until it is. */
export function isComing({ DBInstanceStatus: status = 'creating' }: Instance): boolean {
  return status === 'creating';
}

/** Whether AWS takes a change now. */
export function takesChanges({ DBInstanceStatus: status = '' }: Instance): boolean {
  return TAKES_CHANGES.test(status);
}

/** Whether its storage was changed a moment ago, so that AWS takes no further change of it. */
export function isStorageResting({ DBInstanceStatus: status = '' }: Instance): boolean {
  return status === 'storage-optimization';
}

/** Whether nobody can make a copy of what it holds any more. */
export function savesNothing({ DBInstanceStatus: status = '' }: Instance): boolean {
  return SAVES_NOTHING.test(status);
}
