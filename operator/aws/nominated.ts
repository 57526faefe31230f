import { GetResourcesCommand, type ResourceTagMapping } from '@aws-sdk/client-resource-groups-tagging-api';
import { TAG } from '../graph/ownership.ts';
import { pages } from './kind.ts';
import { reads } from './permissions.ts';
import type { AwsSession } from './session.ts';
import { tagList, tagsOf } from './tags.ts';

/** Tags by ARN. */
type Nominated = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The most that one page of the tagging API holds. */
const PAGE = 100;

/** What {@link nominated} needs. */
export const NOMINATION_ACTIONS = reads('tag:GetResources');

/**
 * ARNs of one type (`ecs:cluster`), or of a whole service (`wafv2`), that carry the installation's tag, with their tags: for services that list nothing by
 * tag; nothing at all where there are none. The tagging API goes on listing deleted things for hours, so it nominates,
 * and the service that owns the thing decides what exists. Collections that are listed at the same time share its pages.
 */
export async function* nominated(
  session: AwsSession,
  type: string,
  installation: string,
): AsyncGenerator<Nominated> {
  const found = await session.batches.ask(`tagged ${installation}`, type, (types) =>
    readTagged(session, installation, types),
  );
  if (found && found.size > 0) yield found;
}

/** Those of some records that were nominated, with the tags that the tagging API knows. */
export function chosen<R>(
  records: readonly R[],
  arnOf: (record: R) => string,
  tags: Nominated,
): (R & { Tags: ReturnType<typeof tagList> })[] {
  return records.flatMap((record) => {
    const own = tags.get(arnOf(record));
    return own ? [{ ...record, Tags: tagList(own) }] : [];
  });
}

async function readTagged(
  session: AwsSession,
  installation: string,
  types: readonly string[],
): Promise<ReadonlyMap<string, Nominated>> {
  const found = new Map(types.map((type) => [type, new Map<string, Record<string, string>>()]));
  const all = pages<ResourceTagMapping>(async (token) => {
    const answer = await session.tagging.send(
      new GetResourcesCommand({
        ResourceTypeFilters: [...types].sort(),
        TagFilters: [{ Key: TAG.installation, Values: [installation] }],
        ResourcesPerPage: PAGE,
        ...(token !== undefined && { PaginationToken: token }),
      }),
    );
    return { items: answer.ResourceTagMappingList, next: answer.PaginationToken };
  });
  for await (const page of all) {
    for (const mapping of page) {
      const arn = mapping.ResourceARN ?? '';
      const type = typeOf(arn);
      (found.get(type) ?? found.get(type.split(':')[0] ?? ''))?.set(arn, tagsOf(mapping));
    }
  }
  return found;
}

/** `logs:log-group` of `arn:aws:logs:eu-central-1:111111111111:log-group:/landfall/…`. */
function typeOf(arn: string): string {
  const [, , service = '', , , ...rest] = arn.split(':');
  return `${service}:${rest.join(':').split(/[:/]/)[0] ?? ''}`;
}
