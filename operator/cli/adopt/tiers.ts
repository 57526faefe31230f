import type { RouteTable, Subnet, Vpc } from '@aws-sdk/client-ec2';
import { formatIpv4Cidr, ipv4Overlaps, ipv4Size, parseIpv4Cidr, type Ipv4Block } from '../../api/cidr.ts';
import { TIER_NAMES, type TierName } from '../../api/endpoints.ts';
import { secondaryBlocks, stateOfBlock } from '../../aws/ec2/vpc.ts';
import { must } from '../../aws/kind.ts';
import { letterOf } from '../../compile/zones.ts';
import type { VpcSurvey } from './survey.ts';
import { nameOf, titled } from './words.ts';

/** A subnet with its place in a SecureVpc; `id` is absent for one that is still to be made. */
export interface Placed {
  readonly tier: TierName;
  /** `us-east-1a`. */
  readonly zone: string;
  readonly cidr: string;
  readonly id?: string;
}

/** Subnets with their places, and in sentences those without one. */
export interface Placing {
  readonly placed: readonly Placed[];
  readonly left: readonly string[];
}

export interface Tables {
  /** Ids of the route tables that stay, by the key that each has in a SecureVpc: `public`, `private-a`. */
  readonly tables: ReadonlyMap<string, string>;
  /** What subnets lose with the table that they leave. */
  readonly left: readonly string[];
}

/** Where packets for the internet go from a subnet. */
type Way = 'gateway' | 'detour' | 'none';

/** Words in names by which people tell subnets for databases from those for programs. */
const OF_DATA = /\b(data|db|database|rds|redis|cache|store|storage|persist\w*)\b/i;

/**
 * Sorts the subnets of a VPC into tiers by their routes: public has the internet gateway, private goes by a NAT
 * gateway or another way, or is what has no way at all; where there are both, those without a way are data.
 */
export function tiersIn(survey: VpcSurvey, region: string): Placing {
  const left: string[] = [];
  const usable = sorted(survey.subnets).filter((subnet) => {
    const zone = subnet.AvailabilityZone ?? '';
    const isOrdinary = zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
    if (!isOrdinary) left.push(`${describe(subnet)}: ${zone} is no availability zone of ${region}`);
    return isOrdinary;
  });
  const ways = new Map(usable.map((subnet) => [subnet, wayOf(survey, subnet)]));
  const inner = usable.filter((subnet) => ways.get(subnet) !== 'gateway');
  const isSplit = new Set(inner.map((subnet) => ways.get(subnet))).size > 1;
  const placed = new Map<string, Placed>();
  for (const subnet of usable) {
    const way = ways.get(subnet) ?? 'none';
    const tier = way === 'gateway' ? 'public' : tierOf(subnet, isSplit ? way : undefined);
    const zone = must(subnet.AvailabilityZone, 'AvailabilityZone');
    const other = placed.get(`${tier} ${zone}`);
    if (other) {
      left.push(
        `${describe(subnet)}: tier ${tier} has ${other.id} in ${zone} already, and a SecureVpc has one subnet for each tier and zone`,
      );
      continue;
    }
    const cidr = must(subnet.CidrBlock, 'CidrBlock');
    placed.set(`${tier} ${zone}`, { tier, zone, cidr, id: must(subnet.SubnetId, 'SubnetId') });
  }
  return { placed: withMissing(survey, [...placed.values()]), left };
}

/** The route tables that subnets keep; `isZonal` where each zone of the private tier has its own. */
export function tablesIn(survey: VpcSurvey, placed: readonly Placed[], isZonal: boolean): Tables {
  const keyOf = ({ tier, zone }: Placed) =>
    isZonal && tier === 'private' ? `${tier}-${letterOf(zone)}` : tier;
  const tables = chosenTables(survey, Map.groupBy(placed, keyOf));
  const left = placed.flatMap((subnet) => {
    const table = subnet.id === undefined ? undefined : tableOf(survey.routeTables, subnet.id);
    if (!table || table.RouteTableId === tables.get(keyOf(subnet))) return [];
    const lost = (table.Routes ?? []).filter(({ Origin }) => Origin === 'CreateRoute').map(routeText);
    const loses = lost.length > 0 ? `, and with that its routes ${lost.join(', ')}` : '';
    return [
      `route table ${titled(table.RouteTableId, nameOf(table))}: ${subnet.id} leaves it for the one of tier ${subnet.tier}${loses}`,
    ];
  });
  return { tables, left };
}

/** The tier that all of these subnets are of; undefined where they are not of one, or have no place. */
export function onlyTierOf(subnetIds: readonly string[], placed: readonly Placed[]): TierName | undefined {
  const tiers = new Set(subnetIds.map((id) => placed.find((subnet) => subnet.id === id)?.tier));
  const [tier] = tiers;
  return tiers.size === 1 ? tier : undefined;
}

/** The routes of a subnet's table. */
export function routesOf(survey: VpcSurvey, subnetId: string): NonNullable<RouteTable['Routes']> {
  return tableOf(survey.routeTables, subnetId)?.Routes ?? [];
}

/** Where a subnet's packets for the internet go; undefined for nowhere. */
export function defaultRouteOf(survey: VpcSurvey, subnetId: string) {
  return routesOf(survey, subnetId).find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
}

function routeText(route: NonNullable<RouteTable['Routes']>[number]): string {
  const to = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId;
  const by =
    route.GatewayId ??
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.VpcPeeringConnectionId ??
    route.NetworkInterfaceId ??
    'something else';
  return `${to} by ${by}`;
}

/** The table that a subnet uses: its own, else the main one. */
function tableOf(tables: readonly RouteTable[], subnetId: string): RouteTable | undefined {
  const has = (chosen: (association: NonNullable<RouteTable['Associations']>[number]) => boolean) =>
    tables.find(({ Associations }) => Associations?.some(chosen));
  return has((association) => association.SubnetId === subnetId) ?? has(({ Main }) => Main === true);
}

function wayOf(survey: VpcSurvey, { SubnetId = '' }: Subnet): Way {
  const route = defaultRouteOf(survey, SubnetId);
  if (!route) return 'none';
  return route.GatewayId?.startsWith('igw-') === true ? 'gateway' : 'detour';
}

function tierOf(subnet: Subnet, way: Way | undefined): TierName {
  if (way !== undefined) return way === 'none' ? 'data' : 'private';
  return OF_DATA.test(nameOf(subnet).replaceAll(/[_-]/g, ' ')) ? 'data' : 'private';
}

/** A tier has a subnet in every zone: those that are missing get the first free block of the size of the others. */
function withMissing({ vpc, subnets }: VpcSurvey, placed: readonly Placed[]): Placed[] {
  const zones = [...new Set(placed.map(({ zone }) => zone))].sort();
  const taken = subnets.flatMap(({ CidrBlock }) => parseIpv4Cidr(CidrBlock ?? '') ?? []);
  return TIER_NAMES.flatMap((tier) => {
    const own = placed.filter((subnet) => subnet.tier === tier);
    const [like] = own;
    if (!like) return [];
    return zones.flatMap((zone): Placed[] => {
      const there = own.find((subnet) => subnet.zone === zone);
      if (there) return [there];
      const block = freeBlock(vpc, parseIpv4Cidr(like.cidr)?.prefix ?? 28, taken);
      if (!block) return [];
      taken.push(block);
      return [{ tier, zone, cidr: formatIpv4Cidr(block) }];
    });
  });
}

function freeBlock(vpc: Vpc, prefix: number, taken: readonly Ipv4Block[]): Ipv4Block | undefined {
  const size = ipv4Size({ base: 0, prefix });
  for (const cidr of [vpc.CidrBlock ?? '', ...furtherBlocks(vpc)]) {
    const whole = parseIpv4Cidr(cidr);
    if (!whole) continue;
    for (let base = whole.base; base < whole.base + ipv4Size(whole); base += size) {
      const block = { base, prefix };
      if (!taken.some((other) => ipv4Overlaps(block, other))) return block;
    }
  }
  return undefined;
}

/** The blocks of a VPC besides the first that it has or is getting. */
export function furtherBlocks(vpc: Vpc): string[] {
  return secondaryBlocks(vpc)
    .filter((block) => ['associating', 'associated'].includes(stateOfBlock(block)))
    .flatMap(({ CidrBlock }) => CidrBlock ?? [])
    .sort();
}

/** The table that most subnets of each group use by name; the main one is the VPC's own, and a table serves one group. */
function chosenTables(
  { routeTables }: VpcSurvey,
  groups: ReadonlyMap<string, readonly Placed[]>,
): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const [key, subnets] of groups) {
    const ids = new Set(subnets.flatMap(({ id }) => id ?? []));
    const counted = routeTables
      .filter(({ Associations }) => !Associations?.some(({ Main }) => Main))
      .map((table) => ({
        id: must(table.RouteTableId, 'RouteTableId'),
        count: (table.Associations ?? []).filter(({ SubnetId }) => ids.has(SubnetId ?? '')).length,
      }))
      .filter(({ id, count }) => count > 0 && ![...chosen.values()].includes(id))
      .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
    if (counted[0]) chosen.set(key, counted[0].id);
  }
  return chosen;
}

function sorted(subnets: readonly Subnet[]): Subnet[] {
  const base = ({ CidrBlock }: Subnet) => parseIpv4Cidr(CidrBlock ?? '')?.base ?? 0;
  return [...subnets].sort((a, b) => base(a) - base(b));
}

function describe(subnet: Subnet): string {
  return `subnet ${titled(subnet.SubnetId, nameOf(subnet))} ${subnet.CidrBlock} in ${subnet.AvailabilityZone}`;
}
