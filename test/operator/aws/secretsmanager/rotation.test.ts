import { describe, expect, it } from 'vitest';
import { authTokenKind, type TokenReader } from '../../../../operator/aws/elasticache/auth-token.ts';
import type { CacheGroup } from '../../../../operator/aws/elasticache/replication-groups.ts';
import { replicationGroupKind } from '../../../../operator/aws/elasticache/replication-group.ts';
import { dbInstanceKind } from '../../../../operator/aws/rds/db-instance.ts';
import type { Instance } from '../../../../operator/aws/rds/db-instance-record.ts';
import { describeSecret, type Secret } from '../../../../operator/aws/secretsmanager/secrets.ts';
import { secretKind } from '../../../../operator/aws/secretsmanager/secret.ts';
import { secretRotationKind } from '../../../../operator/aws/secretsmanager/secret-rotation.ts';
import { secretValueKind } from '../../../../operator/aws/secretsmanager/secret-value.ts';
import type { StoredPassword } from '../../../../operator/aws/secretsmanager/value.ts';
import { tagList, tagsOf } from '../../../../operator/aws/tags.ts';
import { Waiting } from '../../../../operator/errors.ts';
import type { AwsKind } from '../../../../operator/aws/kind.ts';
import { shortHash } from '../../../../operator/graph/ownership.ts';
import { inputs as cacheInputs, record as cacheRecord } from '../elasticache/cache.ts';
import { described, instance, own } from '../rds/instance-record.ts';
import { address, ARN, secret } from './cases.ts';
import { Fake } from './fake.ts';

/** Makes what differs. What is waited for, or broken off, comes again. */
async function step<I extends object, R>(
  aws: Fake,
  kind: AwsKind<I, R>,
  inputs: I,
  record: R,
): Promise<void> {
  const changes = kind.diff(inputs, record);
  expect(JSON.stringify(changes)).not.toContain(aws.passwordOf('AWSCURRENT') ?? 'none');
  if (changes.length > 0) await kind.update(aws.context(), inputs, record, changes);
}

const read = async (aws: Fake): Promise<Secret> => {
  const found = await describeSecret(aws.session, ARN);
  if (!found) throw new Error('no secret');
  return found;
};

async function wantedIn(aws: Fake): Promise<{ password: StoredPassword; currentMark: string }> {
  const outputs = secretKind.outputs(await read(aws));
  const { versionId = '', mark = '', currentMark = '' } = outputs;
  return { password: { secretArn: ARN, versionId, mark }, currentMark };
}

/** One pass over all nodes of a database, each with what AWS says by then. Returns whether it came to its end. */
async function pass(aws: Fake, rotation: string): Promise<boolean> {
  try {
    await step(aws, secretRotationKind, { secretArn: ARN, rotation }, await read(aws));
    const { password } = await wantedIn(aws);
    const database = (): Instance => {
      const { MasterUserSecret: _, ...rest } = described;
      return { ...rest, Tags: tagList(aws.tags) };
    };
    const wanted = { ...instance, own: { ...own, managesPassword: false, password } };
    await step(aws, dbInstanceKind, wanted, database());
    const applied = dbInstanceKind.outputs(database())['password'] ?? '';
    await step(aws, secretValueKind, { secretArn: ARN, applied, ...address }, await read(aws));
    return true;
  } catch (error) {
    if (error instanceof Waiting || (error as Error).message === 'broken off') return false;
    throw error;
  }
}

async function cachePass(
  aws: Fake,
  rotation: string,
  readers: (mark: string) => readonly TokenReader[] = () => [],
): Promise<boolean> {
  const group = (): CacheGroup => ({
    ...cacheRecord,
    AuthTokenEnabled: aws.tokens.length > 0,
    ...(aws.tokenTime && { AuthTokenLastModifiedDate: aws.tokenTime }),
    Tags: tagList(aws.tags),
  });
  try {
    await step(aws, secretRotationKind, { secretArn: ARN, rotation }, await read(aws));
    const { password: token } = await wantedIn(aws);
    await step(aws, replicationGroupKind, { ...cacheInputs, token }, group());
    const applied = replicationGroupKind.outputs(group())['password'] ?? '';
    await step(aws, secretValueKind, { secretArn: ARN, applied, ...address }, await read(aws));
    const { currentMark } = await wantedIn(aws);
    await step(
      aws,
      authTokenKind,
      { groupArn: ARN, token, currentMark, readers: readers(currentMark) },
      group(),
    );
    return true;
  } catch (error) {
    if (error instanceof Waiting || (error as Error).message === 'broken off') return false;
    throw error;
  }
}

async function made(): Promise<Fake> {
  const aws = new Fake();
  await secretKind.create?.(aws.context(), secret);
  return aws;
}

describe('the password of a database', () => {
  it('is kept before the database is made, and given to it with the call that makes it', async () => {
    const aws = await made();
    const { password } = await wantedIn(aws);
    const wanted = { ...instance, own: { ...own, managesPassword: false, password } };
    const record = await dbInstanceKind.create?.(aws.context(), wanted);
    expect(aws.password).toBe(aws.passwordOf('AWSCURRENT'));
    expect(aws.password).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(tagsOf(record ?? {})).toMatchObject({ 'landfall.dev/password': password.mark });
    expect(JSON.stringify([wanted, record, await read(aws)])).not.toContain(aws.password);
  });

  it('is not given where it cannot be read', async () => {
    const aws = await made();
    const { password } = await wantedIn(aws);
    for (const id of aws.values.keys()) aws.values.set(id, '{"password":""}');
    const wanted = { ...instance, own: { ...own, password } };
    await expect(dbInstanceKind.create?.(aws.context(), wanted)).rejects.toThrow(/holds no credentials/);
    expect(aws.said).not.toContain('CreateDBInstance');
  });

  it('is renewed on request: written, given, and only then what whoever reads it gets', async () => {
    const aws = await made();
    await pass(aws, '');
    const before = aws.passwordOf('AWSCURRENT');
    aws.said.length = 0;
    for (let count = 0; count < 6; count += 1) await pass(aws, 'now');
    expect(aws.said.filter((action) => !/^(Describe|Get)/.test(action))).toEqual([
      'PutSecretValue',
      'ModifyDBInstance',
      'AddTagsToResource',
      'UpdateSecretVersionStage',
    ]);
    expect(aws.passwordOf('AWSCURRENT')).toBe(aws.password);
    expect(aws.password).not.toBe(before);
    expect(aws.values.get(aws.stages.get('AWSCURRENT') ?? '')).toContain(
      '"host":"shop.example.com","port":3306',
    );
  });

  it.each([false, true])('survives a break at every write, carried out or not: %s', async (isCarriedOut) => {
    for (let breaksAt = 1; breaksAt <= 5; breaksAt += 1) {
      const aws = await made();
      for (let count = 0; count < 3; count += 1) await pass(aws, '');
      Object.assign(aws, { breaksAt, isCarriedOut });
      for (let count = 0; count < 8; count += 1) {
        const known = aws.passwordOf('AWSCURRENT');
        const ended = await pass(aws, 'now');
        // The current password is that of the database, but for the moment in which AWS is given the new one.
        if (ended) expect([known, aws.passwordOf('AWSCURRENT')]).toContain(aws.password);
      }
      expect(await pass(aws, 'now')).toBe(true);
      expect(aws.passwordOf('AWSCURRENT')).toBe(aws.password);
      expect(secretRotationKind.diff({ secretArn: ARN, rotation: 'now' }, await read(aws))).toEqual([]);
    }
  });

  it('is another each time, also where a request is one of before', async () => {
    const aws = await made();
    const seen = new Set<string>();
    for (const rotation of ['', 'a', 'b', 'a']) {
      for (let count = 0; count < 6; count += 1) await pass(aws, rotation);
      seen.add(aws.password);
    }
    expect(seen.size).toBe(4);
  });

  it('stays where nobody asks any more', async () => {
    const aws = await made();
    for (let count = 0; count < 6; count += 1) await pass(aws, 'now');
    expect(secretRotationKind.diff({ secretArn: ARN }, await read(aws))).toEqual([]);
  });

  it('is given once more where the secret was lost and made anew', async () => {
    const aws = await made();
    for (let count = 0; count < 3; count += 1) await pass(aws, '');
    const { password } = await wantedIn(aws);
    const other = { ...password, mark: `ZyXwVu-${password.mark.split('-')[1]}` };
    const record = { ...described, Tags: tagList(aws.tags) };
    const changes = dbInstanceKind.diff({ ...instance, own: { ...own, password: other } }, record);
    expect(changes).toContainEqual(expect.objectContaining({ path: 'password', to: other.mark }));
  });
});

describe('the token of a cache', () => {
  it('is set where there is none, then one of two, and the only one when the secret has it', async () => {
    const aws = await made();
    for (let count = 0; count < 4; count += 1) await cachePass(aws, '');
    expect(aws.tokens).toEqual([aws.passwordOf('AWSCURRENT')]);
    const first = aws.tokens;
    aws.said.length = 0;
    for (let count = 0; count < 8; count += 1) await cachePass(aws, 'now');
    expect(aws.tokens).toEqual([aws.passwordOf('AWSCURRENT')]);
    expect(aws.tokens).not.toEqual(first);
    expect(aws.said.filter((action) => !/^(Describe|Get)/.test(action))).toEqual([
      'PutSecretValue',
      'AddTagsToResource',
      'ModifyReplicationGroup',
      'UpdateSecretVersionStage',
      'AddTagsToResource',
      'ModifyReplicationGroup',
    ]);
  });

  it('is one of two for as long as tasks run that were told the former', async () => {
    const aws = await made();
    for (let count = 0; count < 4; count += 1) await cachePass(aws, '');
    const [former] = aws.tokens;
    const web = (passwordsRead: string) => [{ owner: 'EcsService/shop/web', passwordsRead }];
    for (const others of ['', shortHash('another')]) {
      for (let count = 0; count < 8; count += 1) await cachePass(aws, 'now', () => web(others));
      expect(aws.tokens).toEqual(expect.arrayContaining([former, aws.passwordOf('AWSCURRENT')]));
      expect(former).not.toBe(aws.passwordOf('AWSCURRENT'));
    }
    const all = (mark: string) => web([shortHash('another'), shortHash(mark)].join(' '));
    for (let count = 0; count < 3; count += 1) await cachePass(aws, 'now', all);
    expect(aws.tokens).toEqual([aws.passwordOf('AWSCURRENT')]);
  });

  it.each([false, true])('survives a break at every write, carried out or not: %s', async (isCarriedOut) => {
    for (let breaksAt = 1; breaksAt <= 7; breaksAt += 1) {
      const aws = await made();
      for (let count = 0; count < 4; count += 1) await cachePass(aws, '');
      aws.strategies.length = 0;
      Object.assign(aws, { breaksAt, isCarriedOut });
      for (let count = 0; count < 10; count += 1) {
        await cachePass(aws, 'now');
        // Whoever reads the secret is let in at every moment.
        expect(aws.tokens).toContain(aws.passwordOf('AWSCURRENT'));
      }
      expect(aws.tokens).toEqual([aws.passwordOf('AWSCURRENT')]);
      expect(aws.strategies).toEqual(['ROTATE', 'SET']);
    }
  });
});
