import { ipv4Contains, parseIpv4Cidr } from '../api/cidr.ts';
import { endpointType, type TierName } from '../api/endpoints.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import type { SecurityGroupName } from '../api/security-groups.ts';
import type { AclEntry } from '../aws/ec2/network-acl-entries.ts';
import { Terminal } from '../errors.ts';
import { shortHash } from '../graph/ownership.ts';
import type { Flow, Peer } from './flows.ts';
import { blocksOfVpc, type PlannedSubnet, tierBlock, tiersOf } from './subnets.ts';
import { destinationsOf } from './transit-gateway.ts';

/**
 * Ports from which clients connect, and so to which answers go: ACLs keep no state. Linux takes 32768 and up,
 * load balancers and Windows 1024 and up (Amazon VPC User Guide, "Ephemeral ports").
 */
const EPHEMERAL = { fromPort: 1024, toPort: 65_535 };
/** AWS raises the quota of 20 entries a direction to at most 40. */
const ENTRIES_MAX = 40;
const EVERYWHERE = '0.0.0.0/0';

/** Where the numbers of a purpose begin: each has ten thousand, so that none renumbers another. AWS ends at 32766. */
const NUMBERS = { request: 10_000, answer: 20_000 };
const NUMBERS_EACH = 10_000;

/** Where the members of a group stand, most wanted tier first. */
const HOME: Readonly<Record<Exclude<SecurityGroupName, 'endpoints'>, readonly TierName[]>> = {
  alb: ['public', 'private', 'data'],
  bastion: ['public', 'private', 'data'],
  ecs: ['private', 'public', 'data'],
  data: ['data', 'private', 'public'],
};

interface Allowed {
  readonly direction: AclEntry['direction'];
  readonly purpose: keyof typeof NUMBERS;
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidr: string;
}

/** The tiers in whose subnets the members of a group stand, in a network that may lack some tiers. */
export function placesOf(spec: SecureVpcSpec, group: SecurityGroupName): TierName[] {
  const present = tiersOf(spec).map((tier) => tier.name);
  if (group === 'endpoints') {
    const interfaces = spec.endpoints.filter((endpoint) => endpointType(endpoint) === 'Interface');
    return present.filter((tier) => interfaces.some((endpoint) => endpoint.tier === tier));
  }
  return HOME[group].filter((tier) => present.includes(tier)).slice(0, 1);
}

/**
 * The entries of one tier's ACL: each flow that begins or ends in the tier, and its answers. Inside the VPC the
 * peer is each of the VPC's blocks that has subnets, for the data tier the block of the tier at the other end; a
 * service behind a gateway endpoint is everywhere, since ACLs take no prefix lists. What passes a NAT gateway passes
 * the public tier twice: to the gateway, and from it on. In the tier of the transit gateway's interfaces, what comes
 * or goes by it passes, too (docs/adr/0006-transit-gateway-and-acls.md). An entry that another covers is left out.
 * DNS, time and metadata of AWS pass any ACL.
 */
export function networkAclEntries(
  spec: SecureVpcSpec,
  tier: TierName,
  flows: readonly Flow[],
  subnets: readonly PlannedSubnet[],
): AclEntry[] {
  const isIn = (peer: Peer, at: TierName) => 'group' in peer && placesOf(spec, peer.group).includes(at);
  const isHere = (peer: Peer) => isIn(peer, tier);
  // What the private tier opens to the outside passes the NAT gateways, which stand in the public tier.
  const isTranslated = (flow: Flow) =>
    tier === 'public' && spec.nat.mode !== 'None' && 'cidr' in flow.to && isIn(flow.from, 'private');
  const addresses = (peer: Peer): string[] => {
    if ('cidr' in peer) return [peer.cidr];
    if ('service' in peer) return [EVERYWHERE];
    return tier === 'data'
      ? placesOf(spec, peer.group).flatMap((at) => blocksOf(spec, at, subnets))
      : insideBlocks(spec, subnets);
  };
  const isPassage = (outside: Peer, inside: Peer) =>
    spec.transitGateway?.tier === tier &&
    'group' in inside &&
    isByTransitGateway(spec, outside, inside.group);
  const allowed = flows.flatMap((flow): Allowed[] => [
    ...(isHere(flow.to) ? addresses(flow.from).flatMap((cidr) => bothWays(flow, cidr, 'ingress')) : []),
    ...(isHere(flow.from) ? addresses(flow.to).flatMap((cidr) => bothWays(flow, cidr, 'egress')) : []),
    ...(isTranslated(flow)
      ? [
          ...addresses(flow.from).flatMap((cidr) => bothWays(flow, cidr, 'ingress')),
          ...addresses(flow.to).flatMap((cidr) => bothWays(flow, cidr, 'egress')),
        ]
      : []),
    ...(isPassage(flow.from, flow.to)
      ? addresses(flow.to).flatMap((cidr) => bothWays(flow, cidr, 'egress'))
      : []),
    ...(isPassage(flow.to, flow.from)
      ? addresses(flow.from).flatMap((cidr) => bothWays(flow, cidr, 'ingress'))
      : []),
  ]);
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const needed = withoutCovered(unique(allowed.filter((entry) => entry.direction === direction)));
    if (needed.length > ENTRIES_MAX) {
      throw new Terminal(
        'InvalidSpec',
        `spec.tiers[${tier}].networkAcl is Strict and would need ${needed.length} ${direction} entries, of which AWS allows ${ENTRIES_MAX}: name fewer CIDRs or ports in spec.securityGroups, or set networkAcl to None`,
      );
    }
    return numbered(needed);
  });
}

/** The primary block, and those of the others in which subnets are: an entry for an empty one would only cost quota. */
function insideBlocks(spec: SecureVpcSpec, subnets: readonly PlannedSubnet[]): string[] {
  const [primary = '', ...others] = blocksOfVpc(spec);
  return [primary, ...others.filter((block) => subnets.some(({ cidr }) => contains(block, cidr)))];
}

/** Whether a tier in which members of the group stand reaches any of these addresses by the transit gateway. */
function isByTransitGateway(spec: SecureVpcSpec, outside: Peer, group: SecurityGroupName): boolean {
  if (!('cidr' in outside)) return false;
  const routed = placesOf(spec, group).flatMap((at) => destinationsOf(spec, at));
  return routed.some((block) => overlaps(block, outside.cidr));
}

function overlaps(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function bothWays(flow: Flow, cidr: string, direction: AclEntry['direction']): Allowed[] {
  const { fromPort, toPort } = flow;
  const back = direction === 'ingress' ? 'egress' : 'ingress';
  return [
    { direction, purpose: 'request', fromPort, toPort, cidr },
    { direction: back, purpose: 'answer', ...EPHEMERAL, cidr },
  ];
}

/**
 * A tier in as few blocks as name it and no other: its fixed part of the VPC for the computed subnets, unless
 * another tier was given a block in there, and each given block.
 */
function blocksOf(spec: SecureVpcSpec, tier: TierName, subnets: readonly PlannedSubnet[]): string[] {
  const own = subnets.filter((subnet) => subnet.tier === tier);
  const computed = own.filter((subnet) => !subnet.given).map((subnet) => subnet.cidr);
  const given = own.filter((subnet) => subnet.given).map((subnet) => subnet.cidr);
  if (computed.length === 0) return given;
  const whole = tierBlock(spec.cidr, tier);
  const isMixed = subnets.some((subnet) => subnet.tier !== tier && contains(whole, subnet.cidr));
  return [...(isMixed ? computed : [whole]), ...given];
}

function unique(entries: readonly Allowed[]): Allowed[] {
  return [...new Map(entries.map((entry) => [textOf(entry), entry])).values()];
}

/** A request for just the client ports covers answers as these cover it: of two such, one stays. */
function withoutCovered(entries: readonly Allowed[]): Allowed[] {
  return entries.filter(
    (entry) =>
      !entries.some(
        (other) =>
          other !== entry && covers(other, entry) && (!covers(entry, other) || textOf(other) < textOf(entry)),
      ),
  );
}

function covers(wide: Allowed, narrow: Allowed): boolean {
  if (wide.fromPort > narrow.fromPort || wide.toPort < narrow.toPort) return false;
  return wide.cidr === narrow.cidr || contains(wide.cidr, narrow.cidr);
}

function contains(wide: string, narrow: string): boolean {
  const [outer, inner] = [parseIpv4Cidr(wide), parseIpv4Cidr(narrow)];
  return outer !== undefined && inner !== undefined && ipv4Contains(outer, inner);
}

/**
 * Numbers come from a hash of the entry, not from its place in a list: a CIDR more would else move the others,
 * and an entry that moves is missing for a moment. As all entries allow, their order means nothing.
 */
function numbered(entries: readonly Allowed[]): AclEntry[] {
  const taken = new Set<number>();
  return [...entries]
    .sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))
    .map((entry): AclEntry => {
      const start = Number.parseInt(shortHash(textOf(entry)), 16);
      let step = 0;
      const number = () => NUMBERS[entry.purpose] + ((start + step) % NUMBERS_EACH);
      while (taken.has(number())) step += 1;
      taken.add(number());
      const { direction, fromPort, toPort, cidr } = entry;
      return { direction, ruleNumber: number(), action: 'allow', protocol: 'tcp', fromPort, toPort, cidr };
    })
    .sort((a, b) => a.ruleNumber - b.ruleNumber);
}

function textOf({ purpose, fromPort, toPort, cidr }: Allowed): string {
  return `${purpose} ${fromPort}-${toPort} ${cidr}`;
}
