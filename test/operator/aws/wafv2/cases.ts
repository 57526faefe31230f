import type { WebAclContent } from '../../../../operator/aws/wafv2/web-acl-content.ts';
import type { WebAclRule } from '../../../../operator/aws/wafv2/rule-words.ts';
import type { Case } from '../case.ts';
import { BALANCER } from '../elbv2/cases.ts';

const of = (name: string) => `arn:aws:wafv2:eu-central-1:111111111111:regional/webacl/${name}/0b5c-1`;
/** ARNs as AWS writes them. */
export const ACL = of('web-dev-web-acl');
export const OTHER_ACL = of('other');

const visible = (MetricName: string) => ({
  MetricName,
  CloudWatchMetricsEnabled: true,
  SampledRequestsEnabled: true,
});
const common: WebAclRule = {
  type: 'managed',
  group: 'AWSManagedRulesCommonRuleSet',
  priority: 10,
  isEnforced: true,
  overrides: { SizeRestrictions_BODY: 'Count' },
};
const limit: WebAclRule = {
  type: 'rate',
  priority: 0,
  requests: 2000,
  windowSeconds: 300,
  action: 'Block',
};
const COMMON = 'AWSManagedRulesCommonRuleSet enforced, but SizeRestrictions_BODY Count';

/** What the rules of the cases are made from. */
export const rulesInputs = {
  webAclId: ACL,
  description: 'Web ACL of EcsService team/web',
  samples: true,
  rules: { 'rate-limit': limit, AWSManagedRulesCommonRuleSet: common },
};

/** As GetWebACL answers. */
export const describedAcl = {
  ARN: ACL,
  Id: '0b5c-1',
  Name: 'web-dev-web-acl',
  Description: rulesInputs.description,
  LockToken: 'first',
  DefaultAction: { Allow: {} },
  VisibilityConfig: visible('web-dev-web-acl'),
  Capacity: 702,
  LabelNamespace: 'awswaf:111111111111:webacl:web-dev-web-acl:',
  TokenDomains: ['example.com'],
  Rules: [
    {
      Name: 'rate-limit',
      Priority: 0,
      Action: { Block: {} },
      VisibilityConfig: visible('rate-limit'),
      Statement: {
        RateBasedStatement: { Limit: 2000, EvaluationWindowSec: 300, AggregateKeyType: 'IP' },
      },
    },
    {
      Name: 'AWSManagedRulesCommonRuleSet',
      Priority: 10,
      OverrideAction: { None: {} },
      VisibilityConfig: visible('AWSManagedRulesCommonRuleSet'),
      Statement: {
        ManagedRuleGroupStatement: {
          VendorName: 'AWS',
          Name: 'AWSManagedRulesCommonRuleSet',
          RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }],
        },
      },
    },
  ],
} satisfies WebAclContent;

const withRule = (rule: Partial<WebAclRule>, name: 'rate-limit' | 'AWSManagedRulesCommonRuleSet') => ({
  rules: { ...rulesInputs.rules, [name]: { ...rulesInputs.rules[name], ...rule } },
});

/** A case of each. */
export const WAF_CASES: Readonly<Record<string, Case>> = {
  WebAcl: {
    inputs: { name: 'web-dev-web-acl', description: rulesInputs.description },
    record: {
      ARN: ACL,
      Id: '0b5c-1',
      Name: 'web-dev-web-acl',
      Description: rulesInputs.description,
      LockToken: 'first',
      Tags: [],
    },
    needs: [],
    changes: [[{ name: 'shop' }, 'name: web-dev-web-acl -> shop (replace)']],
  },
  WebAclRules: {
    inputs: rulesInputs,
    record: describedAcl,
    needs: [],
    changes: [
      [{ description: 'mine' }, 'description: Web ACL of EcsService team/web -> mine'],
      [
        withRule({ requests: 100, windowSeconds: 60, action: 'Count' }, 'rate-limit'),
        'rules[rate-limit]: 0: Block an address above 2000 requests in 300 s -> 0: Count an address above 100 requests in 60 s',
      ],
      [
        withRule({ isEnforced: false }, 'AWSManagedRulesCommonRuleSet'),
        `rules[AWSManagedRulesCommonRuleSet]: 10: ${COMMON} -> 10: AWSManagedRulesCommonRuleSet only counted, but SizeRestrictions_BODY Count`,
      ],
      [
        withRule({ priority: 20, version: 'Version_1.4', overrides: {} }, 'AWSManagedRulesCommonRuleSet'),
        `rules[AWSManagedRulesCommonRuleSet]: 10: ${COMMON} -> 20: AWSManagedRulesCommonRuleSet, Version_1.4 enforced`,
      ],
      [{ rules: { 'rate-limit': limit } }, `rules[AWSManagedRulesCommonRuleSet]: 10: ${COMMON} -> (nothing)`],
      [
        { rules: { ...rulesInputs.rules, list: { ...common, group: 'List', priority: 3, overrides: {} } } },
        'rules[list]: (nothing) -> 3: List enforced',
      ],
    ],
  },
  WebAclAssociation: {
    inputs: { loadBalancerId: BALANCER, webAclId: ACL, granted: [] },
    record: { loadBalancerArn: BALANCER, webAclArn: ACL },
    needs: [BALANCER, ACL],
    changes: [
      [{ webAclId: OTHER_ACL }, `webAclId: ${ACL} -> ${OTHER_ACL}`],
      [{ webAclId: '', granted: ['arn:aws:wafv2:*:*:regional/webacl/*'] }, `webAclId: ${ACL} -> (nothing)`],
    ],
  },
};
