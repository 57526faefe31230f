import {
  DescribeSecretCommand,
  ListSecretsCommand,
  type DescribeSecretCommandOutput,
  type SecretListEntry,
  type Tag,
} from '@aws-sdk/client-secrets-manager';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import { labelledOnly, type Versions } from './versions.ts';

/** A secret, with everything but what it holds. */
export interface Secret {
  readonly ARN: string;
  readonly Name: string;
  readonly Description: string;
  /** Undefined for the key that AWS has for secrets. */
  readonly KmsKeyId?: string;
  /** When it was deleted: it can be had back for some days. */
  readonly DeletedDate?: Date;
  readonly versions: Versions;
  readonly Tags: readonly Tag[];
}

const PAGE = 100;

/** Secrets, of which ListSecrets tells all but the values; it finds tags by how they begin. */
export const secrets: AwsCollection<Secret> = {
  name: 'secretsmanager/secrets',
  lane: 'fast',
  scope: 'region',
  iam: reads('secretsmanager:DescribeSecret', 'secretsmanager:ListSecrets'),
  async *list({ secretsManager }, installation) {
    const all = pages<SecretListEntry>(async (NextToken) => {
      const answer = await secretsManager.send(
        new ListSecretsCommand({
          Filters: [{ Key: 'tag-key', Values: [TAG.installation] }],
          MaxResults: PAGE,
          ...(NextToken !== undefined && { NextToken }),
        }),
      );
      return { items: answer.SecretList, next: answer.NextToken };
    });
    for await (const page of all)
      yield page
        .map((entry) => secretOf(entry, entry.SecretVersionsToStages))
        .filter((secret) => tagsOf(secret)[TAG.installation] === installation);
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => describeSecret(session, arn)));
    return found.filter((secret) => secret !== undefined);
  },
  id: ({ ARN }) => ARN,
  tags: tagsOf,
};

/** A secret by its ARN or name, also one that is deleted and can be had back; undefined where there is none. */
export async function describeSecret(
  { secretsManager }: AwsSession,
  SecretId: string,
): Promise<Secret | undefined> {
  const answer = await unlessGone(secretsManager.send(new DescribeSecretCommand({ SecretId })));
  return answer && secretOf(answer, answer.VersionIdsToStages);
}

function secretOf(
  described: SecretListEntry | DescribeSecretCommandOutput,
  versions: Record<string, string[]> = {},
): Secret {
  const { KmsKeyId, DeletedDate } = described;
  return {
    ARN: must(described.ARN, 'ARN'),
    Name: must(described.Name, 'Name'),
    Description: described.Description ?? '',
    ...(KmsKeyId !== undefined && { KmsKeyId }),
    ...(DeletedDate !== undefined && { DeletedDate }),
    versions: labelledOnly(versions),
    Tags: described.Tags ?? [],
  };
}
