import { ipv4Contains, parseIpv4Cidr } from '../api/cidr.ts';
import { endpointType, type TierName } from '../api/endpoints.ts';
import { COMPUTED_NUMBERS } from '../api/acl-rules.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import type { SecurityGroupName } from '../api/security-groups.ts';
import type { AclEntry } from '../aws/ec2/network-acl-entries.ts';
import { Terminal } from '../errors.ts';
import { shortHash } from '../graph/ownership.ts';
import { type Flow, type Peer, portsOf, type Protocol, EVERY } from './flows.ts';
import { blocksOfVpc, type PlannedSubnet, tierBlock, tiersOf } from './subnets.ts';
import { destinationsOf } from './transit-gateway.ts';

/**
 * Ports from which clients connect, and so to which answers go: ACLs keep no state. Linux takes 32768 and up,
 * load balancers and Windows 1024 and up (Amazon VPC User Guide, "Ephemeral ports").
 */
const EPHEMERAL = { fromPort: 1024, toPort: 65_535 };
/** ICMP's one question with an answer that people ask: echo request, and echo reply with its only code. */
const ECHO = { request: 8, reply: { fromPort: 0, toPort: 0 } };
/** AWS raises the quota of 20 entries a direction to at most 40. */
const ENTRIES_MAX = 40;
const EVERYWHERE = '0.0.0.0/0';

/** Where the numbers of a purpose begin: each has ten thousand, so that none renumbers another. Own rules have the others. */
const NUMBERS = { request: COMPUTED_NUMBERS.first, answer: COMPUTED_NUMBERS.first + 10_000 };
const NUMBERS_EACH = 10_000;

/** Where the members of a group stand, most wanted tier first. */
const HOME: Readonly<Record<Exclude<SecurityGroupName, 'endpoints'>, readonly TierName[]>> = {
  alb: ['public', 'private', 'data'],
  bastion: ['public', 'private', 'data'],
  ecs: ['private', 'public', 'data'],
  data: ['data', 'private', 'public'],
};

/** A computed entry, without its number; type and code of icmp stand for ports, as in a flow. */
interface Allowed {
  readonly direction: AclEntry['direction'];
  readonly purpose: keyof typeof NUMBERS;
  readonly protocol: Protocol;
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
 * prefix list, as that of a gateway endpoint's service, is everywhere, since ACLs take none. What passes a NAT gateway passes
 * the public tier twice: to the gateway, and from it on. In the tier of the transit gateway's interfaces, what comes
 * or goes by it passes, too (docs/adr/0006-transit-gateway-and-acls.md). An entry that another covers is left out.
 * Those that a person wrote stand before or after all these. DNS, time and metadata of AWS pass any ACL.
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
    tier === 'public' && isIn(flow.from, 'private') && leavesByNat(spec, flow.to);
  const addresses = (peer: Peer): string[] => {
    if ('cidr' in peer) return [peer.cidr];
    if ('service' in peer || 'prefixListId' in peer) return [EVERYWHERE];
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
    const own = ownEntries(spec, tier, direction);
    const count = needed.length + own.length;
    if (count > ENTRIES_MAX) {
      const those = own.length > 0 ? ` with the ${own.length} of networkAclRules` : '';
      throw new Terminal(
        'InvalidSpec',
        `spec.tiers[${tier}].networkAcl is Strict and would need ${count} ${direction} entries${those}, of which AWS allows ${ENTRIES_MAX}: name fewer CIDRs or ports in spec.securityGroups, or set networkAcl to None`,
      );
    }
    return [...numbered(needed), ...own].sort((a, b) => a.ruleNumber - b.ruleNumber);
  });
}

/** The entries that a person wrote for one direction. */
function ownEntries(spec: SecureVpcSpec, tier: TierName, direction: AclEntry['direction']): AclEntry[] {
  const rules = spec.tiers.find(({ name }) => name === tier)?.networkAclRules ?? [];
  return rules
    .filter((rule) => rule.direction.toLowerCase() === direction)
    .map((rule) => ({
      direction,
      ruleNumber: rule.ruleNumber,
      action: rule.action === 'Allow' ? 'allow' : 'deny',
      protocol: rule.protocol,
      ...portsOf(rule),
      cidr: rule.cidr,
    }));
}

/** Whether what private subnets send there passes a NAT gateway, which nothing does that a nearer route takes. */
function leavesByNat(spec: SecureVpcSpec, to: Peer): boolean {
  if (spec.nat.mode === 'None') return false;
  if (!('cidr' in to)) return 'prefixListId' in to;
  const nearer = [...blocksOfVpc(spec), ...destinationsOf(spec, 'private')];
  return !nearer.some((block) => contains(block, to.cidr));
}

/** The primary block, and those of the others in which subnets are: an entry for an empty one would only cost quota. */
function insideBlocks(spec: SecureVpcSpec, subnets: readonly PlannedSubnet[]): string[] {
  const [primary = '', ...others] = blocksOfVpc(spec);
  return [primary, ...others.filter((block) => subnets.some(({ cidr }) => contains(block, cidr)))];
}

/** Whether a tier in which members of the group stand reaches any of these addresses by the transit gateway. */
function isByTransitGateway(spec: SecureVpcSpec, outside: Peer, group: SecurityGroupName): boolean {
  const routed = placesOf(spec, group).flatMap((at) => destinationsOf(spec, at));
  // Which addresses a prefix list has, only AWS knows.
  if ('prefixListId' in outside) return routed.length > 0;
  if (!('cidr' in outside)) return false;
  return routed.some((block) => overlaps(block, outside.cidr));
}

function overlaps(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function bothWays(flow: Flow, cidr: string, direction: AclEntry['direction']): Allowed[] {
  const { protocol, fromPort, toPort } = flow;
  const back = direction === 'ingress' ? 'egress' : 'ingress';
  return [
    { direction, purpose: 'request', protocol, fromPort, toPort, cidr },
    ...answersTo(flow).map((answer) => ({ direction: back, purpose: 'answer', ...answer, cidr }) as const),
  ];
}

/** What comes back: to the ports of clients, so that nobody can open what the flow did not. */
function answersTo({ protocol, fromPort }: Flow): Pick<Allowed, 'protocol' | 'fromPort' | 'toPort'>[] {
  const everyIcmp = { protocol: 'icmp', fromPort: EVERY, toPort: EVERY } as const;
  if (protocol === 'tcp' || protocol === 'udp') return [{ protocol, ...EPHEMERAL }];
  if (protocol === 'all')
    return [{ protocol: 'tcp', ...EPHEMERAL }, { protocol: 'udp', ...EPHEMERAL }, everyIcmp];
  if (fromPort === EVERY) return [everyIcmp];
  return fromPort === ECHO.request ? [{ protocol, ...ECHO.reply }] : [];
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
  if (wide.protocol !== 'all' && !(wide.protocol === narrow.protocol && coversPorts(wide, narrow)))
    return false;
  return wide.cidr === narrow.cidr || contains(wide.cidr, narrow.cidr);
}

function coversPorts(wide: Allowed, narrow: Allowed): boolean {
  if (wide.protocol !== 'icmp') return wide.fromPort <= narrow.fromPort && wide.toPort >= narrow.toPort;
  if (wide.fromPort === EVERY) return true;
  return wide.fromPort === narrow.fromPort && (wide.toPort === EVERY || wide.toPort === narrow.toPort);
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
      const { direction, protocol, fromPort, toPort, cidr } = entry;
      return { direction, ruleNumber: number(), action: 'allow', protocol, fromPort, toPort, cidr };
    })
    .sort((a, b) => a.ruleNumber - b.ruleNumber);
}

/** TCP goes unsaid, as it did when it was all there was: the number of an entry comes from this text. */
function textOf({ purpose, protocol, fromPort, toPort, cidr }: Allowed): string {
  return `${purpose}${protocol === 'tcp' ? '' : ` ${protocol}`} ${fromPort}-${toPort} ${cidr}`;
}
