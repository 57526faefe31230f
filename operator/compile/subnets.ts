import {
  formatIpv4Cidr,
  type Ipv4Block,
  ipv4Contains,
  ipv4Overlaps,
  ipv4Size,
  parseIpv4Cidr,
} from '../api/cidr.ts';
import { TIER_NAMES, type TierName } from '../api/endpoints.ts';
import type { SecureVpc, SecureVpcSpec, Tier } from '../api/secure-vpc.ts';
import { Terminal } from '../errors.ts';
import { letterOf } from './zones.ts';

/** Letters that have a slot; no region has named a zone beyond `f` so far. */
const LETTERS = 'abcdefgh';
/** Eight tiers of eight zones: each level takes three bits of the VPC's block. */
const TIER_BITS = 3;
const SLOT_BITS = 6;
/** The smallest subnet that AWS makes. */
const PREFIX_MAX = 28;

/** A subnet with its block, whether given or computed. */
export interface PlannedSubnet {
  /** `private-a`: part of the keys of all nodes that belong to the subnet. */
  readonly key: string;
  readonly tier: TierName;
  readonly zone: string;
  readonly cidr: string;
  readonly given: boolean;
}

/** The tiers in their fixed order, whatever the order in the spec. */
export function tiersOf(spec: SecureVpcSpec): Tier[] {
  return TIER_NAMES.flatMap((name) => spec.tiers.find((tier) => tier.name === name) ?? []);
}

/** All blocks of the VPC, the primary one first. */
export function blocksOfVpc({ cidr, secondaryCidrs }: SecureVpcSpec): string[] {
  return [cidr, ...[...secondaryCidrs].sort()];
}

/** Every tier but public; public where there is no other. */
export function innerTiers(spec: SecureVpcSpec): TierName[] {
  const tiers = tiersOf(spec).map((tier) => tier.name);
  const inner = tiers.filter((tier) => tier !== 'public');
  return inner.length > 0 ? inner : tiers;
}

/** The fixed eighth of the VPC's block in which a tier's computed subnets lie. */
export function tierBlock(vpcCidr: string, tier: TierName): string {
  return formatIpv4Cidr(part(blockOf(vpcCidr, 'spec.cidr'), TIER_BITS, TIER_NAMES.indexOf(tier)));
}

/**
 * Every subnet of the network, by tier and zone. A computed block depends on the VPC's block, the tier, the
 * letter of the zone and the tier's prefix length, and on nothing else (docs/adr/0003-fixed-cidr-slots.md).
 * Throws {@link Terminal} where a block is missing, does not fit, overlaps another, or would have to move.
 */
export function planSubnets(object: SecureVpc, zones: readonly string[]): PlannedSubnet[] {
  const { spec } = object;
  const planned = tiersOf(spec).flatMap((tier) => {
    refuseUnusedZones(tier, zones);
    return zones.map((zone): PlannedSubnet => {
      const letter = letterOf(zone);
      const given = tier.subnets.find((subnet) => subnet.zone === letter);
      return {
        key: `${tier.name}-${letter}`,
        tier: tier.name,
        zone,
        cidr: given ? givenBlock(spec, tier, given) : computedBlock(spec, tier, letter),
        given: given !== undefined,
      };
    });
  });
  refuseOverlaps(planned);
  refuseMoves(object, planned);
  return planned;
}

function computedBlock(spec: SecureVpcSpec, tier: Tier, letter: string): string {
  const vpc = blockOf(spec.cidr, 'spec.cidr');
  const slot = vpc.prefix + SLOT_BITS;
  const field = `spec.tiers[${tier.name}]`;
  if (slot > PREFIX_MAX) {
    throw new Terminal(
      'InvalidSpec',
      `spec.cidr ${spec.cidr} is too small to compute subnets in, which takes a /${PREFIX_MAX - SLOT_BITS} or larger: give ${field}.subnets a cidr for zone ${letter}`,
    );
  }
  const prefix = tier.subnetPrefixLength ?? slot;
  if (prefix < slot) {
    throw new Terminal(
      'InvalidSpec',
      `${field}.subnetPrefixLength ${prefix} is too large a subnet for its place in ${spec.cidr}: the smallest legal value is ${slot}; use it, or give the tier's subnets their cidr`,
    );
  }
  const index = LETTERS.indexOf(letter);
  if (index < 0) {
    throw new Terminal(
      'InvalidSpec',
      `${field}: zone letter ${letter} has no computed block, only ${LETTERS[0]} to ${LETTERS.at(-1)} do: give ${field}.subnets a cidr for zone ${letter}`,
    );
  }
  const { base } = part(part(vpc, TIER_BITS, TIER_NAMES.indexOf(tier.name)), SLOT_BITS - TIER_BITS, index);
  return formatIpv4Cidr({ base, prefix });
}

function givenBlock(spec: SecureVpcSpec, tier: Tier, given: Tier['subnets'][number]): string {
  const field = `spec.tiers[${tier.name}].subnets[${given.zone}].cidr`;
  const block = blockOf(given.cidr, field);
  const blocks = blocksOfVpc(spec);
  if (!blocks.some((vpc) => ipv4Contains(blockOf(vpc, 'spec.secondaryCidrs'), block))) {
    const named =
      blocks.length > 1 ? `any of the VPC's blocks ${blocks.join(', ')}` : `the VPC's block ${spec.cidr}`;
    throw new Terminal(
      'InvalidSpec',
      `${field} ${given.cidr} is not inside ${named}: choose a block inside it, or add one to spec.secondaryCidrs`,
    );
  }
  return given.cidr;
}

function refuseUnusedZones(tier: Tier, zones: readonly string[]): void {
  const unused = tier.subnets.find((subnet) => !zones.some((zone) => letterOf(zone) === subnet.zone));
  if (!unused) return;
  throw new Terminal(
    'InvalidSpec',
    `spec.tiers[${tier.name}].subnets[${unused.zone}] is for a zone that the network does not use (${zones.join(', ')}): add the zone to spec.zones, or take the subnet away`,
  );
}

function refuseOverlaps(planned: readonly PlannedSubnet[]): void {
  const blocks = planned.map((subnet) => ({ subnet, block: blockOf(subnet.cidr, subnet.key) }));
  for (const [index, { subnet: one, block }] of blocks.entries()) {
    const other = blocks.slice(index + 1).find((later) => ipv4Overlaps(block, later.block))?.subnet;
    if (!other) continue;
    const [given, second] = one.given ? [one, other] : [other, one];
    const what = second.given ? 'the cidr' : 'the computed block';
    throw new Terminal(
      'InvalidSpec',
      `spec.tiers[${given.tier}].subnets[${letterOf(given.zone)}].cidr ${given.cidr} overlaps ${what} ${second.cidr} of ${second.key}: choose another block`,
    );
  }
}

/** AWS cannot resize a subnet, and a new one in the place of the old overlaps it until that is empty and gone. */
function refuseMoves(object: SecureVpc, planned: readonly PlannedSubnet[]): void {
  for (const subnet of planned) {
    const made = object.status.subnets?.[subnet.tier]?.find((known) => known.zone === subnet.zone);
    if (made === undefined || made.cidr === subnet.cidr) continue;
    throw new Terminal(
      'ReplacementNeeded',
      `subnet ${subnet.key} exists with ${made.cidr} and would become ${subnet.cidr}, which AWS cannot change: take the change of spec.tiers[${subnet.tier}] back, or use another tier or zone`,
    );
  }
}

/** Part `index` of the 2^bits equal parts of a block. */
function part(block: Ipv4Block, bits: number, index: number): Ipv4Block {
  const prefix = block.prefix + bits;
  return { base: block.base + index * ipv4Size({ base: 0, prefix }), prefix };
}

function blockOf(cidr: string, field: string): Ipv4Block {
  const block = parseIpv4Cidr(cidr);
  if (block) return block;
  throw new Terminal('InvalidSpec', `${field} ${cidr} is not an IPv4 block: write it as 10.0.0.0/16`);
}
