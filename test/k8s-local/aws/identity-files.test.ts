import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import {
  accessKeyOf,
  localAccounts,
  memberBoundaryArn,
  memberExternalId,
  memberRoleArn,
  memberTags,
  writeIdentityFiles,
} from '../../../k8s-local/aws/identity-files.ts';

test('access keys are legal, show their account, and are found by id or profile', () => {
  for (const [profile, account] of Object.entries(localAccounts)) {
    const key = accessKeyOf(profile);
    expect(key).toEqual(accessKeyOf(account));
    expect(key.accessKeyId).toMatch(/^[A-Z0-9]{20}$/);
    expect(key.accessKeyId).toContain(account);
    expect(key.secretAccessKey).toHaveLength(40);
  }
});

test('an account that does not exist is named, with those that do', () => {
  expect(() => accessKeyOf('nobody')).toThrow(
    /"nobody" is neither an account id nor one of portal, base-infra/,
  );
});

test('the member role, its boundary and what it wants of a session follow the account', () => {
  expect(memberRoleArn('provider-account')).toBe('arn:aws:iam::222222222222:role/landfall');
  expect(memberExternalId('222222222222')).toBe('landfall:default:provider-account');
  expect(memberExternalId('base-infra', 'eu')).toBe('landfall:eu:base-infra');
  expect(memberBoundaryArn('base-infra')).toBe('arn:aws:iam::111111111111:policy/landfall-boundary');
  expect(memberTags('222222222222', 'eu')).toEqual([
    { Key: 'landfall.dev/installation', Value: 'eu' },
    { Key: 'landfall.dev/account', Value: 'provider-account' },
  ]);
});

test('the files have a profile for every account and the default one, the secrets only for their owner', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-identity-'));
  try {
    const { configFile, credentialsFile } = await writeIdentityFiles(folder, 'eu-west-1');
    const config = await readFile(configFile, 'utf8');
    const credentials = await readFile(credentialsFile, 'utf8');
    for (const profile of Object.keys(localAccounts)) {
      expect(config).toContain(`[profile ${profile}]\nregion = eu-west-1\n`);
      expect(credentials).toContain(
        `[${profile}]\naws_access_key_id = ${accessKeyOf(profile).accessKeyId}\n`,
      );
    }
    expect(credentials).toContain('[default]\naws_access_key_id = AKIA123456789012LOCL\n');
    expect((await stat(credentialsFile)).mode & 0o777).toBe(0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
});
