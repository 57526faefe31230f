import { z } from 'zod';
import { listMap, onOff } from './fields.ts';
import { MANAGED_GROUPS, type ManagedGroup } from './managed-rule-groups.ts';
import { matches, withRules } from './rule.ts';
import { webAclRules } from './web-acl-rules.ts';

/** A name of a rule in a group, as AWS takes it: API reference, RuleActionOverride. */
const RuleNameSchema = withRules(
  z.string().max(128),
  matches(
    '^[A-Za-z0-9_-]+$',
    '{self} is not the name of a rule: write it as AWS does, for example SizeRestrictions_BODY',
  ),
);

const ruleOverride = z.strictObject({
  name: RuleNameSchema.describe('Name of the rule, as AWS documents it for the group.'),
  action: z
    .enum(['Count', 'Allow', 'Block', 'Captcha', 'Challenge'])
    .default('Count')
    .describe(
      'What it does with a request that it matches. Count only counts it, and so leaves the rule out of what is blocked.',
    ),
});

const managedGroup = z.strictObject({
  name: z
    .enum(Object.keys(MANAGED_GROUPS) as [ManagedGroup, ...ManagedGroup[]])
    .describe('Name of the group, as AWS gives it.'),
  priority: z
    .int()
    .min(1)
    .max(1000)
    .describe(
      'Where in the order it is: AWS looks at the lowest first, and at the rate limit before all groups.',
    ),
  version: withRules(
    z.string().max(64),
    matches(
      '^[A-Za-z0-9_.-]+$',
      '{self} is not a version of a group: write it as AWS does, for example Version_1.4',
    ),
  )
    .optional()
    .describe(
      'A version to stay at. Default: the one that AWS recommends, which changes by itself. AWS tells when a version expires.',
    ),
  action: z
    .enum(['Enforce', 'Count'])
    .default('Enforce')
    .describe(
      'Enforce has the rules do what they say, which mostly is to block. Count only counts what they match, which is how to try a group out.',
    ),
  ruleOverrides: listMap(ruleOverride, 'name', 50)
    .default([])
    .describe('Rules of the group that are to do something else than what they say.'),
});

const rateLimit = z
  .strictObject({
    requests: z
      .int()
      .min(10)
      .max(2_000_000_000)
      .default(2000)
      .describe('How many requests an address may send within the window.'),
    windowSeconds: z
      .literal([60, 120, 300, 600])
      .default(300)
      .meta({ type: 'integer' })
      .describe('The window in seconds: how far AWS looks back whenever it counts, about every 10 seconds.'),
    action: z
      .enum(['Block', 'Count'])
      .default('Block')
      .describe('What happens to the requests of an address that sends more, until it sends less.'),
  })
  .describe(
    'A limit on the requests of each address. Behind a proxy or a CDN all clients have its address, and share the limit.',
  );

/** The longest name of a web ACL: API reference, CreateWebACL. */
export const WEB_ACL_NAME_MAX = 128;

/** What AWS WAF does with the requests before the load balancer has them. */
export const WebAclSchema = withRules(
  z
    .strictObject({
      arn: withRules(
        z
          .string()
          .max(2048)
          .describe(
            'ARN of a web ACL that there is, of the same account and region, instead of one that is made. A grant of the Account has to cover it.',
          ),
        matches(
          '^arn:aws(-[a-z]+)*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]+/[A-Za-z0-9-]+$',
          '{self} is not the ARN of a regional web ACL: write it as AWS does, for example arn:aws:wafv2:us-east-1:111111111111:regional/webacl/shared/12345678-1234-1234-1234-123456789012',
        ),
      ).optional(),
      name: withRules(
        z
          .string()
          .max(WEB_ACL_NAME_MAX)
          .describe(
            'Name of the web ACL that is made. Default: `<name>-<environment>-web-acl` of this object. With another name a new one takes its place.',
          ),
        matches(
          '^[A-Za-z0-9_-]+$',
          '{self} is not a name that AWS WAF takes: use letters, digits, hyphens and underscores',
        ),
      ).optional(),
      managedRuleGroups: listMap(managedGroup, 'name', Object.keys(MANAGED_GROUPS).length)
        .default([])
        .describe('Groups of rules that AWS writes and keeps up to date.'),
      rateLimit: rateLimit.optional(),
      sampledRequests: onOff
        .default('Enabled')
        .describe(
          'Whether AWS keeps samples of the requests that each rule matched for three hours, headers and all, for people to look at.',
        ),
    })
    .describe(
      'AWS WAF before an Application load balancer: what no rule blocks is let through. CloudWatch has metrics of the web ACL and of each rule, by their names. It is charged for each web ACL, each rule and each request.',
    ),
  ...webAclRules,
);
export type WebAcl = z.output<typeof WebAclSchema>;
