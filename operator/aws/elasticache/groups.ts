import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type Page } from '../kind.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import { arnOf, nameOf, PAGE, withTags, type Tagged } from './shared.ts';

/** The longest name of a group: API reference, CreateCacheParameterGroup and CreateCacheSubnetGroup. */
export const GROUP_NAME_MAX = 255;

/** The sorts of groups, as their ARNs have them. */
type GroupSort = 'parametergroup' | 'subnetgroup';

/** A group of parameters, or of subnets. */
interface Group {
  readonly ARN?: string | undefined;
}

interface GroupsOptions<G extends Group> {
  readonly name: string;
  readonly sort: GroupSort;
  /** The describe call, without its service. */
  readonly action: string;
  /** A page of all of them, or what there is of one name. */
  readonly describe: (
    session: AwsSession,
    which: { readonly name: string } | { readonly MaxRecords: number; readonly Marker?: string },
  ) => Promise<Page<G>>;
}

/** Groups of a sort. The describe calls know no tags, so the tagging API says which are ours. */
export function groupsCollection<G extends Group>(options: GroupsOptions<G>): AwsCollection<Tagged<G>> {
  const { name, sort, action, describe } = options;
  return {
    name,
    lane: 'fast',
    scope: 'region',
    iam: [...reads(`elasticache:${action}`), ...NOMINATION_ACTIONS],
    async *list(session, installation) {
      const all = pages<G>((Marker) =>
        describe(session, { MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      for await (const tags of nominated(session, `elasticache:${sort}`, installation))
        for await (const page of all) yield chosen(page, groupArn, tags);
    },
    async get(session, arns) {
      const found = await Promise.all(
        arns.map(async (arn) => {
          const answer = await unlessGone(describe(session, { name: nameOf(arn) }));
          const group = answer?.items?.[0];
          return group && withTags(session, group, arn);
        }),
      );
      return found.filter((group) => group !== undefined);
    },
    id: groupArn,
    tags: tagsOf,
  };
}

/** The group of a name with its tags, whoever owns it; undefined where there is none. */
export async function groupNamed<G extends Group>(
  session: AwsSession,
  collection: AwsCollection<Tagged<G>>,
  sort: GroupSort,
  name: string,
): Promise<Tagged<G> | undefined> {
  const [found] = await collection.get(session, [arnOf(session, sort, name)]);
  return found;
}

export function groupArn(group: Group): string {
  return must(group.ARN, 'ARN');
}
