import { z } from 'zod';
import { anyIpv4Cidr, LabelSchema, listMap } from './fields.ts';
import { matches, type Rule, withRules } from './rule.ts';
import {
  direction,
  type Exposed,
  exposure,
  exposureRules,
  FOR_EVERYBODY,
  isForEverybody,
  traffic,
  type Traffic,
  trafficRules,
} from './traffic.ts';

/** Groups that a rule may name. */
export const GROUP_NAMES = ['alb', 'ecs', 'data', 'endpoints', 'bastion'] as const;

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
  ...exposureRules<Exposed & Traffic>({ cel: FOR_EVERYBODY, check: isForEverybody }),
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
