import {
  AddTagsToResourceCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
  type Tag,
} from '@aws-sdk/client-elasticache';
import type { ActionContext, Change, Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { unlessGone } from '../errors.ts';
import type { AwsCollection } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList } from '../tags.ts';

/** The largest page of the describe calls. */
export const PAGE = 100;

/** What ElastiCache describes, with the tags that another call reads. */
export type Tagged<R> = R & { readonly Tags?: readonly Tag[] };

/** Things of one sort: names are such as others may have as well, so that tags bound what may be done. */
function sort(name: string): string {
  return `elasticache:{region}:{account}:${name}:*`;
}

/** A create whose tags go into the call, for which AWS asks for AddTagsToResource as well: Service Authorization Reference. */
export function makes(create: string, ...sorts: readonly string[]): Permission[] {
  return sorts.flatMap((name): Permission[] => [
    { action: `elasticache:${create}`, on: 'new', resource: sort(name) },
    { action: 'elasticache:AddTagsToResource', on: 'untagged', resource: sort(name) },
  ]);
}

/** Actions on things of ours alone, of one sort. */
export function onOurs(name: string, ...actions: readonly string[]): Permission[] {
  return onOwn(...actions.map((action) => `elasticache:${action}`)).map((permission) => ({
    ...permission,
    resource: sort(name),
  }));
}

/** What {@link updateTags} and {@link withTags} need for one sort of thing. */
export function tagging(name: string): Permission[] {
  return [
    ...onOurs(name, 'AddTagsToResource', 'RemoveTagsFromResource'),
    ...reads('elasticache:ListTagsForResource'),
  ];
}

/** `replicationgroup` and `web` of `arn:aws:elasticache:eu-central-1:111111111111:replicationgroup:web`. */
export function nameOf(arn: string): string {
  return arn.split(':').slice(6).join(':');
}

/** The ARN of what lies beside another thing, in the same account and region. */
export function besideArn(arn: string, name: string, id: string): string {
  return [...arn.split(':').slice(0, 5), name, id].join(':');
}

/** The ARN of a thing of this session's account and region. */
export function arnOf({ partition, region, accountId }: AwsSession, name: string, id: string): string {
  return `arn:${partition}:elasticache:${region}:${accountId}:${name}:${id}`;
}

/** The record with its tags; undefined where it is gone by now. */
export async function withTags<R>(
  session: AwsSession,
  record: R,
  ResourceName: string,
): Promise<Tagged<R> | undefined> {
  const answer = await unlessGone(session.elasticache.send(new ListTagsForResourceCommand({ ResourceName })));
  return answer && { ...record, Tags: answer.TagList ?? [] };
}

/** Writes the tag changes among `changes`, and lays them over the inventory. */
export async function updateTags<R extends { readonly Tags?: readonly Tag[] }>(
  { session, wrote }: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  ResourceName: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  const { elasticache } = session;
  if (Tags.length > 0) await elasticache.send(new AddTagsToResourceCommand({ ResourceName, Tags }));
  if (writes.unset.length > 0)
    await elasticache.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: writes.unset }));
  if (Tags.length + writes.unset.length > 0)
    wrote(collection, ResourceName, (record) => record && retagged(record, writes));
}
