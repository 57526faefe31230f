import type { RouteTable, Subnet } from '@aws-sdk/client-ec2';
import { formatIpv4Cidr, ipv4Overlaps, ipv4Size, parseIpv4Cidr, type Ipv4Block } from '../../api/cidr.ts';
import { TIER_NAMES, type TierName } from '../../api/endpoints.ts';
import { must } from '../../aws/kind.ts';
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

export interface Tiers {
  readonly placed: readonly Placed[];
  /** Ids of the route tables that become those of tiers. */
  readonly tables: ReadonlyMap<TierName, string>;
  /** Subnets without a place, each with the reason, and what those with one lose with the table that they leave. */
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
export function tiersIn(survey: VpcSurvey, region: string): Tiers {
  const left: string[] = [];
  const usable = sorted(survey.subnets).filter((subnet) => {
    const zone = subnet.AvailabilityZone ?? '';
    const isOrdinary = zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
    if (!isOrdinary) left.push(`${describe(subnet)}: ${zone} is no availability zone of ${region}`);
    return isOrdinary;
  });
  const ways = new Map(usable.map((subnet) => [subnet, wayOf(tableOf(survey.routeTables, subnet))]));
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
  const all = withMissing(survey, [...placed.values()]);
  const tables = tablesOf(survey, all);
  for (const { id, tier } of all) {
    const subnet = usable.find(({ SubnetId }) => SubnetId === id);
    const table = subnet && tableOf(survey.routeTables, subnet);
    if (!table || table.RouteTableId === tables.get(tier)) continue;
    const lost = (table.Routes ?? []).filter(({ Origin }) => Origin === 'CreateRoute').map(routeText);
    const loses = lost.length > 0 ? `, and with that its routes ${lost.join(', ')}` : '';
    left.push(
      `route table ${titled(table.RouteTableId, nameOf(table))}: ${id} leaves it for the one of tier ${tier}${loses}`,
    );
  }
  return { placed: all, tables, left };
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
function tableOf(tables: readonly RouteTable[], { SubnetId }: Subnet): RouteTable | undefined {
  const has = (chosen: (association: NonNullable<RouteTable['Associations']>[number]) => boolean) =>
    tables.find(({ Associations }) => Associations?.some(chosen));
  return has((association) => association.SubnetId === SubnetId) ?? has(({ Main }) => Main === true);
}

function wayOf(table: RouteTable | undefined): Way {
  const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
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
      const block = freeBlock(vpc.CidrBlock ?? '', parseIpv4Cidr(like.cidr)?.prefix ?? 28, taken);
      if (!block) return [];
      taken.push(block);
      return [{ tier, zone, cidr: formatIpv4Cidr(block) }];
    });
  });
}

function freeBlock(vpcCidr: string, prefix: number, taken: readonly Ipv4Block[]): Ipv4Block | undefined {
  const vpc = parseIpv4Cidr(vpcCidr);
  if (!vpc) return undefined;
  const size = ipv4Size({ base: 0, prefix });
  for (let base = vpc.base; base < vpc.base + ipv4Size(vpc); base += size) {
    const block = { base, prefix };
    if (!taken.some((other) => ipv4Overlaps(block, other))) return block;
  }
  return undefined;
}

/** The table that most subnets of a tier use by name; the main one is the VPC's own, and a table serves one tier. */
function tablesOf({ routeTables }: VpcSurvey, placed: readonly Placed[]): Map<TierName, string> {
  const chosen = new Map<TierName, string>();
  for (const tier of TIER_NAMES) {
    const ids = new Set(placed.flatMap((subnet) => (subnet.tier === tier ? (subnet.id ?? []) : [])));
    const counted = routeTables
      .filter(({ Associations }) => !Associations?.some(({ Main }) => Main))
      .map((table) => ({
        id: must(table.RouteTableId, 'RouteTableId'),
        count: (table.Associations ?? []).filter(({ SubnetId }) => ids.has(SubnetId ?? '')).length,
      }))
      .filter(({ id, count }) => count > 0 && ![...chosen.values()].includes(id))
      .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
    if (counted[0]) chosen.set(tier, counted[0].id);
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
