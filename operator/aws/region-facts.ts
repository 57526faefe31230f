import { DescribeAvailabilityZonesCommand, DescribePrefixListsCommand } from '@aws-sdk/client-ec2';
import type { AwsSession } from './session.ts';

/** What AWS fixes for a region and an account, read once. */
export interface AwsRegionFacts {
  readonly accountId: string;
  readonly partition: string;
  /** Names of the zones that are open to the account, sorted. */
  readonly zones: readonly string[];
  /** Ids of AWS's own prefix lists by the service's short name: `s3`, `dynamodb`. */
  readonly prefixLists: Readonly<Record<string, string>>;
}

/** Actions that reading the facts needs. */
export const REGION_FACTS_ACTIONS = ['ec2:DescribeAvailabilityZones', 'ec2:DescribePrefixLists'] as const;

/** Reads zones and prefix lists: two calls. */
export async function readRegionFacts(session: AwsSession): Promise<AwsRegionFacts> {
  const [zones, lists] = await Promise.all([
    session.ec2.send(
      new DescribeAvailabilityZonesCommand({
        Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }],
      }),
    ),
    session.ec2.send(new DescribePrefixListsCommand({})),
  ]);
  const prefix = `com.amazonaws.${session.region}.`;
  return {
    accountId: session.accountId,
    partition: session.partition,
    zones: (zones.AvailabilityZones ?? []).flatMap((zone) => zone.ZoneName ?? []).sort(),
    prefixLists: Object.fromEntries(
      (lists.PrefixLists ?? []).map((list) => [
        (list.PrefixListName ?? '').replace(prefix, ''),
        list.PrefixListId ?? '',
      ]),
    ),
  };
}
