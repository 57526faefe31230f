import type { CacheGroup } from '../../../../operator/aws/elasticache/replication-groups.ts';
import type { ReplicationGroupInputs } from '../../../../operator/aws/elasticache/replication-group-diff.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { Waiting } from '../../../../operator/errors.ts';
import { replicationGroupKind } from '../../../../operator/aws/elasticache/replication-group.ts';
import { contextOf, sessionOf } from '../elbv2/elb.ts';
import { CACHE_CASES } from './cases.ts';

/** The cache of the cases, as it stands and as it is wanted. */
export const inputs = CACHE_CASES['ReplicationGroup']?.inputs as ReplicationGroupInputs;
export const record = CACHE_CASES['ReplicationGroup']?.record as CacheGroup;

/** A session whose ElastiCache answers as `answer` says, and what it was asked. */
export function cacheSession(answer: Parameters<typeof sessionOf>[0] = () => ({})) {
  const { session, calls } = sessionOf(answer);
  return { session: { ...session, elasticache: session.elbv2 } as unknown as AwsSession, calls };
}

/** Makes what differs; returns the calls, what the record is then, and for what the rest waits. */
export async function makeNext(wanted: Partial<ReplicationGroupInputs>, now: Partial<CacheGroup> = {}) {
  const { session, calls } = cacheSession();
  const group = { ...record, ...now };
  const context = contextOf(session, group);
  const all = { ...inputs, ...wanted };
  let waits: string | undefined;
  try {
    await replicationGroupKind.update(context, all, group, replicationGroupKind.diff(all, group));
  } catch (error) {
    if (!(error instanceof Waiting)) throw error;
    waits = error.message;
  }
  return { calls, laid: context.laid(), waits };
}
