import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeNetworkInterfacesCommand,
  type Filter,
  type ResourceType,
  type Tag,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import type { ActionContext, Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { tagWrites } from '../../graph/tags.ts';
import { pages, type AwsCollection } from '../kind.ts';
import type { AwsSession } from '../session.ts';

/** The largest page that most of EC2's describe calls give. */
export const PAGE = 1000;
/** Values that one filter may hold. */
const FILTER_VALUES_MAX = 200;

/** A filter for everything that carries the installation's tag. */
export function ownFilter(installation: string): Filter[] {
  return [{ Name: `tag:${TAG.installation}`, Values: [installation] }];
}

/** Tags for a create call. */
export function tagSpecification(
  type: ResourceType,
  tags: Readonly<Record<string, string>>,
): TagSpecification[] {
  return [{ ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
}

/** EC2's list of tags as a record. */
export function tagsOf(record: { readonly Tags?: Tag[] | undefined }): Record<string, string> {
  return Object.fromEntries((record.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}

/**
 * Reads exactly these ids by a filter: unlike the call's own id parameter, a filter answers with what exists
 * instead of an error for what does not.
 */
export async function byFilter<R>(
  name: string,
  ids: readonly string[],
  read: (filters: Filter[]) => AsyncIterable<readonly R[]>,
): Promise<R[]> {
  const found: R[] = [];
  for (let start = 0; start < ids.length; start += FILTER_VALUES_MAX) {
    const Values = ids.slice(start, start + FILTER_VALUES_MAX);
    for await (const page of read([{ Name: name, Values }])) found.push(...page);
  }
  return found;
}

/** Writes the tag changes among `changes`, and lays them over the inventory. */
export async function updateTags<R extends { Tags?: Tag[] | undefined }>(
  context: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  id: string,
  changes: readonly Change[],
): Promise<void> {
  const { set, unset } = tagWrites(changes);
  const Tags = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await context.session.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
  if (unset.length > 0) {
    await context.session.ec2.send(
      new DeleteTagsCommand({ Resources: [id], Tags: unset.map((Key) => ({ Key })) }),
    );
  }
  if (Tags.length + unset.length === 0) return;
  context.wrote(collection, id, (record) => {
    if (!record) return undefined;
    const kept = (record.Tags ?? []).filter(
      (tag) => !unset.includes(tag.Key ?? '') && !((tag.Key ?? '') in set),
    );
    return { ...record, Tags: [...kept, ...Tags] };
  });
}

/** Actions that {@link updateTags} needs. */
export const TAG_ACTIONS = ['ec2:CreateTags', 'ec2:DeleteTags'] as const;

/** Action that {@link interfacesIn} needs. */
export const BLOCKER_ACTIONS = ['ec2:DescribeNetworkInterfaces'] as const;

/**
 * Names the network interfaces that a filter finds, as a person looks for them: id, what they belong to, who
 * made them. They outlive their owners for minutes (hashicorp/terraform-provider-aws#10329).
 */
export async function interfacesIn(session: AwsSession, filter: string, id: string): Promise<string[]> {
  const names: string[] = [];
  const list = pages(async (token) => {
    const answer = await session.ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [{ Name: filter, Values: [id] }],
        MaxResults: PAGE,
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    return { items: answer.NetworkInterfaces, next: answer.NextToken };
  });
  for await (const page of list) {
    for (const nic of page) {
      const what =
        nic.Description === undefined || nic.Description === ''
          ? (nic.InterfaceType ?? 'interface')
          : nic.Description;
      names.push(`network interface ${nic.NetworkInterfaceId} (${what})`);
    }
  }
  return names;
}
