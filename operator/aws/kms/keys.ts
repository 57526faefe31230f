import { DescribeKeyCommand, type KeyMetadata, type KMSClient } from '@aws-sdk/client-kms';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsCollection } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';
import { keyTags } from './tags.ts';

/** A key as AWS describes it, with its tags. */
export interface Key {
  readonly Arn: string;
  readonly KeyId: string;
  readonly KeyState: string;
  readonly Description: string;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** A key that is to be deleted, and cannot be used meanwhile, but can be had back. */
export const PENDING_DELETION = 'PendingDeletion';

/** Keys. ListKeys says nothing of them but their ids, so the tagging API says which are ours, and each is described. */
export const keys: AwsCollection<Key> = {
  name: 'kms/keys',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('kms:DescribeKey'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const tagged of nominated(session, 'kms:key', installation)) {
      const found = await Promise.all(
        [...tagged].map(async ([arn, tags]) => {
          const metadata = await describeKey(session.kms, arn);
          return metadata && keyOf(metadata, tags);
        }),
      );
      yield found.filter((key) => key !== undefined);
    }
  },
  async get(session, arns) {
    const found = await Promise.all(
      arns.map(async (arn) => {
        const metadata = await describeKey(session.kms, arn);
        return metadata && keyOf(metadata, await keyTags(session.kms, arn));
      }),
    );
    return found.filter((key) => key !== undefined);
  },
  id: ({ Arn }) => Arn,
  tags: tagsOf,
};

/** The record of a key. */
export function keyOf(metadata: KeyMetadata, tags: Readonly<Record<string, string>>): Key {
  return {
    Arn: must(metadata.Arn, 'Arn'),
    KeyId: must(metadata.KeyId, 'KeyId'),
    KeyState: must(metadata.KeyState, 'KeyState'),
    Description: metadata.Description ?? '',
    Tags: tagList(tags),
  };
}

/** What AWS says of one key; undefined where there is none. */
export async function describeKey(kms: KMSClient, KeyId: string): Promise<KeyMetadata | undefined> {
  return (await unlessGone(kms.send(new DescribeKeyCommand({ KeyId }))))?.KeyMetadata;
}

/** The key of this owner and node, also one that is to be deleted: what it has encrypted can be read only if it is had back. */
export async function formerKey(
  session: AwsSession,
  { installation, owner, node }: { installation: string; owner: string; node: string },
): Promise<Key | undefined> {
  for await (const page of keys.list(session, installation)) {
    const former = page.find((key) => {
      const tags = tagsOf(key);
      return tags[TAG.owner] === owner && tags[TAG.node] === node;
    });
    if (former) return former;
  }
  return undefined;
}
