import {
  AddTagsToResourceCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
  type Tag,
} from '@aws-sdk/client-rds';
import type { ActionContext, Change, Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { unlessGone } from '../errors.ts';
import type { AwsCollection } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList } from '../tags.ts';

/** The largest page of the describe calls. */
export const PAGE = 100;

/** The sorts of things, as their ARNs have them. */
export type Sort = 'cluster' | 'cluster-pg' | 'db' | 'pg' | 'og' | 'subgrp';

/** What RDS describes, with the tags that another call reads. */
export type Tagged<R> = R & { readonly Tags?: readonly Tag[] };

/** Every thing of a sort: tags bound what may be done, ARNs hold names that others may have as well. */
function every(sort: Sort): string {
  return `rds:{region}:{account}:${sort}:*`;
}

/** A create whose tags go into the call, for which AWS asks for AddTagsToResource as well. */
export function makes(create: string, sort: Sort): Permission[] {
  const resource = every(sort);
  return [
    { action: `rds:${create}`, on: 'new', resource },
    { action: 'rds:AddTagsToResource', on: 'new', resource },
  ];
}

/** Actions on things of ours alone: the tags bound them, whatever their sort. */
export function onOurs(...actions: readonly string[]): Permission[] {
  return onOwn(...actions.map((action) => `rds:${action}`)).map((permission) => ({
    ...permission,
    resource: 'rds:{region}:{account}:*',
  }));
}

/**
 * A create that names no option group uses AWS's own:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples.html
 */
export function withDefaultOptions(create: string): Permission {
  return { action: `rds:${create}`, on: 'anything', resource: 'rds:{region}:{account}:og:default*' };
}

/** Restores that make things of a sort, each with the sort of copy that it reads; whose the copy is, nothing bounds. */
export function restoresOf(sort: Sort, copies: Readonly<Record<string, string>>): Permission[] {
  const actions = Object.keys(copies);
  return [
    ...actions.flatMap((action) => makes(action, sort)),
    ...onOurs(...actions),
    ...actions.map(withDefaultOptions),
    ...Object.entries(copies).map(([action, copy]): Permission => ({
      action: `rds:${action}`,
      on: 'anything',
      resource: `rds:{region}:{account}:${copy}:*`,
    })),
  ];
}

/** What {@link updateTags} needs. */
export const TAG_WRITES = onOurs('AddTagsToResource', 'RemoveTagsFromResource');

/**
 * A master password that RDS makes and keeps: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html ,
 * "Permissions required for Secrets Manager integration". The secret is RDS's, and carries none of our tags.
 */
export const MANAGED_PASSWORD: readonly Permission[] = [
  ...['CreateSecret', 'TagResource'].map((action): Permission => ({
    action: `secretsmanager:${action}`,
    on: 'anything',
    resource: 'secretsmanager:{region}:{account}:secret:rds!*',
  })),
  ...reads('kms:DescribeKey'),
];

/** What {@link withTags} needs. */
export const TAG_READS = reads('rds:ListTagsForResource');

/** The ARN of another thing of the same account and region as one whose ARN is known. */
export function arnBeside(arn: string, sort: Sort, name: string): string {
  return [...arn.split(':').slice(0, 5), sort, name].join(':');
}

/** The ARN of a thing by its name. */
export function arnIn({ partition, region, accountId }: AwsSession, sort: Sort, name: string): string {
  return `arn:${partition}:rds:${region}:${accountId}:${sort}:${name}`;
}

/** The name in an ARN. */
export function nameIn(arn: string): string {
  return arn.split(':').slice(6).join(':');
}

/** What exists of these names; the describe calls of RDS name one thing each. */
export async function existing<R>(
  names: readonly string[],
  describe: (name: string) => Promise<readonly R[] | undefined>,
): Promise<R[]> {
  const found = await Promise.all(names.map(async (name) => (await unlessGone(describe(name))) ?? []));
  return found.flat();
}

/** These records with their tags; one that is gone by now is left out. */
export async function withTags<R>(
  { rds }: AwsSession,
  records: readonly R[],
  arnOf: (record: R) => string,
): Promise<Tagged<R>[]> {
  const found = await Promise.all(
    records.map(async (record) => {
      const [answer] = await existing([arnOf(record)], async (ResourceName) => [
        await rds.send(new ListTagsForResourceCommand({ ResourceName })),
      ]);
      return answer ? [{ ...record, Tags: answer.TagList ?? [] }] : [];
    }),
  );
  return found.flat();
}

/** Writes the tag changes among `changes`, and gives them; undefined where there are none. */
export async function writeTags(
  { session }: ActionContext<AwsSession>,
  ResourceName: string,
  changes: readonly Change[],
): Promise<ReturnType<typeof tagWrites> | undefined> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  if (Tags.length > 0) await session.rds.send(new AddTagsToResourceCommand({ ResourceName, Tags }));
  if (writes.unset.length > 0)
    await session.rds.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: [...writes.unset] }));
  return Tags.length + writes.unset.length > 0 ? writes : undefined;
}

/** Writes the tag changes among `changes`, and lays them over the inventory. */
export async function updateTags<R extends { readonly Tags?: readonly Tag[] }>(
  context: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  arn: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = await writeTags(context, arn, changes);
  if (writes) context.wrote(collection, arn, (record) => record && retagged(record, writes));
}
