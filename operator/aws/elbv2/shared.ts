import {
  AddTagsCommand,
  DescribeTagsCommand,
  RemoveTagsCommand,
  type Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ActionContext, Change, Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { isNotFound } from '../errors.ts';
import type { AwsCollection } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList } from '../tags.ts';

/** The largest page of the describe calls. */
export const PAGE = 400;
/** ARNs that one call may name: API reference, DescribeLoadBalancers and DescribeTags; of the others it says nothing. */
const ARNS_MAX = 20;
/** The longest name of a load balancer or target group. */
export const NAME_MAX = 32;

/** What Elastic Load Balancing describes, with the tags that another call reads. */
export type Tagged<R> = R & { readonly Tags?: readonly Tag[] };

/** Tags bound what may be done: ARNs hold names that others may have as well. */
const RESOURCES = 'elasticloadbalancing:{region}:{account}:*';

/**
 * A create whose tags go into the call, for which AWS asks for AddTags as well:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html
 */
export function makes(create: string): Permission[] {
  const action = `elasticloadbalancing:${create}`;
  return [{ action, on: 'new', resource: RESOURCES }, tagsWhatIsMadeBy(create)];
}

/** What a create asks for since it carries tags. */
export function tagsWhatIsMadeBy(create: string): Permission {
  return {
    action: 'elasticloadbalancing:AddTags',
    on: 'new',
    resource: RESOURCES,
    when: { 'elasticloadbalancing:CreateAction': [create] },
  };
}

/** Actions on things of ours alone. */
export function onOurs(...actions: readonly string[]): Permission[] {
  return onOwn(...actions.map((action) => `elasticloadbalancing:${action}`)).map((permission) => ({
    ...permission,
    resource: RESOURCES,
  }));
}

/** What {@link updateTags} and {@link withTags} need. */
export const TAG_ACTIONS = [
  ...onOurs('AddTags', 'RemoveTags'),
  ...reads('elasticloadbalancing:DescribeTags'),
];

/**
 * What exists of these ARNs, or names. A describe call that names one that does not exist answers nothing of the others
 * either, so they are then asked for in halves.
 */
export async function existing<R>(
  arns: readonly string[],
  describe: (arns: string[]) => Promise<readonly R[] | undefined>,
): Promise<R[]> {
  if (arns.length > ARNS_MAX) {
    const first = await existing(arns.slice(0, ARNS_MAX), describe);
    return [...first, ...(await existing(arns.slice(ARNS_MAX), describe))];
  }
  if (arns.length === 0) return [];
  try {
    return [...((await describe([...arns])) ?? [])];
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (arns.length === 1) return [];
    const half = Math.ceil(arns.length / 2);
    const first = await existing(arns.slice(0, half), describe);
    return [...first, ...(await existing(arns.slice(half), describe))];
  }
}

/** These records with their tags; one that is gone by now is left out. */
export async function withTags<R>(
  session: AwsSession,
  records: readonly R[],
  arnOf: (record: R) => string,
): Promise<Tagged<R>[]> {
  const found = await Promise.all(
    records.map(async (record) => {
      const Tags = await session.batches.ask('elbv2 tags', arnOf(record), (arns) => readTags(session, arns));
      return Tags && { ...record, Tags };
    }),
  );
  return found.filter((record) => record !== undefined);
}

/**
 * What a create answered, with the tags that it has: where one of the same name and settings is there already, AWS
 * answers with that one, be it somebody else's ("This operation is idempotent": API reference, CreateTargetGroup).
 */
export async function asMade<R>(
  session: AwsSession,
  record: R,
  arnOf: (record: R) => string,
  tags: Readonly<Record<string, string>>,
): Promise<Tagged<R>> {
  const [tagged] = await withTags(session, [record], arnOf);
  return tagged ?? { ...record, Tags: tagList(tags) };
}

async function readTags(
  session: AwsSession,
  arns: readonly string[],
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  const found = await existing(arns, async (ResourceArns) => {
    const answer = await session.elbv2.send(new DescribeTagsCommand({ ResourceArns }));
    return answer.TagDescriptions;
  });
  return new Map(found.map(({ ResourceArn = '', Tags = [] }) => [ResourceArn, Tags]));
}

/** Writes the tag changes among `changes`, and lays them over the inventory. */
export async function updateTags<R extends { readonly Tags?: readonly Tag[] }>(
  context: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  arn: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  const { elbv2 } = context.session;
  if (Tags.length > 0) await elbv2.send(new AddTagsCommand({ ResourceArns: [arn], Tags }));
  if (writes.unset.length > 0)
    await elbv2.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: [...writes.unset] }));
  if (Tags.length + writes.unset.length === 0) return;
  context.wrote(collection, arn, (record) => record && retagged(record, writes));
}

/** What follows the account in an ARN, by which CloudWatch names the thing in its dimensions. */
export function suffixOf(arn: string): string {
  return arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^loadbalancer\//, '');
}
