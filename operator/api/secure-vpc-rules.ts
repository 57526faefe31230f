import { cidrWithin } from './fields.ts';
import { parseIpv4Cidr } from './cidr.ts';
import { type Endpoint, endpointType, IS_INTERFACE, type TierName } from './endpoints.ts';
import type { Nat } from './nat.ts';
import type { Rule } from './rule.ts';

/** The part of a SecureVpc's spec that rules across fields look at. */
interface Spec {
  region: string;
  cidr: string;
  secondaryCidrs: string[];
  zones: { names?: string[] | undefined };
  dns: { support: string; hostnames: string };
  tiers: {
    name: TierName;
    subnetPrefixLength?: number | undefined;
    subnets: { zone: string; cidr: string }[];
  }[];
  securityGroups: { endpoints?: object | undefined };
  endpoints: Endpoint[];
  nat: Nat;
  transitGateway?:
    { tier: TierName; routes: { destination: string; tiers?: TierName[] | undefined }[] } | undefined;
}

/** Finds the first offender and shows it in the message. */
function first<T>(of: (self: Spec) => T | undefined, cel: string, text: (found: T) => string) {
  return {
    cel,
    of: (self: Spec) => {
      const found = of(self);
      return found === undefined ? '' : text(found);
    },
  };
}

const foreignZone = (self: Spec) =>
  self.zones.names?.find((zone) => !(zone.startsWith(self.region) && zone.length === self.region.length + 1));
const IN_REGION = '(zone.startsWith(self.region) && zone.size() == self.region.size() + 1)';

export const zoneRules: readonly Rule<Spec>[] = [
  {
    cel: `!has(self.zones.names) || self.zones.names.all(zone, ${IN_REGION})`,
    message:
      'zone {zone} is not in region {self.region}: name zones of this region, for example {self.region}a',
    path: ['zones', 'names'],
    check: (self) => foreignZone(self) === undefined,
    show: { zone: first(foreignZone, `self.zones.names.filter(zone, !${IN_REGION})[0]`, (zone) => zone) },
  },
];

// Of two blocks that overlap, one contains the other.
const overlap = (one: string, other: string) => cidrWithin(one, other) || cidrWithin(other, one);
const secondary = (self: Spec) =>
  parseIpv4Cidr(self.cidr) ? self.secondaryCidrs.filter((block) => parseIpv4Cidr(block)) : [];
const besides = (self: Spec, block: string) => [
  self.cidr,
  ...secondary(self).filter((other) => other !== block),
];
const doubled = (self: Spec) =>
  secondary(self).find((block) => besides(self, block).some((other) => overlap(block, other)));
const overlapOf = (b: string, c: string) =>
  `(cidr(${b}).containsCIDR(cidr(${c})) || cidr(${c}).containsCIDR(cidr(${b})))`;
const DOUBLED = `isCIDR(b) && (${overlapOf('b', 'self.cidr')} || self.secondaryCidrs.exists(c, c != b && isCIDR(c) && ${overlapOf('b', 'c')}))`;

/** Ranges that AWS adds to no VPC, and the private ones, of which a VPC has blocks of one only (Amazon VPC User Guide, "IPv4 CIDR block association restrictions"). */
const NEVER = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.31.0.0/16', '198.19.0.0/16', '224.0.0.0/4'];
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const listOf = (blocks: readonly string[]) => `[${blocks.map((block) => `'${block}'`).join(', ')}]`;
const restricted = (self: Spec) =>
  secondary(self).find(
    (block) =>
      NEVER.some((range) => cidrWithin(range, block)) ||
      PRIVATE.some((range) => cidrWithin(range, block) && !cidrWithin(range, self.cidr)) ||
      (cidrWithin('10.0.0.0/16', block) &&
        besides(self, block).some((other) => cidrWithin('10.0.0.0/15', other))),
  );
const RESTRICTED = [
  `${listOf(NEVER)}.exists(r, cidr(r).containsCIDR(cidr(b)))`,
  `${listOf(PRIVATE)}.exists(r, cidr(r).containsCIDR(cidr(b)) && !cidr(r).containsCIDR(cidr(self.cidr)))`,
  "(cidr('10.0.0.0/16').containsCIDR(cidr(b)) && (cidr('10.0.0.0/15').containsCIDR(cidr(self.cidr)) || self.secondaryCidrs.exists(c, c != b && isCIDR(c) && cidr('10.0.0.0/15').containsCIDR(cidr(c)))))",
].join(' || ');

/** The first of the further blocks of which the condition holds. */
function firstBlock(of: (self: Spec) => string | undefined, condition: string) {
  return first(of, `self.secondaryCidrs.filter(b, ${condition})[0]`, (block) => block);
}

export const blockRules: readonly Rule<Spec>[] = [
  {
    cel: `!isCIDR(self.cidr) || !has(self.secondaryCidrs) || !self.secondaryCidrs.exists(b, ${DOUBLED})`,
    message:
      'block {block} of secondaryCidrs overlaps another block of the VPC: give blocks that have nothing in common',
    path: ['secondaryCidrs'],
    check: (self) => doubled(self) === undefined,
    show: { block: firstBlock(doubled, DOUBLED) },
  },
  {
    cel: `!isCIDR(self.cidr) || !has(self.secondaryCidrs) || !self.secondaryCidrs.exists(b, isCIDR(b) && (${RESTRICTED}))`,
    message:
      'block {block} of secondaryCidrs is one that AWS does not add to a VPC of {self.cidr}: take one of the same private range, of 100.64.0.0/10 or a public one, but none of 172.31.0.0/16, 198.19.0.0/16, nor of 10.0.0.0/16 beside 10.0.0.0/15',
    path: ['secondaryCidrs'],
    check: (self) => restricted(self) === undefined,
    show: { block: firstBlock(restricted, `isCIDR(b) && (${RESTRICTED})`) },
  },
];

/** A computed subnet gets a fixed place in the VPC: an eighth for its tier, an eighth of that for its zone. */
const PLACE_BITS = 6;
const LONGEST = 28 - PLACE_BITS;
const vpcPrefix = (self: Spec) => parseIpv4Cidr(self.cidr)?.prefix ?? 0;
const computed = (self: Spec) => self.tiers.filter((tier) => tier.subnets.length === 0);
const COMPUTED = '(!has(t.subnets) || t.subnets.size() == 0)';
const bigTier = (self: Spec) =>
  computed(self).find((tier) => (tier.subnetPrefixLength ?? 32) < vpcPrefix(self) + PLACE_BITS);
const BIG_TIER = `${COMPUTED} && has(t.subnetPrefixLength) && t.subnetPrefixLength < cidr(self.cidr).prefixLength() + ${PLACE_BITS}`;

const given = (self: Spec) =>
  self.tiers.flatMap((tier) => tier.subnets.map((subnet) => ({ tier: tier.name, ...subnet })));
const outside = (self: Spec) =>
  given(self).find(
    (subnet) => ![self.cidr, ...secondary(self)].some((block) => cidrWithin(block, subnet.cidr)),
  );
const INSIDE =
  '(!isCIDR(s.cidr) || cidr(self.cidr).containsCIDR(cidr(s.cidr)) || (has(self.secondaryCidrs) && self.secondaryCidrs.exists(b, isCIDR(b) && cidr(b).containsCIDR(cidr(s.cidr)))))';
const overlapping = (self: Spec) =>
  given(self).find((subnet) =>
    given(self).some(
      (other) =>
        !(other.tier === subnet.tier && other.zone === subnet.zone) && cidrWithin(subnet.cidr, other.cidr),
    ),
  );
// Of two blocks that overlap, one contains the other.
const OVERLAPS =
  'self.tiers.exists(u, has(u.subnets) && u.subnets.exists(v, !(t.name == u.name && s.zone == v.zone) && isCIDR(s.cidr) && isCIDR(v.cidr) && cidr(s.cidr).containsCIDR(cidr(v.cidr))))';

/** The block of the first subnet `s` of tier `t` of which the condition holds. */
function firstSubnet(of: (self: Spec) => { cidr: string } | undefined, condition: string) {
  return first(
    of,
    `self.tiers.map(t, has(t.subnets), t.subnets.filter(s, ${condition})).filter(found, found.size() > 0)[0][0].cidr`,
    (subnet) => subnet.cidr,
  );
}

export const tierRules: readonly Rule<Spec>[] = [
  {
    cel: `!isCIDR(self.cidr) || cidr(self.cidr).prefixLength() <= ${LONGEST} || !self.tiers.exists(t, ${COMPUTED})`,
    message: `{self.cidr} is too small to compute subnets in: use a block from /16 to /${LONGEST}, or give every tier its subnets`,
    path: ['cidr'],
    check: (self) => vpcPrefix(self) <= LONGEST || computed(self).length === 0,
  },
  {
    cel: `!isCIDR(self.cidr) || !self.tiers.exists(t, ${BIG_TIER})`,
    message:
      'subnetPrefixLength {prefix} of tier {tier} does not fit: a subnet in {self.cidr} has room for /{least}, so use {least} or more',
    path: ['tiers'],
    check: (self) => bigTier(self) === undefined,
    show: {
      prefix: first(bigTier, `self.tiers.filter(t, ${BIG_TIER})[0].subnetPrefixLength`, (tier) =>
        String(tier.subnetPrefixLength),
      ),
      tier: first(bigTier, `self.tiers.filter(t, ${BIG_TIER})[0].name`, (tier) => tier.name),
      least: {
        cel: `cidr(self.cidr).prefixLength() + ${PLACE_BITS}`,
        of: (self) => String(vpcPrefix(self) + PLACE_BITS),
      },
    },
  },
  {
    cel: `!isCIDR(self.cidr) || self.tiers.all(t, !has(t.subnets) || t.subnets.all(s, ${INSIDE}))`,
    message:
      'subnet {subnet} is not in a block of the VPC, {self.cidr} or one of secondaryCidrs: choose a block inside one of them',
    path: ['tiers'],
    check: (self) => outside(self) === undefined,
    show: { subnet: firstSubnet(outside, `!${INSIDE}`) },
  },
  {
    cel: `!self.tiers.exists(t, has(t.subnets) && t.subnets.exists(s, ${OVERLAPS}))`,
    message: 'subnet {subnet} overlaps another: give every subnet a block of its own',
    path: ['tiers'],
    check: (self) => overlapping(self) === undefined,
    show: { subnet: firstSubnet(overlapping, OVERLAPS) },
  },
];

const interfaces = (self: Spec) =>
  self.endpoints.filter((endpoint) => endpointType(endpoint) === 'Interface');
const homeless = (self: Spec) =>
  interfaces(self).find((endpoint) => !self.tiers.some((tier) => tier.name === endpoint.tier));
const TIER = "(has(e.tier) ? e.tier : 'private')";
const HOMELESS = `${IS_INTERFACE} && !self.tiers.exists(t, t.name == ${TIER})`;
const nameless = (self: Spec) =>
  self.dns.support === 'Enabled' && self.dns.hostnames === 'Enabled'
    ? undefined
    : interfaces(self).find((endpoint) => endpoint.privateDns === 'Enabled');
const PRIVATE_DNS = `${IS_INTERFACE} && (!has(e.privateDns) || e.privateDns == 'Enabled')`;

/** Rules that tie endpoints to what they stand on. */
export const endpointRules: readonly Rule<Spec>[] = [
  {
    cel: `has(self.securityGroups.endpoints) || !self.endpoints.exists(e, ${IS_INTERFACE})`,
    message: 'interface endpoint {service} has no security group: add securityGroups.endpoints: {}',
    path: ['endpoints'],
    check: (self) => self.securityGroups.endpoints !== undefined || interfaces(self).length === 0,
    show: {
      service: first(
        (self) => interfaces(self)[0],
        `self.endpoints.filter(e, ${IS_INTERFACE})[0].service`,
        (e) => e.service,
      ),
    },
  },
  {
    cel: `!self.endpoints.exists(e, ${HOMELESS})`,
    message:
      'endpoint {service} is to be in tier {tier}, which spec.tiers does not have: add the tier, or give the endpoint another',
    path: ['endpoints'],
    check: (self) => homeless(self) === undefined,
    show: {
      service: first(
        homeless,
        `self.endpoints.filter(e, ${HOMELESS})[0].service`,
        (endpoint) => endpoint.service,
      ),
      tier: first(
        homeless,
        `self.endpoints.filter(e, ${HOMELESS}).map(e, ${TIER})[0]`,
        (endpoint) => endpoint.tier,
      ),
    },
  },
  {
    cel: `(self.dns.support == 'Enabled' && self.dns.hostnames == 'Enabled') || !self.endpoints.exists(e, ${PRIVATE_DNS})`,
    message:
      'endpoint {service} wants private DNS, which needs dns.support and dns.hostnames Enabled: enable both, or set its privateDns to Disabled',
    path: ['dns'],
    check: (self) => nameless(self) === undefined,
    show: {
      service: first(
        nameless,
        `self.endpoints.filter(e, ${PRIVATE_DNS})[0].service`,
        (endpoint) => endpoint.service,
      ),
    },
  },
];

const tierFor = (self: Spec, name: TierName) =>
  self.nat.mode === 'None' || self.tiers.some((tier) => tier.name === name);
const HAS_NAT = "has(self.nat) && has(self.nat.mode) && self.nat.mode != 'None'";

/** Rules that tie NAT gateways to what they stand in and whom they serve. */
export const natRules: readonly Rule<Spec>[] = [
  {
    cel: `!(${HAS_NAT}) || self.tiers.exists(t, t.name == 'public')`,
    message:
      'nat.mode {self.nat.mode} puts NAT gateways in the public tier, which spec.tiers does not have: add the tier public, or set nat.mode to None',
    path: ['nat'],
    check: (self) => tierFor(self, 'public'),
  },
  {
    cel: `!(${HAS_NAT}) || self.tiers.exists(t, t.name == 'private')`,
    message:
      'nat.mode {self.nat.mode} is for the private tier, which spec.tiers does not have: add the tier private, or set nat.mode to None',
    path: ['nat'],
    check: (self) => tierFor(self, 'private'),
  },
];

const hasTier = (self: Spec, tier: TierName) => self.tiers.some(({ name }) => name === tier);
const unplaced = (self: Spec) =>
  self.transitGateway && !hasTier(self, self.transitGateway.tier) ? self.transitGateway.tier : undefined;
const GATEWAY = 'self.transitGateway';
const GATEWAY_TIER = `(has(${GATEWAY}.tier) ? ${GATEWAY}.tier : 'private')`;
const routesOf = (self: Spec) => self.transitGateway?.routes ?? [];
const ROUTES = `has(${GATEWAY}) && has(${GATEWAY}.routes)`;
const strayed = (self: Spec) =>
  routesOf(self).find((route) => route.tiers?.some((tier) => !hasTier(self, tier)));
const STRAYED = 'has(r.tiers) && r.tiers.exists(n, !self.tiers.exists(t, t.name == n))';
const inner = (self: Spec) => routesOf(self).find((route) => cidrWithin(self.cidr, route.destination));
const INNER =
  'isCIDR(self.cidr) && isCIDR(r.destination) && cidr(self.cidr).containsCIDR(cidr(r.destination))';
const ofInternet = (self: Spec) =>
  routesOf(self).find(
    ({ destination, tiers }) =>
      destination === '0.0.0.0/0' &&
      (tiers ? tiers.includes('public') : self.tiers.every(({ name }) => name === 'public')),
  );
const OF_INTERNET =
  "r.destination == '0.0.0.0/0' && (has(r.tiers) ? 'public' in r.tiers : self.tiers.all(t, t.name == 'public'))";

/** The destination of the first route of which the condition holds. */
function firstRoute(of: (self: Spec) => { destination: string } | undefined, condition: string) {
  return first(of, `${GATEWAY}.routes.filter(r, ${condition})[0].destination`, (route) => route.destination);
}

/** Rules that tie the attachment to a transit gateway to the tiers and blocks of the network. */
export const transitGatewayRules: readonly Rule<Spec>[] = [
  {
    cel: `!has(${GATEWAY}) || self.tiers.exists(t, t.name == ${GATEWAY_TIER})`,
    message:
      'the transit gateway is to be in tier {tier}, which spec.tiers does not have: add the tier, or give transitGateway.tier another',
    path: ['transitGateway'],
    check: (self) => unplaced(self) === undefined,
    show: { tier: first(unplaced, GATEWAY_TIER, (tier) => tier) },
  },
  {
    cel: `!(${ROUTES}) || !${GATEWAY}.routes.exists(r, ${STRAYED})`,
    message:
      'the route to {destination} names a tier that spec.tiers does not have: add the tier, or leave it out of the route',
    path: ['transitGateway'],
    check: (self) => strayed(self) === undefined,
    show: { destination: firstRoute(strayed, STRAYED) },
  },
  {
    cel: `!(${ROUTES}) || !${GATEWAY}.routes.exists(r, ${INNER})`,
    message:
      'the route to {destination} lies inside the VPC, {self.cidr}, where AWS takes none to a transit gateway: route a block outside it',
    path: ['transitGateway'],
    check: (self) => inner(self) === undefined,
    show: { destination: firstRoute(inner, INNER) },
  },
  {
    cel: `!(${ROUTES}) || !${GATEWAY}.routes.exists(r, ${OF_INTERNET})`,
    message:
      'the route to {destination} cannot be in tier public, whose default route leads to the internet: leave public out of its tiers',
    path: ['transitGateway'],
    check: (self) => ofInternet(self) === undefined,
    show: { destination: firstRoute(ofInternet, OF_INTERNET) },
  },
];
