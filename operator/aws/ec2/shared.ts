import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeNetworkInterfacesCommand,
  type ResourceType,
  type Tag,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import type { ActionContext, Change } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { pages, type AwsCollection } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList } from '../tags.ts';

/** The largest page that most of EC2's describe calls give. */
const PAGE = 1000;

/** Tags for a create call. */
export function tagSpecification(
  type: ResourceType,
  tags: Readonly<Record<string, string>>,
): TagSpecification[] {
  return [{ ResourceType: type, Tags: tagList(tags) }];
}

/** Writes the tag changes among `changes`, and lays them over the inventory. */
export async function updateTags<R extends { Tags?: Tag[] | undefined }>(
  context: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  id: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  if (Tags.length > 0) await context.session.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
  if (writes.unset.length > 0) {
    await context.session.ec2.send(
      new DeleteTagsCommand({ Resources: [id], Tags: writes.unset.map((Key) => ({ Key })) }),
    );
  }
  if (Tags.length + writes.unset.length === 0) return;
  context.wrote(collection, id, (record) => record && retagged(record, writes));
}

/** What {@link updateTags} needs. */
export const TAG_ACTIONS = onOwn('ec2:CreateTags', 'ec2:DeleteTags');

/** What {@link interfacesIn} needs. */
export const BLOCKER_ACTIONS = reads('ec2:DescribeNetworkInterfaces');

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
