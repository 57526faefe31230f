import { z } from 'zod';
import { parseIpv4Cidr } from './cidr.ts';
import { anyIpv4Cidr, LabelSchema, listMap, PortSchema } from './fields.ts';
import { matches, type Rule, withRules } from './rule.ts';

/** Groups that a rule may name. */
export const GROUP_NAMES = ['alb', 'ecs', 'data', 'endpoints', 'bastion'] as const;

/** A block with fewer bits than this is taken for everybody: nobody's own network is larger than 10.0.0.0/8. */
const NETWORK_BITS = 8;

const direction = z
  .enum(['Ingress', 'Egress'])
  .describe('Ingress is for what comes in, Egress for what goes out.');
const number255 = z.int().min(0).max(255).optional();
/** What a packet is, besides where it comes from or goes to. */
const traffic = {
  protocol: z
    .enum(['tcp', 'udp', 'icmp', 'all'])
    .default('tcp')
    .describe('The protocol; all has neither ports nor types.'),
  fromPort: PortSchema.optional().describe('First port; tcp and udp need it, the others have none.'),
  toPort: PortSchema.optional().describe('Last port. The default is `fromPort`.'),
  icmpType: number255.describe('Type of icmp, as 8 for echo requests. The default is every type.'),
  icmpCode: number255.describe('Code of the type. The default is every code.'),
};
/** Says that a rule which lets everybody in is meant to. */
const exposure = z
  .enum(['Internet'])
  .optional()
  .describe(
    'Says that everybody is meant: a rule that lets in a block larger than /8 needs it, and no other may have it.',
  );

interface Traffic {
  direction: string;
  protocol?: string | undefined;
  fromPort?: number | undefined;
  toPort?: number | undefined;
  icmpType?: number | undefined;
  icmpCode?: number | undefined;
  cidr?: string | undefined;
}

const hasPorts = (self: Traffic) => ['tcp', 'udp'].includes(self.protocol ?? 'tcp');

/** What AWS takes of ports and types with each protocol. */
const trafficRules: readonly Rule<Traffic>[] = [
  {
    cel: "((has(self.protocol) ? self.protocol : 'tcp') in ['tcp', 'udp']) == has(self.fromPort)",
    message: 'rule {self.name}: tcp and udp need fromPort, icmp and all have no ports',
    path: ['fromPort'],
    check: (self) => hasPorts(self) === (self.fromPort !== undefined),
  },
  {
    cel: '!has(self.toPort) || (has(self.fromPort) && self.fromPort <= self.toPort)',
    message: 'rule {self.name}: toPort is less than fromPort, or without it: give both, the lower one first',
    path: ['toPort'],
    check: ({ fromPort, toPort }) => toPort === undefined || (fromPort !== undefined && fromPort <= toPort),
  },
  {
    cel: "!(has(self.icmpType) || has(self.icmpCode)) || (has(self.protocol) && self.protocol == 'icmp' && has(self.icmpType))",
    message:
      'rule {self.name}: icmpType and icmpCode are for protocol icmp, and a code goes with its type: set protocol to icmp and give the type, or leave them out',
    path: ['icmpType'],
    check: ({ protocol, icmpType, icmpCode }) =>
      (icmpType === undefined && icmpCode === undefined) || (protocol === 'icmp' && icmpType !== undefined),
  },
];

/** Whether a rule lets in a block so large that it means everybody. */
function isForEverybody(self: Traffic): boolean {
  const prefix = self.cidr === undefined ? undefined : parseIpv4Cidr(self.cidr)?.prefix;
  return self.direction === 'Ingress' && prefix !== undefined && prefix < NETWORK_BITS;
}
const FOR_EVERYBODY = `self.direction == 'Ingress' && has(self.cidr) && isCIDR(self.cidr) && cidr(self.cidr).prefixLength() < ${NETWORK_BITS}`;

/** `isOpening` tells in both languages which rules open anything at all. */
function exposureRules(opening: {
  cel: string;
  check: (self: { action?: string }) => boolean;
}): readonly Rule<Traffic & { action?: string; exposure?: string | undefined }>[] {
  const everybody = `${opening.cel}${FOR_EVERYBODY}`;
  const isOpen = (self: Traffic & { action?: string }) => opening.check(self) && isForEverybody(self);
  return [
    {
      cel: `!(${everybody}) || has(self.exposure)`,
      message:
        'rule {self.name} would let everybody in, from {self.cidr}: list the networks that may come in, or, where everybody may, say so with exposure: Internet',
      path: ['cidr'],
      check: (self) => !isOpen(self) || self.exposure !== undefined,
    },
    {
      cel: `!has(self.exposure) || (${everybody})`,
      message:
        'rule {self.name} has exposure: Internet and does not let everybody in: take it away, so that nobody opens the rule later without a word',
      path: ['exposure'],
      check: (self) => self.exposure === undefined || isOpen(self),
    },
  ];
}

const peers = {
  cidr: anyIpv4Cidr().optional().describe('Peer: a block of addresses.'),
  group: z
    .enum(GROUP_NAMES)
    .optional()
    .describe(
      'Peer: another group of this network, or the same one. The connection is opened at both ends: write it once.',
    ),
  prefixList: withRules(
    z.string().max(64),
    matches(
      '^(pl-[0-9a-f]{8,17}|[a-z0-9]([-.a-z0-9]*[a-z0-9])?)$',
      '{self} is no prefix list: write its id, for example pl-0123456789abcdef0, or the name of one of AWS’s own, for example s3',
    ),
  )
    .optional()
    .describe(
      'Peer: the addresses of a prefix list, by id, or by name one of AWS’s own that the region has, as `s3`.',
    ),
};

const named = {
  name: LabelSchema.describe('Name of the rule, chosen by you; it begins the description that AWS keeps.'),
  direction,
  ...traffic,
  ...peers,
};

const onePeer: Rule<{ cidr?: unknown; group?: unknown; prefixList?: unknown }> = {
  cel: '[has(self.cidr), has(self.group), has(self.prefixList)].exists_one(given, given)',
  message:
    'rule {self.name} needs exactly one of cidr, group and prefixList: give one and leave the others out',
  check: ({ cidr, group, prefixList }) =>
    [cidr, group, prefixList].filter((peer) => peer !== undefined).length === 1,
};

const OWN =
  'Rules of your own besides the computed ones. They are added, changed and taken away one by one. A strict network ACL lets through what they open. AWS takes 60 rules a group and direction unless the quota is raised.';

const openRule = withRules(
  z.strictObject({ ...named, exposure }),
  onePeer,
  ...trafficRules,
  ...exposureRules({ cel: '', check: () => true }),
);
export type GroupRule = z.output<typeof openRule>;
/** A rule as a manifest has it. */
export type GroupRuleInput = z.input<typeof openRule>;

/** Rules of a group that may be open to everybody where that is said. */
export const OpenGroupRulesSchema = listMap(openRule, 'name', 40).describe(OWN);

const closedRule = withRules(z.strictObject(named), onePeer, ...trafficRules, {
  cel: `!(${FOR_EVERYBODY})`,
  message:
    'rule {self.name} would let everybody in, from {self.cidr}, which only alb and ecs can be told to: list the networks that may come in',
  path: ['cidr'],
  check: (self) => !isForEverybody(self),
});

/** Rules of a group that is never open to everybody. */
export const ClosedGroupRulesSchema = listMap(closedRule, 'name', 40).describe(
  `${OWN} None may let everybody in.`,
);

/** Rule numbers of the computed entries, which own ones come before or after. */
export const COMPUTED_NUMBERS = { first: 10_000, last: 29_999 } as const;

const aclRule = withRules(
  z.strictObject({
    name: LabelSchema.describe('Name of the rule, chosen by you; AWS does not keep it.'),
    ruleNumber: withRules(z.int().min(1).max(32_766), {
      cel: `self < ${COMPUTED_NUMBERS.first} || self > ${COMPUTED_NUMBERS.last}`,
      message:
        '{self} is a number of the computed rules: use 1 to 9999 to come before them, 30000 to 32766 to come after',
      check: (self: number) => self < COMPUTED_NUMBERS.first || self > COMPUTED_NUMBERS.last,
    }).describe(
      'AWS takes the first rule that fits, lowest number first: 1 to 9999 come before the computed rules, 30000 to 32766 after them.',
    ),
    direction,
    action: z.enum(['Allow', 'Deny']).describe('What becomes of the packets.'),
    ...traffic,
    cidr: anyIpv4Cidr().describe('Addresses at the other end.'),
    exposure,
  }),
  ...trafficRules,
  ...exposureRules({ cel: "self.action == 'Allow' && ", check: (self) => self.action === 'Allow' }),
);

interface Numbered {
  direction: string;
  ruleNumber: number;
}
const sharing = (rules: readonly Numbered[]) =>
  rules.find(
    (one) =>
      rules.filter((other) => other.direction === one.direction && other.ruleNumber === one.ruleNumber)
        .length > 1,
  );
const ALONE = 'self.exists_one(s, s.direction == r.direction && s.ruleNumber == r.ruleNumber)';

/** Entries of a tier's network ACL besides the computed ones. */
export const AclRulesSchema = withRules(
  listMap(aclRule, 'name', 40).describe(
    'Rules of your own in the network ACL, besides the computed ones. An ACL keeps no state: answers need a rule, too. AWS takes 20 rules a direction, the computed ones included, unless the quota is raised, and never more than 40.',
  ),
  {
    cel: `self.all(r, ${ALONE})`,
    message: 'ruleNumber {number} is given twice in one direction: give each rule a number of its own',
    check: (self) => sharing(self) === undefined,
    show: {
      number: {
        cel: `self.filter(r, !${ALONE})[0].ruleNumber`,
        of: (self) => String(sharing(self)?.ruleNumber),
      },
    },
  },
);

/** The part of a tier that rules about its own ACL rules look at. */
interface TierLike {
  name: string;
  networkAcl: string;
  networkAclRules: readonly { name: string; exposure?: string | undefined }[];
}
const exposed = ({ name, networkAclRules }: TierLike) =>
  name === 'data' ? networkAclRules.find((rule) => rule.exposure !== undefined) : undefined;
const EXPOSED =
  "self.name == 'data' && has(self.networkAclRules) && self.networkAclRules.exists(r, has(r.exposure))";

/** Rules that tie a tier's own ACL rules to the tier. */
export const tierAclRules: readonly Rule<TierLike>[] = [
  {
    cel: "!has(self.networkAcl) || self.networkAcl == 'Strict' || !has(self.networkAclRules) || self.networkAclRules.size() == 0",
    message:
      'tier {self.name} has networkAclRules, and with networkAcl None no network ACL to put them in: set networkAcl to Strict, or take the rules away',
    path: ['networkAclRules'],
    check: (self) => self.networkAcl === 'Strict' || self.networkAclRules.length === 0,
  },
  {
    cel: `!(${EXPOSED})`,
    message:
      'rule {rule} would let everybody into tier data, which never is open to everybody: list the networks that may come in',
    path: ['networkAclRules'],
    check: (self) => exposed(self) === undefined,
    show: {
      rule: {
        cel: 'self.networkAclRules.filter(r, has(r.exposure))[0].name',
        of: (self) => exposed(self)?.name ?? '',
      },
    },
  },
];

/** The part of `spec.securityGroups` that rules across groups look at. */
type Groups = Partial<
  Record<
    (typeof GROUP_NAMES)[number],
    { rules?: readonly { name: string; group?: string | undefined }[] | undefined } | undefined
  >
>;
interface Missing {
  of: string;
  name: string;
  group: string;
}
function missing(self: Groups): Missing | undefined {
  for (const of of GROUP_NAMES)
    for (const { name, group } of self[of]?.rules ?? [])
      if (group !== undefined && !(group in self && self[group as keyof Groups])) return { of, name, group };
  return undefined;
}
const ABSENT = `[${GROUP_NAMES.map((name) => `has(self.${name}) ? '' : '${name}'`).join(', ')}]`;
const inGroup = (name: string) =>
  `has(self.${name}) && has(self.${name}.rules) && self.${name}.rules.exists(r, has(r.group) && r.group in ${ABSENT})`;
/** A value of the first rule that names a missing group. */
const ofMissing = (value: (name: string) => string) =>
  GROUP_NAMES.reduceRight((rest, name) => `${inGroup(name)} ? ${value(name)} : (${rest})`, "''");
const found = (name: string) => `self.${name}.rules.filter(r, has(r.group) && r.group in ${ABSENT})[0]`;

/** Rules across the groups' own rules. */
export const groupNameRules: readonly Rule<Groups>[] = [
  {
    cel: `!(${GROUP_NAMES.map((name) => `(${inGroup(name)})`).join(' || ')})`,
    message:
      'rule {rule} of {of} names group {group}, which securityGroups does not have: add the group, or name another peer',
    check: (self) => missing(self) === undefined,
    show: {
      rule: { cel: ofMissing((name) => `${found(name)}.name`), of: (self) => missing(self)?.name ?? '' },
      of: { cel: ofMissing((name) => `'${name}'`), of: (self) => missing(self)?.of ?? '' },
      group: { cel: ofMissing((name) => `${found(name)}.group`), of: (self) => missing(self)?.group ?? '' },
    },
  },
];
