import { READY, type State } from '../../graph/kind.ts';
import type { Cluster } from './db-cluster-record.ts';

/**
 * States in which a cluster serves: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html .
 * Backups are made every day.
 */
const SERVES =
  /^(available|backing-up|resetting-master-credentials|storage-optimization|update-iam-db-auth|configuring-(activity-stream|enhanced-monitoring|iam-database-auth|log-exports))$/;
/** Its final snapshot cannot be made. */
const SAVES_NOTHING = /^(failed|cloning-failed|migration-failed|inaccessible-encryption-credentials)$/;

/** What a person does about a state from which nothing leads away by itself. */
const REMEDIES: Readonly<Record<string, string>> = {
  failed: 'AWS could not go on with it: restore its last snapshot, or ask AWS Support',
  'cloning-failed': 'AWS could not clone it: delete it, and clone again',
  'migration-failed': 'AWS could not move its data: delete it, and move again',
  stopped: 'somebody has stopped it: start it (aws rds start-db-cluster), or AWS does after seven days',
  'inaccessible-encryption-credentials':
    'its KMS key is not there or not usable: enable the key, and restore the last snapshot',
  'inaccessible-encryption-credentials-recoverable':
    'its KMS key is not usable: enable the key, and start the cluster (aws rds start-db-cluster)',
};

/** How far a cluster is. */
export function stateOf({ DBClusterIdentifier: name, Status: status = 'creating' }: Cluster): State {
  const what = `database cluster ${name} is ${status}`;
  if (status === 'deleting') return { phase: 'deleting', reason: 'WaitingForAws', message: what };
  if (SERVES.test(status)) return READY;
  const remedy = REMEDIES[status];
  if (remedy !== undefined) return { phase: 'failed', reason: 'AwsRefused', message: `${what}: ${remedy}` };
  return { phase: 'pending', reason: 'WaitingForAws', message: what };
}

/** Whether it is not made yet: what it is asked to be is not shown in full until it is. */
export function isComing({ Status: status = 'creating' }: Cluster): boolean {
  return status === 'creating';
}

/** Whether nobody can make a copy of what it holds any more. */
export function savesNothing({ Status: status = '' }: Cluster): boolean {
  return SAVES_NOTHING.test(status);
}
