import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';
import {
  clusterAvailable,
  createCluster,
  createInstance,
  createMember,
  createSubnetGroup,
  describeCluster,
  describeInstance,
  modify,
  status,
} from './rds-calls.ts';

/** RDS: what AWS refuses of what is asked for, and what it makes of the rest. */
export function databaseRules(): void {
  let network: OwnNetwork;
  const create = (params: Params = {}) => createInstance(network, params);

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  describe('storage', () => {
    test('has a least size, a maximum that leaves room, and speed only where the volume has it', async () => {
      const combination = 'InvalidParameterCombination';
      await refused(
        create({ AllocatedStorage: 10 }),
        combination,
        /^Invalid storage size for engine name mysql/,
      );
      await refused(create({ MaxAllocatedStorage: 20 }), combination, /^Max storage size must be greater/);
      await refused(create({ MaxAllocatedStorage: 21 }), combination, /at least 10 percent/);
      const fast = { StorageType: 'gp3', Iops: 4000 };
      await refused(
        create(fast),
        combination,
        /^You can't specify IOPS or storage throughput .* less than 400/,
      );
      await create({ StorageType: 'gp3', MaxAllocatedStorage: 22 });
      const volume = { Iops: '3000', StorageThroughput: '125', MaxAllocatedStorage: '22' };
      expect(await status('available')).toMatchObject(volume);
      await refused(modify({ AllocatedStorage: 30 }), combination, /^Max storage size must be greater/);
      await refused(
        modify({ AllocatedStorage: 30, MaxAllocatedStorage: 32 }),
        combination,
        /at least 10 percent/,
      );
      // The same as the storage turns it off.
      await modify({ MaxAllocatedStorage: 20 });
      expect(await status('available')).not.toHaveProperty('MaxAllocatedStorage');
      await modify({ AllocatedStorage: 400 });
      expect(await status('storage-optimization')).toMatchObject({ Iops: '12000', StorageThroughput: '500' });
      await aws().letPass(2);
      await refused(
        modify({ AllocatedStorage: 500 }),
        combination,
        /^You must specify both the storage size and/,
      );
      await modify({ AllocatedStorage: 500, Iops: 12_000 });
    });

    test('grows by a tenth at least, never shrinks, and rests after it has grown', async () => {
      await create();
      await status('available');
      await refused(modify({ AllocatedStorage: 19 }), 'InvalidParameterCombination', /cannot be less than/);
      await modify({ AllocatedStorage: 21 });
      expect((await describeInstance()).AllocatedStorage).toBe('20');
      expect((await status('storage-optimization')).AllocatedStorage).toBe('22');
      const resting = /^You can't currently modify the storage of this DB instance/;
      await refused(modify({ AllocatedStorage: 40 }), 'InvalidParameterCombination', resting);
      await refused(modify({ StorageType: 'gp3' }), 'InvalidParameterCombination', resting);
      // Anything else may be changed, and the same again is no change.
      await modify({ AllocatedStorage: 22, CopyTagsToSnapshot: true });
      await status('available');
      await refused(modify({ AllocatedStorage: 40 }), 'InvalidParameterCombination', resting);
      await aws().letPass(1);
      await modify({ AllocatedStorage: 40 });
      expect((await status('storage-optimization')).AllocatedStorage).toBe('40');
      await status('available');
    });

    test('of a cluster is none of its members’', async () => {
      await createCluster(network);
      await clusterAvailable();
      await refused(
        createMember({ AllocatedStorage: 20 }),
        'InvalidParameterCombination',
        /need to set storage/,
      );
      await createMember();
      await status('available');
      await refused(modify({ AllocatedStorage: 20 }), 'InvalidParameterCombination', /grows based on usage/);
    });
  });

  describe('names and passwords', () => {
    const value = 'InvalidParameterValue';
    const combination = 'InvalidParameterCombination';

    test('of instances and clusters are identifiers', async () => {
      const words = /^The parameter DB(Instance|Cluster)Identifier is not a valid identifier/;
      for (const name of ['1a', 'a--b', 'a-', '-a', 'a_b', 'ä', 'a'.repeat(64)]) {
        await refused(create({ DBInstanceIdentifier: name }), value, words);
        await refused(createCluster(network, { DBClusterIdentifier: name }), value, words);
      }
    });

    test('of the master user are short, plain, and none that the engine has for itself', async () => {
      await refused(create({ MasterUsername: '' }), value, /^The parameter MasterUsername must be provided/);
      await refused(create({ MasterUsername: 'a'.repeat(17) }), value, /longer than 16 characters/);
      await refused(create({ MasterUsername: '1st' }), value, /^The parameter MasterUsername is not a valid/);
      const reserved = /^MasterUsername \w+ cannot be used as it is a reserved word used by the engine$/;
      await refused(create({ MasterUsername: 'rdsadmin' }), value, reserved);
      await refused(createCluster(network, { MasterUsername: 'admin' }), value, reserved);
      await refused(createCluster(network, { DatabaseName: 'catalog' }), value, /It is a reserved word/);
      await refused(
        create({ DBName: 'my-shop' }),
        value,
        /^DBName must begin with a letter and contain only/,
      );
      await createCluster(network, { MasterUsername: 'a'.repeat(63), DatabaseName: 'shop' });
    });

    test('of the first database and the master user are the cluster’s', async () => {
      await createCluster(network);
      await clusterAvailable();
      const set = (words: string) => new RegExp(`will be a member of a DB Cluster\\. Set ${words} for`);
      await refused(createMember({ MasterUsername: 'keeper' }), combination, set('master user name'));
      await refused(createMember({ DBName: 'shop' }), combination, set('database name'));
      await refused(createMember({ BackupRetentionPeriod: 3 }), combination, set('backup retention period'));
      await createMember();
      await status('available');
      await refused(
        modify({ MasterUserPassword: 'another-one' }),
        combination,
        /^The specified DB Instance is a/,
      );
    });

    test('passwords are long enough, and of what AWS allows', async () => {
      const password = (MasterUserPassword: string) => create({ MasterUserPassword });
      await refused(password('1234567'), value, /shorter than 8 characters/);
      await refused(password('a'.repeat(42)), value, /longer than 41 characters/);
      await refused(
        createCluster(network, { MasterUserPassword: 'a'.repeat(129) }),
        value,
        /longer than 128/,
      );
      for (const letter of ['/', '@', '"', ' ', 'ä'])
        await refused(password(`1234567${letter}`), value, /Only printable ASCII characters besides/);
      await create({ MasterUserPassword: 'a'.repeat(41) });
      await status('available');
      await refused(modify({ MasterUserPassword: 'short' }), value, /shorter than 8 characters/);
    });

    test('a password is one’s own or managed', async () => {
      const managed = { ManageMasterUserPassword: true };
      const none = { MasterUserPassword: '' };
      await refused(create(managed), combination);
      await refused(create(none), value, /^The parameter MasterUserPassword must be provided/);
      await refused(create({ MasterUserSecretKmsKeyId: 'alias/a' }), combination);
      await refused(createCluster(network, managed), combination);
      await refused(createCluster(network, none), value);
      await create({ ...managed, ...none });
      await status('available');
      await refused(modify({ MasterUserPassword: 'another-one' }), combination);
      await refused(modify({ ManageMasterUserPassword: false }), combination);
      await refused(modify({ MasterUserSecretKmsKeyId: 'alias/a' }), combination);
      await modify({ ManageMasterUserPassword: false, MasterUserPassword: 'another-one' });
      await status('available');
      await refused(modify({ RotateMasterUserPassword: true }), combination);
      await modify(managed);
    });
  });

  test('classes are there, and the engine has them', async () => {
    const combination = 'InvalidParameterCombination';
    const of = (DBInstanceClass: string) => ({ DBInstanceClass });
    for (const name of ['t3.small', 'db.t3', 'db.db.t3.small'])
      await refused(create(of(name)), 'InvalidParameterValue', /^Invalid DB Instance class: /);
    const words =
      /^RDS does not support creating a DB instance with the following combination: DBInstanceClass=/;
    for (const name of ['db.t2.small', 'db.r6g.small', 'db.serverless'])
      await refused(create(of(name)), combination, words);
    await create(of('db.r6g.large'));
    await status('available');
    await refused(modify(of('db.serverless')), combination, words);
    await createCluster(network);
    await clusterAvailable();
    for (const name of ['db.t3.small', 'db.m5.large', 'db.r6g.medium'])
      await refused(createMember({ DBInstanceIdentifier: 'two', ...of(name) }), combination, words);
    await createMember({ DBInstanceIdentifier: 'two', ...of('db.t4g.medium') });
    await status('available', 'two');
    const id = async (name?: string) =>
      (await describeInstance<{ DbiResourceId: string }>(name)).DbiResourceId;
    expect(await id()).not.toBe(await id('two'));
  });

  test('Performance Insights want a class that has them, and are kept for a week or whole months', async () => {
    const insights = { EnablePerformanceInsights: true };
    const words = /^Performance Insights not supported for this configuration\.$/;
    await refused(create(insights), 'InvalidParameterCombination', words);
    const medium = { ...insights, DBInstanceClass: 'db.t3.medium' };
    const days = (period: number) => ({ ...medium, PerformanceInsightsRetentionPeriod: period });
    await refused(create(days(94)), 'InvalidParameterValue', /retention period/);
    await create(medium);
    expect(await status('available')).toMatchObject({
      PerformanceInsightsEnabled: 'true',
      PerformanceInsightsRetentionPeriod: '7',
    });
    await refused(modify({ DBInstanceClass: 'db.t4g.small' }), 'InvalidParameterCombination', words);
    await modify({ PerformanceInsightsRetentionPeriod: 93 });
    expect(await status('available')).toMatchObject({ PerformanceInsightsRetentionPeriod: '93' });
    await modify({ EnablePerformanceInsights: false, DBInstanceClass: 'db.t4g.small' });
    expect(await status('available')).toMatchObject({ PerformanceInsightsEnabled: 'false' });
  });

  test('keys are there and enabled, and shown by their ARN', async () => {
    const kms = <T>(action: string, params: Params = {}) => call<T>('kms', action, params);
    const key = async () =>
      (await kms<{ KeyMetadata: { KeyId: string; Arn: string } }>('CreateKey')).KeyMetadata;
    const good = await key();
    const disabled = await key();
    await kms('DisableKey', { KeyId: disabled.KeyId });
    const going = await key();
    await kms('ScheduleKeyDeletion', { KeyId: going.KeyId, PendingWindowInDays: 7 });
    await kms('CreateAlias', { AliasName: 'alias/data', TargetKeyId: good.KeyId });
    const encrypted = (KmsKeyId: string) => ({ StorageEncrypted: true, KmsKeyId });
    const code = 'KMSKeyNotAccessibleFault';
    const words = /^The specified KMS key \[.+\] either doesn't exist, isn't enabled, or isn't accessible/;
    const unknown = good.Arn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    for (const bad of [disabled.KeyId, going.Arn, unknown, 'alias/none', good.Arn.replace('east', 'west')]) {
      await refused(create(encrypted(bad)), code, words);
      await refused(createCluster(network, encrypted(bad)), code, words);
      const managed = {
        ManageMasterUserPassword: true,
        MasterUserPassword: '',
        MasterUserSecretKmsKeyId: bad,
      };
      await refused(create(managed), code, words);
    }
    await refused(create({ KmsKeyId: good.KeyId }), 'InvalidParameterCombination');
    await create(encrypted('alias/data'));
    expect(await status('available')).toMatchObject({ StorageEncrypted: 'true', KmsKeyId: good.Arn });
    await createCluster(network, { StorageEncrypted: true });
    const { KmsKeyId } = await describeCluster<{ KmsKeyId: string }>();
    expect(KmsKeyId).toMatch(/^arn:aws:kms:us-east-1:123456789012:key\//);
    await createCluster(network, { DBClusterIdentifier: 'plain' });
    expect(await describeCluster('plain')).not.toHaveProperty('KmsKeyId');
  });
}
