import { randomInt } from 'node:crypto';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { Terminal } from '../../errors.ts';
import type { AwsSession } from '../session.ts';

/**
 * What a secret holds, in the fields of RDS's own:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 */
export interface Credentials {
  readonly engine: string;
  readonly username: string;
  readonly password: string;
  readonly dbname?: string;
  /** Absent until the store has an address. */
  readonly host?: string;
  readonly port?: number;
}

/** Which password a store is to have. No part of it tells the password. */
export interface StoredPassword {
  readonly secretArn: string;
  readonly versionId: string;
  /** What the store's tag says once it has it. */
  readonly mark: string;
}

/** MySQL takes 41 characters at most, ElastiCache 16 at least. These need no quoting, neither in a shell nor in an address. */
const LENGTH = 40;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A password that nobody has seen. */
export function newPassword(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/**
 * The credentials of one version. Throws where AWS does not give them, and Terminal (`SecretUnreadable`) where it gives something else: no store is made, or changed, with
 * a password that is not kept. Neither the error nor its cause has any of the text.
 */
export async function readCredentials(
  { secretsManager }: AwsSession,
  { secretArn, versionId }: Pick<StoredPassword, 'secretArn' | 'versionId'>,
): Promise<Credentials> {
  const { SecretString: text } = await secretsManager.send(
    new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }),
  );
  const found = text === undefined ? undefined : parsed(text);
  if (!found)
    throw new Terminal(
      'SecretUnreadable',
      `version ${versionId} of secret ${secretArn} holds no credentials; make an earlier version the current one, and take AWSPENDING off this one`,
    );
  return found;
}

function parsed(text: string): Credentials | undefined {
  try {
    const value = JSON.parse(text) as Partial<Credentials> | null;
    if (typeof value?.password !== 'string' || value.password === '') return undefined;
    return value as Credentials;
  } catch {
    // A message of the parser quotes the text.
    return undefined;
  }
}
