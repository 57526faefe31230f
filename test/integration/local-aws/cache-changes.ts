import { beforeEach, describe, expect, test } from 'vitest';

import { aws, given, refused } from './harness.ts';
import { call } from './plain-client.ts';
import {
  available,
  cache,
  create,
  gone,
  group,
  modify,
  nodes,
  parameterGroup,
  prepare,
  read,
} from './replication-group.ts';

/** ElastiCache: tokens, versions, encryption and snapshots of a replication group, and what waits for a window. */
export function cacheChanges(): void {
  const token = 'first-token-of-16';
  const node = async () => given((await nodes())[0]);

  beforeEach(async () => {
    await prepare();
  });

  describe('an AUTH token', () => {
    const encrypted = { TransitEncryptionEnabled: true };

    test('is of 16 to 128 permitted characters, and wants encryption in transit', async () => {
      await refused(create({ AuthToken: token }), 'InvalidParameterCombination');
      for (const AuthToken of ['short', 'x'.repeat(129), 'with-a-slash-/-in-it', 'with-a-quote-"-in-it']) {
        await refused(create({ ...encrypted, AuthToken }), 'InvalidParameterValue', /^Invalid AuthToken/);
      }
      await create({ ...encrypted, AuthToken: token });
      expect((await available()).AuthTokenEnabled).toBe('true');
      expect(await aws().dump()).not.toContain(token);
      expect(JSON.stringify(await aws().ledger())).not.toContain(token);
    });

    test('is given with ROTATE beside the one before, then SET alone', async () => {
      const change = (AuthToken: string, AuthTokenUpdateStrategy: string) =>
        modify({ AuthToken, AuthTokenUpdateStrategy });
      const second = 'second-token-of-17';
      await create({ ...encrypted, AuthToken: token });
      await available();
      await refused(modify({ AuthToken: second }), 'InvalidParameterCombination');
      await refused(modify({ AuthTokenUpdateStrategy: 'ROTATE' }), 'InvalidParameterCombination');
      await refused(change('a@b-and-some-more', 'ROTATE'), 'InvalidParameterValue');
      await refused(change(second, 'SET'), 'InvalidParameterValue', /only after/);
      await change(second, 'ROTATE');
      expect((await read()).PendingModifiedValues).toEqual({ AuthTokenStatus: 'ROTATING' });
      await refused(change(second, 'SET'), 'InvalidReplicationGroupState');
      expect((await available()).PendingModifiedValues).toBe('');
      await change(second, 'SET');
      expect((await read()).PendingModifiedValues).toEqual({ AuthTokenStatus: 'SETTING' });
      await available();
      // The first one is dropped.
      await refused(change(token, 'SET'), 'InvalidParameterValue', /only after/);
    });

    test('may be SET at once where there was none', async () => {
      await create(encrypted);
      expect((await available()).AuthTokenEnabled).toBe('false');
      await modify({ AuthToken: token, AuthTokenUpdateStrategy: 'SET' });
      expect((await available()).AuthTokenEnabled).toBe('true');
    });
  });

  describe('a change', () => {
    test('of the version goes up only, to Valkey by the engine, with a parameter group of the family', async () => {
      await parameterGroup('six', 'redis6.x');
      await parameterGroup('valkey', 'valkey8');
      await refused(
        create({ EngineVersion: '7.1', CacheParameterGroupName: 'six' }),
        'InvalidParameterCombination',
        /^Expected a parameter group of family redis7 but found one of family redis6\.x$/,
      );
      await refused(
        create({ EngineVersion: '6.1' }),
        'InvalidParameterCombination',
        /^Cannot find version 6\.1/,
      );
      await refused(create({ EngineVersion: '7.0.7' }), 'InvalidParameterCombination', /please use '7\.0'/);
      await create({ EngineVersion: '6.2', CacheParameterGroupName: 'six' });
      await available();
      await refused(modify({ EngineVersion: '7.1' }), 'InvalidParameterCombination', /^Expected a parameter/);
      await modify({ EngineVersion: '7.1', CacheParameterGroupName: 'default.redis7' });
      expect((await node()).EngineVersion).toBe('6.2.6');
      await available();
      expect((await node()).EngineVersion).toBe('7.1.0');
      await refused(modify({ EngineVersion: '6.2' }), 'InvalidParameterCombination', /downgrade/);
      await refused(
        modify({ CacheParameterGroupName: 'valkey' }),
        'InvalidParameterCombination',
        /^valkey parameter group is not applicable to engine redis$/,
      );
      await modify({ Engine: 'valkey', EngineVersion: '8.0' });
      await available();
      expect(await node()).toMatchObject({
        EngineVersion: '8.0.1',
        CacheParameterGroup: { CacheParameterGroupName: 'default.valkey8' },
      });
      await refused(modify({ Engine: 'redis', EngineVersion: '7.1' }), 'InvalidParameterCombination');
    });

    test('waits, unless it is applied immediately, and shows on the nodes', async () => {
      await create();
      await available();
      const larger = { CacheNodeType: 'cache.m7g.large' };
      await refused(modify({ CacheNodeType: 'large' }), 'InvalidParameterValue');
      await modify({ ...larger, ApplyImmediately: false });
      expect((await available()).CacheNodeType).toBe('cache.t4g.small');
      expect((await node()).PendingModifiedValues).toMatchObject(larger);
      // Whatever waits is applied with the next one.
      await modify({ ReplicationGroupDescription: 'other' });
      expect((await read()).CacheNodeType).toBe('cache.t4g.small');
      expect((await available()).CacheNodeType).toBe('cache.m7g.large');
      expect((await node()).PendingModifiedValues).toBe('');
    });
  });

  test('encryption in transit comes and goes by way of preferred', async () => {
    await create();
    await available();
    const on = { TransitEncryptionEnabled: true };
    await refused(modify(on), 'InvalidParameterCombination', /preferred/);
    await modify({ ...on, TransitEncryptionMode: 'preferred' });
    expect((await read()).PendingModifiedValues).toMatchObject({ TransitEncryptionMode: 'preferred' });
    await available();
    await modify({ ...on, TransitEncryptionMode: 'required' });
    expect(await available()).toMatchObject({
      TransitEncryptionEnabled: 'true',
      TransitEncryptionMode: 'required',
    });
    await refused(
      modify({ TransitEncryptionEnabled: false }),
      'InvalidParameterCombination',
      /preferred first/,
    );
  });

  test('encryption at rest wants a key that is there and enabled', async () => {
    const encrypted = { AtRestEncryptionEnabled: true };
    const { KeyMetadata: key } = await call<{ KeyMetadata: { KeyId: string; Arn: string } }>(
      'kms',
      'CreateKey',
    );
    await refused(create({ KmsKeyId: key.Arn }), 'InvalidParameterCombination');
    await refused(create({ ...encrypted, KmsKeyId: `${key.Arn}0` }), 'InvalidKMSKeyFault');
    await call('kms', 'DisableKey', { KeyId: key.KeyId });
    await refused(create({ ...encrypted, KmsKeyId: key.Arn }), 'InvalidKMSKeyFault');
    await call('kms', 'EnableKey', { KeyId: key.KeyId });
    await create({ ...encrypted, KmsKeyId: key.KeyId });
    expect(await available()).toMatchObject({ KmsKeyId: key.Arn, AtRestEncryptionEnabled: 'true' });
  });

  test('snapshots have names of their own, outlive their group, and make another of as many shards', async () => {
    await refused(
      create({ SnapshotRetentionLimit: 1, CacheNodeType: 'cache.t1.micro' }),
      'InvalidParameterCombination',
    );
    await refused(create({ SnapshotRetentionLimit: 36 }), 'InvalidParameterValue');
    await refused(create({ SnapshotWindow: '5-6' }), 'InvalidParameterValue');
    await refused(create({ SnapshotName: 'none' }), 'InvalidParameterValue');
    await create();
    await available();
    const snapshot = { SnapshotName: 'kept' };
    await cache('CreateSnapshot', { ...group, ...snapshot });
    expect((await read()).Status).toBe('snapshotting');
    await refused(create({ ...snapshot, ReplicationGroupId: 'other' }), 'InvalidSnapshotState');
    await available();
    const final = { FinalSnapshotIdentifier: 'kept' };
    await refused(cache('DeleteReplicationGroup', { ...group, ...final }), 'SnapshotAlreadyExistsFault');
    expect((await read()).Status).toBe('available');
    await cache('DeleteReplicationGroup', group);
    await gone();
    await refused(
      create({ ...snapshot, NumNodeGroups: 2, AutomaticFailoverEnabled: true }),
      'InvalidParameterCombination',
    );
    await refused(create({ ...snapshot, EngineVersion: '6.2' }), 'InvalidParameterCombination', /downgrade/);
    await create(snapshot);
    const found = await cache<{ Snapshots: { SnapshotStatus: string }[] }>('DescribeSnapshots', group);
    expect(found.Snapshots).toMatchObject([{ SnapshotStatus: 'restoring' }]);
    await refused(cache('DeleteSnapshot', snapshot), 'InvalidSnapshotState');
    await available();
    await cache('DeleteSnapshot', snapshot);
  });
}
