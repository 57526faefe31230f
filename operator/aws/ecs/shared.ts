import { TagResourceCommand, UntagResourceCommand, type Tag } from '@aws-sdk/client-ecs';
import type { ActionContext, Change, Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import type { AwsCollection } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';

/** Tags in which a kind itself keeps something: they are no node's, and nobody compares them. */
export const MARK = {
  /** On a task definition: the hash of what it was registered from. */
  content: 'landfall.dev/content',
  /** On a service: the restart that was asked for last; while it begins, the deployment that it follows and a hash of it. */
  restarted: 'landfall.dev/restarted-at',
} as const;

/** A thing of ECS; the tags of its answers begin with small letters. */
interface Tagged {
  readonly tags?: Tag[] | undefined;
}

/** A record of tags as ECS's list. */
export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** A thing's tags, without the marks of its kind. */
export function tagsOf({ tags = [] }: Tagged): Record<string, string> {
  const marks: readonly string[] = Object.values(MARK);
  const own = tags.filter(({ key = '' }) => !marks.includes(key));
  return Object.fromEntries(own.map(({ key = '', value = '' }) => [key, value]));
}

/** What a kind has kept in a tag of a thing. */
export function markOf({ tags = [] }: Tagged, mark: string): string | undefined {
  return tags.find(({ key }) => key === mark)?.value;
}

/** Writes the tag changes among `changes`, and lays them over the inventory. */
export async function updateTags<R extends Tagged>(
  context: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  arn: string,
  changes: readonly Change[],
): Promise<void> {
  const { set, unset } = tagWrites(changes);
  const tags = tagList(set);
  const { ecs } = context.session;
  if (tags.length > 0) await ecs.send(new TagResourceCommand({ resourceArn: arn, tags }));
  if (unset.length > 0) await ecs.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: unset }));
  if (tags.length + unset.length === 0) return;
  context.wrote(collection, arn, (record) => {
    const kept = record?.tags?.filter(({ key = '' }) => !unset.includes(key) && !(key in set)) ?? [];
    return record && { ...record, tags: [...kept, ...tags] };
  });
}

/** Sets what a kind keeps in a tag of a thing. */
export function updateMark<R extends Tagged>(
  context: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  arn: string,
  [mark, value]: readonly [mark: string, value: string],
): Promise<void> {
  return updateTags(context, collection, arn, [{ path: `tags.${mark}`, to: value }]);
}

/** Everything of ECS. Tags bound what may be done: ARNs hold names that others may have as well. */
const THINGS = 'ecs:{region}:{account}:*';
/** Creates that know no resource, so that a policy allows them on all or not at all: Service Authorization Reference, ECS. */
const NAMELESS: ReadonlySet<string> = new Set([
  'ecs:CreateCapacityProvider',
  'ecs:CreateCluster',
  'ecs:RegisterTaskDefinition',
]);

/**
 * A create of ECS whose tags go into the call, for which AWS asks for TagResource as well:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
 */
export function makes(action: `ecs:${string}`): Permission[] {
  const when = { 'ecs:CreateAction': [action.slice('ecs:'.length)] };
  return [
    { action, on: 'new', resource: NAMELESS.has(action) ? '*' : THINGS },
    { action: 'ecs:TagResource', on: 'new', resource: THINGS, when },
  ];
}

/** Actions on things of ours, tagging them among these. */
export function onOwnThings(...actions: readonly string[]): Permission[] {
  return onOwn(...actions, 'ecs:TagResource', 'ecs:UntagResource').map((permission) => ({
    ...permission,
    resource: THINGS,
  }));
}

/** The last part of an ARN: the name of a cluster, a service or a role. */
export function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Types of AWS's own know no `readonly`. */
export type Writable<T> = T extends readonly (infer E)[]
  ? Writable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;

/** The same value for a call of the SDK, which does not change it. */
export function writable<T>(value: T): Writable<T> {
  return value as unknown as Writable<T>;
}
