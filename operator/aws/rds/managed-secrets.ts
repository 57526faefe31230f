import type { Tag } from '@aws-sdk/client-rds';
import { ListSecretsCommand, type SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { TAG } from '../../graph/ownership.ts';
import { pages } from '../kind.ts';
import { reads } from '../permissions.ts';
import { describeSecret } from '../secretsmanager/secrets.ts';
import { CURRENT, labelled } from '../secretsmanager/versions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';

/** What {@link withSecretVersions} needs. */
export const SECRET_VERSIONS = reads('secretsmanager:DescribeSecret', 'secretsmanager:ListSecrets');

/** As much of an instance or a cluster as names the secret that RDS keeps for it. */
interface Store {
  readonly Tags?: readonly Tag[];
  readonly MasterUserSecret?: { readonly SecretArn?: string | undefined } | undefined;
}

/** A record with the version of the password that RDS keeps for it. */
type Versioned<R> = R & { readonly SecretVersion?: string };

/** A version, and when the secret became so. */
interface Known {
  readonly version: string | undefined;
  readonly at: number;
}

const PAGE = 100;
const latest = new WeakMap<AwsSession, Map<string, Known>>();

/**
 * Stores with the version of their passwords, where RDS keeps these, of which RDS itself tells nothing. A listing of secrets is up
 * to five minutes late: what it has not is asked for, and it never makes a version come back.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export async function withSecretVersions<R extends Store>(
  session: AwsSession,
  stores: readonly R[],
): Promise<Versioned<R>[]> {
  const arns = stores.filter(isOurs).flatMap(({ MasterUserSecret: secret }) => secret?.SecretArn ?? []);
  if (arns.length === 0) return [...stores];
  const versions = await versionsOf(session, arns);
  return stores.map((store) => {
    const version = versions.get(store.MasterUserSecret?.SecretArn ?? '');
    return version === undefined ? store : { ...store, SecretVersion: version };
  });
}

function isOurs(store: Store): boolean {
  return tagsOf(store)[TAG.installation] !== undefined;
}

async function versionsOf(session: AwsSession, arns: readonly string[]): Promise<Map<string, string>> {
  const known = latest.get(session) ?? new Map<string, Known>();
  latest.set(session, known);
  for await (const page of managedSecrets(session))
    for (const { ARN = '', SecretVersionsToStages: versions = {}, LastChangedDate: changed } of page) {
      const at = changed?.getTime() ?? 0;
      const before = known.get(ARN);
      if (!before || at >= before.at) known.set(ARN, { version: labelled(versions, CURRENT), at });
    }
  const found = new Map<string, string>();
  for (const arn of arns) {
    const version = known.get(arn)?.version ?? (await versionIn(session, arn));
    if (version !== undefined) found.set(arn, version);
  }
  return found;
}

async function versionIn(session: AwsSession, arn: string): Promise<string | undefined> {
  const secret = await describeSecret(session, arn);
  return secret && labelled(secret.versions, CURRENT);
}

function managedSecrets({ secretsManager }: AwsSession): AsyncGenerator<readonly SecretListEntry[]> {
  return pages(async (NextToken) => {
    const answer = await secretsManager.send(
      new ListSecretsCommand({
        Filters: [{ Key: 'owning-service', Values: ['rds'] }],
        MaxResults: PAGE,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.SecretList, next: answer.NextToken };
  });
}
