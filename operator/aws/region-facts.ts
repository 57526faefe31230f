import {
  DescribeAvailabilityZonesCommand,
  DescribeDhcpOptionsCommand,
  DescribePrefixListsCommand,
  DescribeVpcEndpointServicesCommand,
  type DhcpOptions,
  type ServiceDetail,
} from '@aws-sdk/client-ec2';
import { isOwnOfAws, ownDomainOf } from './ec2/dhcp-options.ts';
import { shortNameOf } from './endpoint-names.ts';
import { pages } from './kind.ts';
import { reads } from './permissions.ts';
import type { AwsSession } from './session.ts';

/** Largest page of DescribeVpcEndpointServices. */
const SERVICES_PAGE = 1000;

/** What AWS fixes for a region and an account; it changes seldom. */
export interface AwsRegionFacts {
  readonly accountId: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** Names of the zones that are open to the account, sorted. */
  readonly zones: readonly string[];
  /** Ids of these zones by name: what one account calls `us-east-1a` may be another's `us-east-1c`, and the id tells. */
  readonly zoneIds: Readonly<Record<string, string>>;
  /** Ids of AWS's own prefix lists by the service's short name: `s3`, `dynamodb`. */
  readonly prefixLists: Readonly<Record<string, string>>;
  /** Ids of the sets of DHCP options that say what AWS's own set of the region says, sorted. */
  readonly dhcpOptions: readonly string[];
  /** AWS's own endpoint services, by short name and then by the type of endpoint that they take. */
  readonly endpointServices: AwsEndpointServices;
}

/** What AWS offers of a service for one type of endpoint. */
export interface AwsEndpointOffer {
  /** In full. */
  readonly name: string;
  /** Names of the zones, for endpoints with network interfaces. */
  readonly zones: readonly string[];
}

/** Short name of a service → type of endpoint, as `Interface` → what AWS offers. */
export type AwsEndpointServices = ReadonlyMap<string, ReadonlyMap<string, AwsEndpointOffer>>;

/** What reading the facts needs. */
export const REGION_FACTS_ACTIONS = reads(
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribePrefixLists',
  'ec2:DescribeVpcEndpointServices',
);

/** Reads zones, prefix lists, DHCP options and endpoint services: four calls, more where a region has over 1000 services. */
export async function readRegionFacts(session: AwsSession): Promise<AwsRegionFacts> {
  const [zones, lists, dhcpOptions, endpointServices] = await Promise.all([
    session.ec2.send(
      new DescribeAvailabilityZonesCommand({
        Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }],
      }),
    ),
    session.ec2.send(new DescribePrefixListsCommand({})),
    readOwnDhcpOptions(session),
    readEndpointServices(session),
  ]);
  return {
    accountId: session.accountId,
    partition: session.partition,
    zones: (zones.AvailabilityZones ?? []).flatMap((zone) => zone.ZoneName ?? []).sort(),
    zoneIds: Object.fromEntries(
      (zones.AvailabilityZones ?? []).map(({ ZoneName = '', ZoneId = '' }) => [ZoneName, ZoneId]),
    ),
    prefixLists: Object.fromEntries(
      (lists.PrefixLists ?? []).map((list) => [
        shortNameOf(list.PrefixListName ?? '', session.region) ?? list.PrefixListName ?? '',
        list.PrefixListId ?? '',
      ]),
    ),
    dhcpOptions,
    endpointServices,
  };
}

async function readOwnDhcpOptions(session: AwsSession): Promise<string[]> {
  const { region } = session;
  const sets = pages<DhcpOptions>(async (NextToken) => {
    const Filters = [{ Name: 'value', Values: [ownDomainOf(region)] }];
    const page = await session.ec2.send(
      new DescribeDhcpOptionsCommand({ Filters, ...(NextToken !== undefined && { NextToken }) }),
    );
    return { items: page.DhcpOptions, next: page.NextToken };
  });
  const ids: string[] = [];
  for await (const page of sets)
    ids.push(
      ...page.filter((set) => isOwnOfAws(set, region)).flatMap(({ DhcpOptionsId }) => DhcpOptionsId ?? []),
    );
  return ids.sort();
}

async function readEndpointServices(session: AwsSession): Promise<AwsEndpointServices> {
  const services = new Map<string, Map<string, AwsEndpointOffer>>();
  const all = pages<ServiceDetail>(async (NextToken) => {
    const Filters = [{ Name: 'owner', Values: ['amazon'] }];
    const query = { Filters, MaxResults: SERVICES_PAGE, ...(NextToken !== undefined && { NextToken }) };
    const page = await session.ec2.send(new DescribeVpcEndpointServicesCommand(query));
    return { items: page.ServiceDetails, next: page.NextToken };
  });
  for await (const page of all) {
    for (const { ServiceName = '', ServiceType = [], AvailabilityZones = [] } of page) {
      const short = shortNameOf(ServiceName, session.region);
      if (short === undefined) continue;
      const types = services.get(short) ?? new Map<string, AwsEndpointOffer>();
      // AWS lists a service once for each type.
      for (const type of ServiceType)
        if (type.ServiceType)
          types.set(type.ServiceType, { name: ServiceName, zones: [...AvailabilityZones] });
      services.set(short, types);
    }
  }
  return services;
}
