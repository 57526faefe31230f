import * as fc from 'fast-check';

/** A rule of a group, as a manifest has it. */
export interface GroupRuleLike {
  name: string;
  direction: 'Ingress' | 'Egress';
  protocol?: 'tcp' | 'udp' | 'icmp' | 'all';
  fromPort?: number;
  toPort?: number;
  icmpType?: number;
  icmpCode?: number;
  cidr?: string;
  group?: string;
  prefixList?: string;
  exposure?: 'Internet';
}
/** A rule of a tier's network ACL. */
export interface AclRuleLike extends Omit<GroupRuleLike, 'group' | 'prefixList'> {
  ruleNumber: number;
  action: 'Allow' | 'Deny';
  cidr: string;
}

/** A prefix list of somebody's own. */
export const FOREIGN_LIST = 'pl-0123456789abcdef0';
/** Groups that may be told to let everybody in. */
const OPEN_GROUPS = new Set(['alb', 'ecs']);
const EVERYBODY = '0.0.0.0/0';

type Traffic = Pick<GroupRuleLike, 'protocol' | 'fromPort' | 'toPort' | 'icmpType' | 'icmpCode'>;
const ports = fc
  .tuple(fc.constantFrom(53, 443, 1023, 1024, 8125, 65_000), fc.constantFrom(0, 1, 500))
  .map(([fromPort, width]) => ({ fromPort, ...(width > 0 && { toPort: fromPort + width }) }));
const traffic: fc.Arbitrary<Traffic> = fc.oneof(
  { weight: 3, arbitrary: ports },
  { weight: 2, arbitrary: ports.map((range) => ({ protocol: 'udp' as const, ...range })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Traffic>(
      { protocol: 'icmp' },
      { protocol: 'icmp', icmpType: 8 },
      { protocol: 'icmp', icmpType: 3, icmpCode: 4 },
      { protocol: 'all' },
    ),
  },
);
const direction = fc.constantFrom<GroupRuleLike['direction']>('Ingress', 'Egress');
const CIDRS = ['203.0.113.0/24', '192.0.2.7/32', '172.16.0.0/12', '10.0.0.0/8', EVERYBODY];

/** Rules before it is known which groups there are: `home` and `peer` choose among them. */
export const groupRuleSeeds = fc.array(
  fc.record({ home: fc.nat(), peer: fc.nat(), sort: fc.nat({ max: 3 }), direction, traffic }),
  { maxLength: 3 },
);

/** The rules of each group that is there, no two of which open the same. */
export function groupRules(
  seeds: readonly {
    home: number;
    peer: number;
    sort: number;
    direction: GroupRuleLike['direction'];
    traffic: Traffic;
  }[],
  groups: readonly string[],
): Map<string, GroupRuleLike[]> {
  const rules = new Map<string, GroupRuleLike[]>();
  const seen = new Set<string>();
  for (const [index, seed] of seeds.entries()) {
    const home = groups[seed.home % groups.length];
    if (home === undefined) continue;
    const peer = peerFor(seed, home, groups);
    const key = openedBy(home, { direction: seed.direction, ...seed.traffic, ...peer });
    if (peer === undefined || seen.has(key)) continue;
    seen.add(key);
    const rule = { name: `own-${index}`, direction: seed.direction, ...seed.traffic, ...peer };
    rules.set(home, [...(rules.get(home) ?? []), rule]);
  }
  return rules;
}

function peerFor(
  { peer, sort, direction: way }: { peer: number; sort: number; direction: string },
  home: string,
  groups: readonly string[],
): Partial<GroupRuleLike> | undefined {
  if (sort === 0) return { group: groups[peer % groups.length] ?? home };
  if (sort === 1) return { prefixList: ['s3', FOREIGN_LIST][peer % 2] ?? 's3' };
  const cidr = CIDRS[peer % CIDRS.length] ?? EVERYBODY;
  if (cidr !== EVERYBODY || way === 'Egress') return { cidr };
  return OPEN_GROUPS.has(home) ? { cidr, exposure: 'Internet' } : undefined;
}

/** The connections of a rule: one to a group may be written at either end. */
function openedBy(home: string, rule: Omit<GroupRuleLike, 'name'>): string {
  const {
    direction: way,
    cidr,
    group,
    prefixList,
    exposure: _,
    protocol = 'tcp',
    fromPort,
    toPort = fromPort,
  } = rule;
  const peer = cidr ?? group ?? prefixList;
  const ends = way === 'Ingress' ? [peer, home] : [home, peer];
  return JSON.stringify([ends, protocol, fromPort, toPort, rule.icmpType, rule.icmpCode]);
}

/** Rules of a network ACL, each with a number of its own. */
export const aclRules: fc.Arbitrary<AclRuleLike[]> = fc
  .uniqueArray(
    fc.record({
      ruleNumber: fc.constantFrom(1, 100, 9999, 30_000, 32_766),
      action: fc.constantFrom<AclRuleLike['action']>('Allow', 'Deny'),
      direction,
      traffic,
      cidr: fc.constantFrom(...CIDRS),
    }),
    { maxLength: 2, selector: ({ ruleNumber }) => ruleNumber },
  )
  .map((made) =>
    made
      .filter((rule) => !letsEverybodyIn(rule))
      .map(({ traffic: about, ...rule }) => ({ name: `own-${rule.ruleNumber}`, ...rule, ...about })),
  );

/** Whether a rule of an ACL needs to say that it means everybody. */
export function letsEverybodyIn({
  action,
  direction: way,
  cidr,
}: Pick<AclRuleLike, 'action' | 'direction' | 'cidr'>) {
  return action === 'Allow' && way === 'Ingress' && cidr === EVERYBODY;
}
