import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { secretKind } from '../../../../operator/aws/secretsmanager/secret.ts';
import { describeSecret } from '../../../../operator/aws/secretsmanager/secrets.ts';
import { readCredentials } from '../../../../operator/aws/secretsmanager/value.ts';
import { Waiting } from '../../../../operator/errors.ts';
import { TAG } from '../../../../operator/graph/ownership.ts';
import { ARN, secret } from './cases.ts';
import { Fake, TAGS } from './fake.ts';

describe('the secret of a store', () => {
  it('has the fields of those that RDS makes, and nothing of it stands in its record', async () => {
    const aws = new Fake();
    const record = await secretKind.create?.(aws.context(), secret);
    const [value = '{}'] = aws.values.values();
    const { password, ...rest } = JSON.parse(value) as Record<string, string>;
    expect(rest).toEqual({ engine: 'mysql', username: 'admin', dbname: 'appdb' });
    expect(password).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(JSON.stringify(record)).not.toContain(password);
  });

  it('is had back with its password where it was deleted', async () => {
    const aws = new Fake();
    const record = await secretKind.create?.(aws.context(), secret);
    const before = [...aws.values];
    if (!record) throw new Error('nothing was made');
    const left = await secretKind.delete?.(aws.context(), record);
    expect(left && secretKind.gone(left)).toBe(true);
    const again = await secretKind.create?.(aws.context(), secret);
    expect(again && secretKind.gone(again)).toBe(false);
    expect(aws.said.at(-1)).toBe('RestoreSecret');
    expect([...aws.values]).toEqual(before);
  });

  it('is left deleted where it is another’s, and waited for where its name is not free yet', async () => {
    const aws = new Fake();
    const record = await secretKind.create?.(aws.context({ ...TAGS, [TAG.owner]: 'DataStore/b/b' }), secret);
    if (record) await secretKind.delete?.(aws.context(), record);
    await secretKind.create?.(aws.context(), secret);
    expect(aws.said).not.toContain('RestoreSecret');
    const gone = new Fake();
    gone.secret = { Name: 'x', Description: '', Tags: [], DeletedDate: new Date(0) };
    const made = secretKind.create?.(gone.context(), secret);
    gone.secret = undefined;
    await expect(made).rejects.toBeInstanceOf(Waiting);
  });

  it('stays as long as a snapshot of its database needs the password', async () => {
    const aws = new Fake();
    await secretKind.create?.(aws.context(), secret);
    const record = await describeSecret(aws.session, ARN);
    if (!record) throw new Error('nothing was made');
    const snapshot = (type: string, tags: Readonly<Record<string, string>>) => ({
      DBSnapshotIdentifier: 'shop-final-1',
      SnapshotType: type,
      TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
    expect(await secretKind.neededStill?.(aws.session, record)).toBeUndefined();
    aws.snapshots = [
      snapshot('automated', TAGS),
      snapshot('manual', { ...TAGS, [TAG.owner]: 'DataStore/b/b' }),
    ];
    expect(await secretKind.neededStill?.(aws.session, record)).toBeUndefined();
    aws.snapshots = [snapshot('manual', TAGS)];
    expect(await secretKind.neededStill?.(aws.session, record)).toMatch(/snapshot shop-final-1/);
  });
});

it('what a secret holds is in no error, also where it is no credentials', async () => {
  const aws = new Fake();
  aws.values.set('v1', 'canary{');
  const read = readCredentials(aws.session, { secretArn: ARN, versionId: 'v1' });
  await expect(read).rejects.toThrow(
    /^version v1 of secret .* holds no credentials; make an earlier version the current one, and/,
  );
  const error: unknown = await read.catch((caught: unknown) => caught);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('canary');
});
