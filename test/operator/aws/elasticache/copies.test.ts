import { describe, expect, it } from 'vitest';
import { requireSnapshot } from '../../../../operator/aws/elasticache/copies.ts';
import type { ReplicationGroupInputs } from '../../../../operator/aws/elasticache/replication-group-diff.ts';
import { replicationGroupKind } from '../../../../operator/aws/elasticache/replication-group.ts';
import { fakeSession, refusal } from '../ecs/fake-session.ts';
import { CACHE_CASES } from './cases.ts';

const inputs = {
  ...(CACHE_CASES['ReplicationGroup']?.inputs as ReplicationGroupInputs),
  restoreFrom: { snapshot: 'mine' },
};
const SNAPSHOT = { Engine: 'redis', EngineVersion: '7.0.7', SnapshotStatus: 'available', NumNodeGroups: 1 };

/** Whether a cache can be made of the snapshot; else why not. */
async function of(snapshot: object | undefined, more: Partial<ReplicationGroupInputs> = {}) {
  const none = refusal('SnapshotNotFoundFault', 'Snapshot mine is not found.');
  const { session } = fakeSession({
    DescribeSnapshots: () => (snapshot ? { Snapshots: [{ ...SNAPSHOT, ...snapshot }] } : none),
  });
  return requireSnapshot(session, { ...inputs, ...more }).then(
    () => 'fits',
    (error: Error & { reason?: string }) => `${error.reason}: ${error.message}`,
  );
}

describe('the snapshot that a cache is made of', () => {
  it('fits one of its version or a later one, or of Valkey', async () => {
    expect(await of({})).toBe('fits');
    expect(await of({}, { engineVersion: '7.1' })).toBe('fits');
    expect(await of({}, { engine: 'valkey', engineVersion: '7.2' })).toBe('fits');
    expect(await of({ KmsKeyId: 'one' }, { kmsKeyArn: 'two' })).toBe('fits');
  });

  it.each([
    ['an earlier version', {}, { engineVersion: '6.2' }, 'which cannot read it: set it to 7.0'],
    ['Redis of Valkey', { Engine: 'valkey' }, {}, 'set spec.redis.engine to Valkey'],
    ['several shards in one', { NumNodeGroups: 3 }, {}, 'has 3 shards'],
    ['a key without a key', { KmsKeyId: 'one' }, {}, 'is encrypted with key one'],
    ['a failed one', { SnapshotStatus: 'failed' }, {}, 'is failed: name one that is complete'],
  ])('does not fit: %s', async (_, snapshot, more, words) => {
    const said = await of(snapshot, more);
    expect(said).toMatch(/^CopyUnusable: spec\.restoreFrom\.snapshot mine /);
    expect(said).toContain(words);
  });

  it('is waited for while it is made, and missed where it is none', async () => {
    expect(await of({ SnapshotStatus: 'creating' })).toMatch(/^WaitingForAws: /);
    expect(await of(undefined)).toContain('is not there: name a snapshot');
  });

  it('asks for a right of its own', () => {
    const { restoreFrom: _, ...empty } = inputs;
    expect(replicationGroupKind.iamFor?.(empty)).toEqual([]);
    expect(replicationGroupKind.iamFor?.(inputs).map(({ action }) => action)).toEqual([
      'elasticache:CreateReplicationGroup',
      'elasticache:DescribeSnapshots',
    ]);
  });
});
