import * as fc from 'fast-check';
import {
  aclRules,
  FOREIGN_LIST,
  groupRules,
  groupRuleSeeds,
  type AclRuleLike,
  type GroupRuleLike,
} from './own-rules.ts';

/** What {@link specs} makes of a SecureVpc's spec; all lists are keyed. */
export interface SpecLike {
  cidr: string;
  secondaryCidrs: string[];
  zones: { count: number } | { names: string[] };
  tiers: TierLike[];
  dns: { support: OnOff; hostnames: OnOff };
  dhcpOptions?: DhcpOptionsLike;
  securityGroups: GroupsLike;
  endpoints: EndpointLike[];
  nat: NatLike;
  transitGateway?: TransitGatewayLike;
  flowLogs: FlowLogsLike;
  tags: Record<string, string>;
  environment?: string;
}
export interface NatLike {
  mode: 'None' | 'Single' | 'PerZone';
  elasticIps: { zone: string; allocationId: string }[];
}
export interface DhcpOptionsLike {
  domainName?: string;
  domainNameServers?: string[];
  netbiosNodeType?: number;
}
export type OnOff = 'Enabled' | 'Disabled';
export interface TierLike {
  name: string;
  subnetPrefixLength?: number;
  networkAcl?: 'Strict' | 'None';
  networkAclRules?: AclRuleLike[];
  subnets?: { zone: string; cidr: string }[];
}
interface PortLike {
  name: string;
  port: number;
}
interface WithRules {
  rules?: GroupRuleLike[];
}
export interface GroupsLike {
  alb?: WithRules & { ingress: { cidrs: string[]; ports: PortLike[] } };
  ecs?: WithRules & { ports: { name: string; fromPort: number; toPort: number }[] };
  data?: WithRules & { ports: PortLike[] };
  endpoints?: WithRules;
  bastion?: WithRules & { adminCidrs: string[]; port: number };
}
export interface EndpointLike {
  service: string;
  type?: 'Gateway' | 'Interface';
  tier?: string;
  privateDns?: OnOff;
}
export interface TransitGatewayLike {
  id: string;
  tier: string;
  routes: { destination: string; tiers?: string[] }[];
  applianceMode: OnOff;
}
interface FlowLogsLike {
  destination: 'CloudWatchLogs' | 'None';
  retentionDays: number;
  trafficType: string;
  maxAggregationIntervalSeconds: number;
}

export const TIERS = ['public', 'private', 'data'];
export const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
export const INTERFACES = ['ecr.api', 'kms', 'logs', 'ssm'];
export const GATEWAYS = ['dynamodb', 's3'];
export const GIVEN_ADDRESS = 'eipalloc-0123456789abcdef0';
/** Further blocks that AWS adds to any of these networks. */
export const BLOCKS = ['100.64.0.0/16', '100.65.0.0/20'];
export const RETENTIONS = [1, 14, 365];

// The ends of the client ports (1024–65535) and their neighbours are where network ACLs get it wrong.
export const port = fc.oneof(
  fc.constantFrom(1, 22, 443, 1023, 1024, 1025, 3306, 65_535),
  fc.integer({ min: 1, max: 65_535 }),
);
const ports = fc
  .uniqueArray(port, { maxLength: 3 })
  .map((numbers) => numbers.map((number) => ({ name: `port-${number}`, port: number })));
const cidrs = fc.uniqueArray(
  fc.constantFrom('0.0.0.0/0', '203.0.113.0/24', '198.51.100.0/25', '192.0.2.7/32', '10.0.0.0/8'),
  { minLength: 1, maxLength: 3 },
);
const adminCidrs = fc.uniqueArray(
  fc.constantFrom('203.0.113.0/24', '198.51.100.0/25', '192.0.2.7/32', '10.0.0.0/8'),
  { minLength: 1 },
);
const ranges = fc
  .uniqueArray(
    fc.oneof(
      fc.constantFrom([1024, 65_535], [32_768, 65_535], [1, 65_535], [1023, 65_535], [1024, 65_534]),
      fc
        .tuple(port, fc.integer({ min: 0, max: 5000 }))
        .map(([from, width]) => [from, Math.min(from + width, 65_535)]),
    ),
    { maxLength: 3, selector: ([from, to]) => `${from}-${to}` },
  )
  .map((list) =>
    list.map(([fromPort = 1, toPort = 1]) => ({ name: `range-${fromPort}-${toPort}`, fromPort, toPort })),
  );

export const groupMakers = {
  alb: fc.record({ ingress: fc.record({ cidrs, ports }) }),
  ecs: fc.record({ ports: ranges }),
  data: fc.record({ ports }),
  endpoints: fc.constant({}),
  bastion: fc.record({ adminCidrs, port }),
};
const securityGroups: fc.Arbitrary<GroupsLike> = fc.record(groupMakers, { requiredKeys: [] });

const zones = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    names: fc
      .uniqueArray(fc.constantFrom(...LETTERS), { minLength: 1 })
      .map((letters) => letters.map((letter) => `us-east-1${letter}`)),
  }),
);
const flowLogs: fc.Arbitrary<FlowLogsLike> = fc.record({
  destination: fc.constantFrom('CloudWatchLogs', 'None'),
  retentionDays: fc.constantFrom(...RETENTIONS),
  trafficType: fc.constantFrom('ALL', 'ACCEPT', 'REJECT'),
  maxAggregationIntervalSeconds: fc.constantFrom(60, 600),
});
/** Outside every network; the first is one from which connections may come. */
export const FAR = ['203.0.113.0/24', '172.16.0.0/12', '192.168.7.0/24'];
export const GATEWAY_IDS = ['tgw-0123456789abcdef0', 'tgw-0fedcba9876543210'];
const transitGateway = fc.record({
  id: fc.constantFrom(...GATEWAY_IDS),
  home: fc.nat(),
  blocks: fc.uniqueArray(fc.tuple(fc.constantFrom(...FAR), fc.boolean()), { selector: ([block]) => block }),
  applianceMode: fc.constantFrom<OnOff>('Enabled', 'Disabled'),
});
/** The order of name servers counts. */
export const NAME_SERVERS = [['10.0.0.2', '192.0.2.53'], ['192.0.2.53', '10.0.0.2'], ['AmazonProvidedDNS']];
const dhcpOptions: fc.Arbitrary<DhcpOptionsLike> = fc.record(
  {
    domainName: fc.constantFrom('corp.example.com', 'example.org'),
    domainNameServers: fc.constantFrom(...NAME_SERVERS),
    netbiosNodeType: fc.constantFrom(2, 8),
  },
  { requiredKeys: ['domainName'] },
);
const tags = fc.dictionary(
  fc.constantFrom('team', 'cost center', 'Größe', 'k8s.io/x', 'Name', 'ENVIRONMENT'),
  fc.constantFrom('', 'x', 'a/b@c', 'ü'),
  { maxKeys: 4 },
);

const perTier = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 3, maxLength: 3 });

/** Specs of all shapes that AWS could finish: valid by construction, and so compiled without a refusal. */
export const specs: fc.Arbitrary<SpecLike> = fc
  .record({
    vpc: fc.integer({ min: 16, max: 22 }),
    base: fc.integer({ min: 0, max: 255 }),
    zones,
    tierNames: fc.uniqueArray(fc.constantFrom(...TIERS), { minLength: 1 }),
    smaller: perTier(fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined })),
    open: perTier(fc.boolean()),
    aclRules: perTier(aclRules),
    given: perTier(fc.option(fc.nat(), { nil: undefined })),
    further: fc.subarray(BLOCKS),
    outside: perTier(fc.boolean()),
    dns: fc.constantFrom<SpecLike['dns']>(
      { support: 'Enabled', hostnames: 'Enabled' },
      { support: 'Enabled', hostnames: 'Disabled' },
      { support: 'Disabled', hostnames: 'Disabled' },
    ),
    dhcp: fc.option(dhcpOptions, { nil: undefined }),
    securityGroups,
    ownRules: groupRuleSeeds,
    gateways: fc.uniqueArray(fc.constantFrom(...GATEWAYS)),
    interfaces: fc.uniqueArray(fc.constantFrom(...INTERFACES, ...GATEWAYS)),
    homes: fc.array(fc.tuple(fc.nat(), fc.boolean()), { minLength: 6, maxLength: 6 }),
    nat: fc.constantFrom<NatLike['mode']>('None', 'Single', 'PerZone'),
    givenAddress: fc.option(fc.nat(), { nil: undefined }),
    transit: fc.option(transitGateway, { nil: undefined }),
    flowLogs,
    tags,
    environment: fc.option(fc.constantFrom('dev', 'prod'), { nil: undefined }),
  })
  .map((made) => {
    const letters = lettersOf(made);
    const named = made.dns.hostnames === 'Enabled';
    const tiers = made.tierNames.map((name, index): TierLike => {
      const zone = made.given[index];
      const letter = zone === undefined ? undefined : letters[zone % letters.length];
      const further = made.outside[index] ? made.further[0] : undefined;
      return {
        name,
        ...(made.smaller[index] !== undefined && {
          subnetPrefixLength: Math.min(made.vpc + 6 + made.smaller[index], 28),
        }),
        networkAcl: made.open[index] ? 'Strict' : 'None',
        ...(made.open[index] && { networkAclRules: made.aclRules[index] ?? [] }),
        ...(letter !== undefined && {
          subnets: [
            {
              zone: letter,
              cidr:
                further === undefined
                  ? farBlock(made.base, made.vpc, index)
                  : further.replace(/\.0\.0\/.*$/, `.${index}.0/24`),
            },
          ],
        }),
      };
    });
    const hasWay = ['public', 'private'].every((name) => made.tierNames.includes(name));
    const mode = hasWay ? made.nat : 'None';
    const addressed = mode === 'None' || made.givenAddress === undefined ? [] : [made.givenAddress];
    const interfaces = 'endpoints' in made.securityGroups ? made.interfaces : [];
    return {
      cidr: `10.${made.base}.0.0/${made.vpc}`,
      secondaryCidrs: made.further,
      zones: made.zones,
      tiers,
      dns: made.dns,
      ...(made.dhcp && { dhcpOptions: made.dhcp }),
      securityGroups: withOwnRules(made.securityGroups, made.ownRules),
      endpoints: [
        ...made.gateways
          .filter((service) => !interfaces.includes(service))
          .map((service): EndpointLike => ({ service })),
        ...interfaces.map((service, index): EndpointLike => {
          const [home, wanted] = made.homes[index] ?? [0, false];
          const twoSorts = GATEWAYS.includes(service);
          return {
            service,
            ...(twoSorts && { type: 'Interface' as const }),
            tier: made.tierNames[home % made.tierNames.length] ?? 'private',
            privateDns: named && wanted && !twoSorts ? 'Enabled' : 'Disabled',
          };
        }),
      ],
      nat: {
        mode,
        elasticIps: addressed.map((zone) => ({
          zone: letters[zone % letters.length] ?? 'a',
          allocationId: GIVEN_ADDRESS,
        })),
      },
      ...(made.transit && { transitGateway: placed(made.transit, made.tierNames) }),
      flowLogs: made.flowLogs,
      tags: made.tags,
      ...(made.environment !== undefined && { environment: made.environment }),
    };
  });

/** The groups with their own rules; a group without any says nothing of them. */
function withOwnRules(groups: GroupsLike, seeds: Parameters<typeof groupRules>[0]): GroupsLike {
  const rules = groupRules(seeds, Object.keys(groups).sort());
  return Object.fromEntries(
    Object.entries(groups).map(([name, group]) => [
      name,
      rules.has(name) ? { ...group, rules: rules.get(name) } : group,
    ]),
  );
}

/** Attached in one of the tiers that there are, with routes in that one or in those that get them by default. */
function placed(
  {
    id,
    home,
    blocks,
    applianceMode,
  }: { id: string; home: number; blocks: [string, boolean][]; applianceMode: OnOff },
  tierNames: readonly string[],
): TransitGatewayLike {
  const tier = tierNames[home % tierNames.length] ?? 'private';
  return {
    id,
    tier,
    routes: blocks.map(([destination, own]) => ({ destination, ...(own && { tiers: [tier] }) })),
    applianceMode,
  };
}

/** A block in the last eighth of the VPC, where no tier's slots are. */
function farBlock(base: number, vpc: number, index: number): string {
  const address = base * 2 ** 16 + (56 + index) * 2 ** (32 - vpc - 6);
  return `10.${[16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')}/${vpc + 6}`;
}

/** The letters of the zones that a spec uses where all six are open. */
export function lettersOf({ zones }: Pick<SpecLike, 'zones'>): string[] {
  return 'count' in zones ? LETTERS.slice(0, zones.count) : zones.names.map((zone) => zone.slice(-1)).sort();
}

/** What takes AWS its time: the sorts of thing whose users wait until it is usable. */
export function slowIn({ nat, transitGateway, secondaryCidrs }: SpecLike): number {
  return [nat.mode !== 'None', transitGateway !== undefined, secondaryCidrs.length > 0].filter(Boolean)
    .length;
}

/** What specs name and an AWS has to know. */
export interface Known {
  readonly gateways: readonly string[];
  readonly address: string;
  readonly prefixList: string;
}

/** The spec with ids that an AWS knows instead of the made-up ones. */
export function withIds(spec: SpecLike, { gateways, address, prefixList }: Known): SpecLike {
  const ids = [
    ...GATEWAY_IDS.map((id, index) => [id, gateways[index] ?? id]),
    [GIVEN_ADDRESS, address],
    [FOREIGN_LIST, prefixList],
  ];
  const text = ids.reduce((now, [id = '', real = '']) => now.replaceAll(id, real), JSON.stringify(spec));
  return JSON.parse(text) as SpecLike;
}

/** Whether an endpoint has network interfaces. */
export function isInterface(endpoint: EndpointLike): boolean {
  return endpoint.type === 'Interface' || !GATEWAYS.includes(endpoint.service);
}

/** The spec with the items of all its lists in another order, but for those whose order counts. */
export function shuffled(spec: SpecLike, order: readonly number[]): SpecLike {
  let next = 0;
  const shuffle = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const keyed = value.map((item) => [order[next++ % order.length] ?? 0, shuffle(item)] as const);
      return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
    }
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, key === 'domainNameServers' ? item : shuffle(item)]),
    );
  };
  return shuffle(spec) as SpecLike;
}
