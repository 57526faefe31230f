import {
  ListResourceTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type KMSClient,
  type Tag,
} from '@aws-sdk/client-kms';
import { pages } from '../kind.ts';

/** The tags of a key, of which KMS spells the fields in its own way. */
export async function keyTags(kms: KMSClient, KeyId: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const all = pages<Tag>(async (Marker) => {
    const answer = await kms.send(
      new ListResourceTagsCommand({ KeyId, ...(Marker !== undefined && { Marker }) }),
    );
    return { items: answer.Tags, next: answer.Truncated === true ? answer.NextMarker : undefined };
  });
  for await (const page of all) for (const { TagKey = '', TagValue = '' } of page) found[TagKey] = TagValue;
  return found;
}

/** Tags as KMS writes them. */
export function kmsTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

/** Sets some tags of a key and takes some away. */
export async function writeTags(
  kms: KMSClient,
  KeyId: string,
  { set, unset }: { readonly set: Readonly<Record<string, string>>; readonly unset: readonly string[] },
): Promise<void> {
  const Tags = kmsTags(set);
  if (Tags.length > 0) await kms.send(new TagResourceCommand({ KeyId, Tags }));
  if (unset.length > 0) await kms.send(new UntagResourceCommand({ KeyId, TagKeys: [...unset] }));
}
