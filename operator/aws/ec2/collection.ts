import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { TAG } from '../../graph/ownership.ts';
import { pages, type AwsCollection, type Page } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';

/** The largest page that most of EC2's describe calls give. */
const PAGE = 1000;
/** Values that one filter may hold. */
const FILTER_VALUES_MAX = 200;

/** What EC2's describe calls take. */
export interface Ec2Query {
  readonly Filters: Filter[];
  readonly MaxResults: number;
  readonly NextToken?: string;
}

export interface Ec2CollectionOptions<R> {
  /** As `ec2/subnets`. */
  readonly name: string;
  /** The describe call, as `ec2:DescribeSubnets`. */
  readonly action: string;
  /** Further calls that `page` may make. */
  readonly otherActions?: readonly string[];
  /** The filter that takes ids, as `subnet-id`. */
  readonly idFilter: string;
  readonly id: (record: R) => string;
  /** Default 1000. */
  readonly pageSize?: number;
  /** Everything in the account is listed, since the describe call has no filter by tag. */
  readonly isListedWhole?: true;
  readonly page: (session: AwsSession, query: Ec2Query) => Promise<Page<R>>;
}

/** Things of EC2 that list in pages, by any filter. */
export interface Ec2Collection<R> extends AwsCollection<R> {
  /** Everything that has one of these values for a filter, whoever owns it. */
  readonly matching: (
    session: AwsSession,
    filter: string,
    values: readonly string[],
    more?: readonly Filter[],
  ) => Promise<R[]>;
}

/**
 * A collection of EC2. Ids are asked for by a filter: unlike the call's own id parameter, a filter answers with
 * what exists instead of an error for what does not.
 */
export function ec2Collection<R extends { readonly Tags?: Tag[] | undefined }>(
  options: Ec2CollectionOptions<R>,
): Ec2Collection<R> {
  const { name, action, otherActions = [], idFilter, id, pageSize = PAGE, isListedWhole, page } = options;
  const read = (session: AwsSession, Filters: Filter[]) =>
    pages<R>((token) =>
      page(session, { Filters, MaxResults: pageSize, ...(token !== undefined && { NextToken: token }) }),
    );
  const matching: Ec2Collection<R>['matching'] = async (session, filter, values, more = []) => {
    const found: R[] = [];
    for (let start = 0; start < values.length; start += FILTER_VALUES_MAX) {
      const Values = values.slice(start, start + FILTER_VALUES_MAX);
      for await (const records of read(session, [{ Name: filter, Values }, ...more])) found.push(...records);
    }
    return found;
  };
  return {
    name,
    lane: 'fast',
    scope: 'region',
    iam: reads(action, ...otherActions),
    list: (session, installation) =>
      read(session, isListedWhole ? [] : [{ Name: `tag:${TAG.installation}`, Values: [installation] }]),
    get: (session, ids) => matching(session, idFilter, ids),
    matching,
    id,
    tags: tagsOf,
  };
}
