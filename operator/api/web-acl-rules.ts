import type { Rule } from './rule.ts';
import { MANAGED_GROUPS, type ManagedGroup } from './managed-rule-groups.ts';

/** The part of a web ACL that rules across its fields look at. */
interface WebAcl {
  arn?: string | undefined;
  name?: string | undefined;
  managedRuleGroups: { name: ManagedGroup; priority: number }[];
  rateLimit?: object | undefined;
}

/** Up to so much capacity a web ACL costs nothing extra: AWS WAF Developer Guide, "Web ACL capacity units". */
const CAPACITY_MAX = 1500;
/** Of a rate limit by address: same guide, "Rate-based rule statements". */
const RATE_LIMIT_CAPACITY = 2;

const GROUPS = '(has(self.managedRuleGroups) ? self.managedRuleGroups : [])';
const CAPACITIES = `{${Object.entries(MANAGED_GROUPS)
  .map(([name, capacity]) => `'${name}': ${capacity}`)
  .join(', ')}}`;
const CAPACITY = `(${GROUPS}.map(g, ${CAPACITIES}[g.name]).sum() + (has(self.rateLimit) ? ${RATE_LIMIT_CAPACITY} : 0))`;

/** How many capacity units a web ACL takes. */
export function capacityOf({ managedRuleGroups, rateLimit }: WebAcl): number {
  const groups = managedRuleGroups.reduce((sum, { name }) => sum + MANAGED_GROUPS[name], 0);
  return groups + (rateLimit === undefined ? 0 : RATE_LIMIT_CAPACITY);
}

const TWIN = `${GROUPS}.filter(g, !${GROUPS}.exists_one(h, h.priority == g.priority))`;
const twin = ({ managedRuleGroups }: WebAcl) =>
  managedRuleGroups.find(
    ({ priority }) => managedRuleGroups.filter((other) => other.priority === priority).length > 1,
  );

export const webAclRules: readonly Rule<WebAcl>[] = [
  {
    cel: `!has(self.arn) || (!has(self.name) && !has(self.rateLimit) && ${GROUPS}.size() == 0)`,
    message:
      'loadBalancer.webAcl.arn names a web ACL that there is, and name, managedRuleGroups and rateLimit are of one that is made: give the first, or the others',
    path: ['arn'],
    check: ({ arn, name, rateLimit, managedRuleGroups }) =>
      arn === undefined || (name === undefined && rateLimit === undefined && managedRuleGroups.length === 0),
  },
  {
    cel: `has(self.arn) || has(self.rateLimit) || ${GROUPS}.size() > 0`,
    message:
      'loadBalancer.webAcl would let everything through: give it managedRuleGroups or rateLimit, or the arn of a web ACL that there is',
    check: ({ arn, rateLimit, managedRuleGroups }) =>
      arn !== undefined || rateLimit !== undefined || managedRuleGroups.length > 0,
  },
  {
    cel: `${TWIN}.size() == 0`,
    message:
      'loadBalancer.webAcl.managedRuleGroups: {name} has priority {priority}, and so has another: AWS wants to know which comes first, so give each its own',
    path: ['managedRuleGroups'],
    check: (self) => twin(self) === undefined,
    show: {
      name: { cel: `${TWIN}[0].name`, of: (self) => twin(self)?.name ?? '' },
      priority: { cel: `string(${TWIN}[0].priority)`, of: (self) => String(twin(self)?.priority) },
    },
  },
  {
    cel: `${CAPACITY} <= ${CAPACITY_MAX}`,
    message: `loadBalancer.webAcl takes {capacity} capacity units (WCU), and may take ${CAPACITY_MAX}: leave out a group that the service has no use for`,
    path: ['managedRuleGroups'],
    check: (self) => capacityOf(self) <= CAPACITY_MAX,
    show: { capacity: { cel: `string(${CAPACITY})`, of: (self) => String(capacityOf(self)) } },
  },
];
