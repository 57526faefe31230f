import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { type Params, call } from './plain-client.ts';

/** KMS: keys, their states, aliases and policies. */
export function keys(): void {
  interface Key {
    KeyId: string;
    Arn: string;
    KeyState: string;
  }

  let key: Key;

  const kms = <T>(action: string, params: Params = {}) =>
    call<T>('kms', action, { KeyId: key.KeyId, ...params });
  const create = async (params: Params = {}) =>
    (await call<{ KeyMetadata: Key }>('kms', 'CreateKey', params)).KeyMetadata;
  const state = async () => (await kms<{ KeyMetadata: Key }>('DescribeKey')).KeyMetadata.KeyState;
  const alias = (AliasName: string, TargetKeyId = key.KeyId) =>
    call('kms', 'CreateAlias', { AliasName, TargetKeyId });

  beforeEach(async () => {
    await aws().reset();
    key = await create();
  });

  test('a key waits 7 to 30 days for its deletion, good for nothing meanwhile, and is disabled when it is kept', async () => {
    await alias('alias/mine');
    for (const PendingWindowInDays of [6, 31]) {
      await refused(kms('ScheduleKeyDeletion', { PendingWindowInDays }), 'ValidationException');
    }
    await refused(kms('CancelKeyDeletion'), 'KMSInvalidStateException', /is not pending deletion/);
    const { CiphertextBlob } = await kms<{ CiphertextBlob: string }>('Encrypt', { Plaintext: 'b25l' });
    const scheduled = await kms('ScheduleKeyDeletion', { PendingWindowInDays: 7 });
    expect(scheduled).toMatchObject({ KeyId: key.Arn, KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    expect(await state()).toBe('PendingDeletion');
    const pending = /key\/[\w-]+ is pending deletion\.$/;
    for (const [action, params] of [
      ['Encrypt', { Plaintext: 'b25l' }],
      ['Encrypt', { Plaintext: 'b25l', KeyId: 'alias/mine' }],
      ['Decrypt', { CiphertextBlob }],
      ['EnableKey', {}],
      ['EnableKeyRotation', {}],
      ['TagResource', { Tags: [{ TagKey: 'a', TagValue: 'b' }] }],
      ['UpdateKeyDescription', { Description: 'd' }],
      ['ScheduleKeyDeletion', {}],
      ['CreateAlias', { AliasName: 'alias/other', TargetKeyId: key.KeyId }],
    ] satisfies [string, Params][]) {
      await refused(kms(action, params), 'KMSInvalidStateException', pending);
    }
    await call('kms', 'DeleteAlias', { AliasName: 'alias/mine' });
    await kms('CancelKeyDeletion', { KeyId: key.Arn });
    expect(await state()).toBe('Disabled');
    await refused(kms('Encrypt', { Plaintext: 'b25l' }), 'DisabledException');
    await kms('EnableKey', { KeyId: key.Arn });
    await kms('Decrypt', { CiphertextBlob });
  });

  test('an alias is of one key of the account, and not AWS’s own', async () => {
    await alias('alias/mine');
    await refused(alias('alias/mine'), 'AlreadyExistsException');
    await refused(alias('alias/aws/mine'), 'NotAuthorizedException');
    const theirs = key.Arn.replace('123456789012', '222222222222').slice(0, -1);
    await refused(alias('alias/other', theirs), 'NotFoundException');
    await refused(kms('ScheduleKeyDeletion', { KeyId: 'alias/mine' }), 'NotFoundException');
    await call('kms', 'DeleteAlias', { AliasName: 'alias/mine' });
    await refused(call('kms', 'DeleteAlias', { AliasName: 'alias/mine' }), 'NotFoundException');
  });

  test('a key is rotated every 90 to 2560 days, 365 unless asked', async () => {
    const status = () => kms<Record<string, unknown>>('GetKeyRotationStatus');
    expect(await status()).toMatchObject({ KeyRotationEnabled: false });
    for (const RotationPeriodInDays of [89, 2561]) {
      await refused(kms('EnableKeyRotation', { RotationPeriodInDays }), 'ValidationException');
    }
    await kms('EnableKeyRotation');
    expect(await status()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 365 });
    await kms('EnableKeyRotation', { RotationPeriodInDays: 90 });
    expect(await status()).toMatchObject({ RotationPeriodInDays: 90 });
  });

  describe('a policy', () => {
    const policy = (AWS: string, Action = 'kms:*') => ({
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS }, Action, Resource: '*' }],
      }),
    });
    const root = 'arn:aws:iam::123456789012:root';
    const locked = /^The new key policy will not allow you to update the key policy in the future\.$/;

    test('lets its writer change it again, unless he says that he means it', async () => {
      await refused(create(policy(root, 'kms:Encrypt')), 'MalformedPolicyDocumentException', locked);
      const others = policy('arn:aws:iam::222222222222:root');
      await refused(create(others), 'MalformedPolicyDocumentException', locked);
      await create({ ...others, BypassPolicyLockoutSafetyCheck: true });
      await create(policy(root, 'kms:Put*'));
      const put = (params: Params) => kms('PutKeyPolicy', { PolicyName: 'default', ...params });
      await refused(put(others), 'MalformedPolicyDocumentException', locked);
      await put(policy(root));
    });

    test('is a document, of principals that there are', async () => {
      await refused(create({ Policy: '{' }), 'MalformedPolicyDocumentException');
      const nobody = policy('arn:aws:iam::123456789012:role/nobody');
      await refused(create(nobody), 'MalformedPolicyDocumentException', /invalid principals/);
    });
  });

  test('keys and aliases are listed in pages', async () => {
    await create();
    const page = (params: Params) =>
      call<{ Keys: Key[]; NextMarker?: string; Truncated: boolean }>('kms', 'ListKeys', params);
    const first = await page({ Limit: 1 });
    expect(first).toMatchObject({ Keys: [{ KeyId: key.KeyId }], Truncated: true });
    const second = await page({ Limit: 1, Marker: first.NextMarker ?? '' });
    expect(second.Truncated).toBe(false);
    expect(second.Keys[0]?.KeyId).not.toBe(key.KeyId);
    await refused(page({ Marker: 'none' }), 'InvalidMarkerException');
  });
}
