import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A long-lived access key. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Account ids by profile name: the seeds' five, and `portal`, which the default profile is too. */
export const localAccounts: Readonly<Record<string, string>> = {
  portal: '123456789012',
  'base-infra': '111111111111',
  'provider-account': '222222222222',
  'consumer-account': '333333333333',
  'security-account': '444444444444',
  'shared-services-account': '555555555555',
};

/** The transit gateway that the local AWS begins with: in `base-infra`, shared with all accounts, accepting by itself. */
export const localTransitGateway = 'tgw-0a0b0c0d0e0f01020';

/** The account whose credentials are the default ones. */
export const homeAccount = '123456789012';

/** The administrator's key of an account, given by id or profile name. Must agree with landfall_aws/accounts.py. */
export function accessKeyOf(account: string): AccessKey {
  const id = localAccounts[account] ?? account;
  if (!/^\d{12}$/.test(id)) {
    throw new Error(
      `"${account}" is neither an account id nor one of ${Object.keys(localAccounts).join(', ')}`,
    );
  }
  return {
    accessKeyId: `AKIA${id}LOCL`,
    secretAccessKey: `landfall/local/secret/${id}`.padEnd(40, '0'),
  };
}

/** The member role that the home account may assume in `account`, given by id or profile name. */
export function memberRoleArn(account: string): string {
  return `arn:aws:iam::${localAccounts[account] ?? account}:role/landfall`;
}

/** The boundary that the roles made in `account` are to have, given by id or profile name. */
export function memberBoundaryArn(account: string): string {
  return `arn:aws:iam::${localAccounts[account] ?? account}:policy/landfall-boundary`;
}

/** The external id that `account`'s member role wants, for the installation id the server was started with. */
export function memberExternalId(account: string, installation = 'default'): string {
  return `landfall:${installation}:${profileOf(account)}`;
}

/** The tags of a session that `account`'s member role wants, for the installation id the server was started with. */
export function memberTags(account: string, installation = 'default'): { Key: string; Value: string }[] {
  return [
    { Key: 'landfall.dev/installation', Value: installation },
    { Key: 'landfall.dev/account', Value: profileOf(account) },
  ];
}

function profileOf(account: string): string {
  const known = Object.entries(localAccounts).find(([profile, id]) => profile === account || id === account);
  return known?.[0] ?? account;
}

/** Writes AWS configuration and credentials with a profile per account and the default one; returns their paths. */
export async function writeIdentityFiles(
  folder: string,
  region: string,
): Promise<{ configFile: string; credentialsFile: string }> {
  await mkdir(folder, { recursive: true });
  const profiles: [string, string][] = [['default', homeAccount], ...Object.entries(localAccounts)];
  const config = profiles.map(([name]) =>
    [name === 'default' ? '[default]' : `[profile ${name}]`, `region = ${region}`, 'output = json', ''].join(
      '\n',
    ),
  );
  const credentials = profiles.map(([name, account]) => {
    const key = accessKeyOf(account);
    return [
      `[${name}]`,
      `aws_access_key_id = ${key.accessKeyId}`,
      `aws_secret_access_key = ${key.secretAccessKey}`,
      '',
    ].join('\n');
  });
  const configFile = join(folder, 'config');
  const credentialsFile = join(folder, 'credentials');
  await writeFile(configFile, config.join('\n'));
  await writeFile(credentialsFile, credentials.join('\n'), { mode: 0o600 });
  return { configFile, credentialsFile };
}
