import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type Params, call } from './plain-client.ts';

/** Secrets Manager: secrets, their versions, and how they go. */
export function secrets(): void {
  interface Described {
    ARN: string;
    DeletedDate?: number;
    VersionIdsToStages?: Record<string, string[]>;
  }

  let empty: string;

  const secret = <T = Described>(action: string, params: Params = {}) =>
    call<T>('secretsmanager', action, { SecretId: 'db', ...params });
  const create = (params: Params = {}) =>
    call<Described>('secretsmanager', 'CreateSecret', { Name: 'db', SecretString: 'one', ...params });
  const value = async (params: Params = {}) =>
    (await secret<{ SecretString: string }>('GetSecretValue', params)).SecretString;
  const stages = async () => (await secret('DescribeSecret')).VersionIdsToStages;
  const listed = async (params: Params = {}) =>
    (await call<{ SecretList: unknown[] }>('secretsmanager', 'ListSecrets', params)).SecretList;
  const token = (letter: string) => letter.repeat(32);
  const put = (letter: string, SecretString: string, ...VersionStages: string[]) =>
    secret('PutSecretValue', {
      SecretString,
      ClientRequestToken: token(letter),
      ...(VersionStages.length > 0 && { VersionStages }),
    });

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
  });

  test('a secret has a name of permitted characters, one value of 64 KiB at most, and a key that is there', async () => {
    await refused(create({ Name: 'with spaces' }), 'ValidationException', /^Invalid name\./);
    await refused(
      create({ SecretString: 'ä'.repeat(40_000) }),
      'ValidationException',
      /less than or equal to 65536/,
    );
    await refused(create({ SecretBinary: 'b25l' }), 'InvalidParameterException', /both a binary/);
    await refused(create({ KmsKeyId: 'none' }), 'InvalidParameterException', /KMS key none/);
    const { KeyMetadata } = await call<{ KeyMetadata: { KeyId: string } }>('kms', 'CreateKey');
    await call('kms', 'DisableKey', KeyMetadata);
    await refused(create({ KmsKeyId: KeyMetadata.KeyId }), 'EncryptionFailure');
    await call('kms', 'EnableKey', KeyMetadata);
    await create({ KmsKeyId: KeyMetadata.KeyId });
    await call('kms', 'ScheduleKeyDeletion', KeyMetadata);
    await refused(put('b', 'two'), 'EncryptionFailure');
    await secret('UpdateSecret', { KmsKeyId: '' });
    await put('b', 'two');
  });

  describe('a deleted secret', () => {
    const marked = /^You can't perform this operation on the secret because it was marked for deletion\.$/;

    test('is kept for its window, good for nothing but being restored', async () => {
      await create();
      for (const RecoveryWindowInDays of [6, 31]) {
        await refused(
          secret('DeleteSecret', { RecoveryWindowInDays }),
          'InvalidParameterException',
          /7 and 30/,
        );
      }
      const both = { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true };
      await refused(secret('DeleteSecret', both), 'InvalidParameterException');
      await secret('DeleteSecret', { RecoveryWindowInDays: 7 });
      expect(await listed()).toEqual([]);
      expect(await listed({ IncludePlannedDeletion: true })).toHaveLength(1);
      expect((await secret('DescribeSecret')).DeletedDate).toBeGreaterThan(0);
      await refused(value(), 'InvalidRequestException', marked);
      await refused(put('b', 'two'), 'InvalidRequestException', marked);
      await refused(secret('UpdateSecret', { Description: 'd' }), 'InvalidRequestException', marked);
      await refused(secret('TagResource', { Tags: [] }), 'InvalidRequestException', marked);
      await refused(secret('DeleteSecret'), 'InvalidRequestException', marked);
      await refused(
        create(),
        'InvalidRequestException',
        /^You can't create this secret because a secret with this name is already scheduled for deletion\.$/,
      );
      await secret('RestoreSecret');
      expect(await value()).toBe('one');
      expect(await secret('DescribeSecret')).not.toHaveProperty('DeletedDate');
    });

    test('by force is gone, and leaves its name a little later, also if it was kept before', async () => {
      const first = await create({ ClientRequestToken: token('a') });
      await secret('DeleteSecret');
      await secret('DeleteSecret', { ForceDeleteWithoutRecovery: true });
      await refused(secret('DescribeSecret'), 'ResourceNotFoundException');
      await refused(create(), 'InvalidRequestException', /already scheduled for deletion/);
      // The token was the id of a version that is gone: it makes another secret, with another end of its ARN.
      const again = () => create({ ClientRequestToken: token('a') });
      const second = await eventually(() => again().catch(() => undefined));
      expect(second.ARN).not.toBe(first.ARN);
      expect(await value()).toBe('one');
      await secret('DeleteSecret', { ForceDeleteWithoutRecovery: true });
      // What is not there may be deleted by force.
      await secret('DeleteSecret', { ForceDeleteWithoutRecovery: true });
      await refused(secret('DeleteSecret'), 'ResourceNotFoundException');
      expect((await aws().dump()) === empty).toBe(true);
    });
  });

  describe('a version', () => {
    test('becomes the current one, and the one before it the previous', async () => {
      await create({ ClientRequestToken: token('a') });
      await put('b', 'two');
      expect(await stages()).toEqual({ [token('a')]: ['AWSPREVIOUS'], [token('b')]: ['AWSCURRENT'] });
      await put('c', 'three');
      // What has no label is deprecated, and listed only for who asks.
      expect(await stages()).toEqual({ [token('b')]: ['AWSPREVIOUS'], [token('c')]: ['AWSCURRENT'] });
      const versions = async (params: Params = {}) =>
        (await secret<{ Versions: unknown[] }>('ListSecretVersionIds', params)).Versions;
      expect(await versions()).toHaveLength(2);
      expect(await versions({ IncludeDeprecated: true })).toHaveLength(3);
      expect(await value({ VersionStage: 'AWSPREVIOUS' })).toBe('two');
      expect(await value()).toBe('three');
    });

    test('is made once by its token, and never changed', async () => {
      await create({ ClientRequestToken: token('a') });
      await put('b', 'two');
      await put('c', 'three');
      // Again: nothing happens, nor does it become the current one.
      await put('b', 'two');
      expect(await value()).toBe('three');
      await refused(put('b', 'other'), 'ResourceExistsException', /already in use for a version of secret/);
    });

    test('waits as AWSPENDING until AWSCURRENT is moved to it', async () => {
      await create({ ClientRequestToken: token('a') });
      await refused(
        value({ VersionStage: 'AWSPENDING' }),
        'ResourceNotFoundException',
        /staging label: AWSPENDING/,
      );
      await put('b', 'two', 'AWSPENDING');
      expect(await value()).toBe('one');
      expect(await value({ VersionStage: 'AWSPENDING' })).toBe('two');
      const move = (params: Params) =>
        secret('UpdateSecretVersionStage', {
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: token('b'),
          ...params,
        });
      await refused(move({}), 'InvalidParameterException', /RemoveFromVersionId can't be empty/);
      await refused(move({ RemoveFromVersionId: token('b') }), 'InvalidParameterException');
      await move({ RemoveFromVersionId: token('a') });
      expect(await stages()).toEqual({
        [token('a')]: ['AWSPREVIOUS'],
        [token('b')]: ['AWSPENDING', 'AWSCURRENT'],
      });
      expect(await value()).toBe('two');
      await secret('UpdateSecretVersionStage', {
        VersionStage: 'AWSPENDING',
        RemoveFromVersionId: token('b'),
      });
      expect((await stages())?.[token('b')]).toEqual(['AWSCURRENT']);
    });
  });
}
