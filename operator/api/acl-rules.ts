import { z } from 'zod';
import { anyIpv4Cidr, LabelSchema, listMap } from './fields.ts';
import { type Rule, withRules } from './rule.ts';
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
  ...exposureRules<Exposed & Traffic & { action: string }>({
    cel: `self.action == 'Allow' && ${FOR_EVERYBODY}`,
    check: (self) => self.action === 'Allow' && isForEverybody(self),
  }),
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
