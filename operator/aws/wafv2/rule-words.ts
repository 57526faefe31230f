import type {
  ManagedRuleGroupStatement,
  RateBasedStatement,
  Rule,
  RuleAction,
  VisibilityConfig,
} from '@aws-sdk/client-wafv2';

/** A group of rules that AWS writes. */
export interface ManagedGroupRule {
  readonly type: 'managed';
  /** As `AWSManagedRulesCommonRuleSet`. */
  readonly group: string;
  readonly priority: number;
  /** Absent for the one that AWS recommends. */
  readonly version?: string;
  /** Whether its rules do what they say, or are only counted. */
  readonly isEnforced: boolean;
  /** Rules of the group that do something else, with what: `Count`, `Block` and so on. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** A limit on the requests of each address. */
export interface RateRule {
  readonly type: 'rate';
  readonly priority: number;
  readonly requests: number;
  readonly windowSeconds: number;
  readonly action: 'Block' | 'Count';
}

export type WebAclRule = ManagedGroupRule | RateRule;

/** The window where none is given: API reference, RateBasedStatement. */
const WINDOW_SECONDS = 300;

/** A rule as AWS takes it. Its metric has its name. */
export function asAws(name: string, rule: WebAclRule, samples: boolean): Rule {
  const common = {
    Name: name,
    Priority: rule.priority,
    VisibilityConfig: { MetricName: name, CloudWatchMetricsEnabled: true, SampledRequestsEnabled: samples },
  };
  if (rule.type === 'rate')
    return {
      ...common,
      Action: { [rule.action]: {} },
      Statement: {
        RateBasedStatement: {
          Limit: rule.requests,
          EvaluationWindowSec: rule.windowSeconds,
          AggregateKeyType: 'IP',
        },
      },
    };
  const overrides = Object.entries(rule.overrides).map(([Name, action]) => ({
    Name,
    ActionToUse: { [action]: {} },
  }));
  return {
    ...common,
    OverrideAction: rule.isEnforced ? { None: {} } : { Count: {} },
    Statement: {
      ManagedRuleGroupStatement: {
        VendorName: 'AWS',
        Name: rule.group,
        ...(rule.version !== undefined && { Version: rule.version }),
        ...(overrides.length > 0 && { RuleActionOverrides: overrides }),
      },
    },
  };
}

/**
 * A rule in words that are the same for what we send and for what AWS makes of it; of one that says anything that we never say,
 * all of it.
 */
export function wordsOf(rule: Rule): string {
  const { ManagedRuleGroupStatement: group, RateBasedStatement: rate } = rule.Statement ?? {};
  const words = group ? groupWords(rule, group) : rate && rateWords(rule, rate);
  const others = [rule.RuleLabels, rule.CaptchaConfig, rule.ChallengeConfig];
  if (words === undefined || !others.every(isNothing)) return JSON.stringify(rule);
  return `${rule.Priority}: ${words}${metricWords(rule.VisibilityConfig, rule.Name)}`;
}

/** What is kept of requests and what counts them, where that is not the usual; metrics have the name of what they are of. */
export function metricWords(visible: VisibilityConfig | undefined, name: string | undefined): string {
  const { MetricName, CloudWatchMetricsEnabled, SampledRequestsEnabled } = visible ?? {};
  const samples = SampledRequestsEnabled === true ? '' : ', no samples';
  if (CloudWatchMetricsEnabled !== true) return `${samples}, no metrics`;
  return MetricName === name ? samples : `${samples}, metrics as ${MetricName}`;
}

function groupWords(rule: Rule, group: ManagedRuleGroupStatement): string | undefined {
  const { ExcludedRules, ScopeDownStatement, ManagedRuleGroupConfigs, RuleActionOverrides = [] } = group;
  const others = [ExcludedRules, ScopeDownStatement, ManagedRuleGroupConfigs, rule.Action];
  const action = rule.OverrideAction?.Count ? 'only counted' : rule.OverrideAction?.None && 'enforced';
  const overrides = RuleActionOverrides.map(({ Name, ActionToUse }) => [Name, plainAction(ActionToUse)]);
  if (!others.every(isNothing) || action === undefined || overrides.some(([, word]) => word === undefined))
    return undefined;
  const vendor = group.VendorName === 'AWS' ? '' : `${group.VendorName} `;
  const version = group.Version === undefined ? '' : `, ${group.Version}`;
  const changed = overrides.map(([name, word]) => `${name} ${word}`).sort();
  const except = changed.length === 0 ? '' : `, but ${changed.join(', ')}`;
  return `${vendor}${group.Name}${version} ${action}${except}`;
}

function rateWords(rule: Rule, rate: RateBasedStatement): string | undefined {
  const { Limit, EvaluationWindowSec = WINDOW_SECONDS, AggregateKeyType } = rate;
  const others = [rate.ScopeDownStatement, rate.ForwardedIPConfig, rate.CustomKeys, rule.OverrideAction];
  const action = plainAction(rule.Action);
  if (!others.every(isNothing) || action === undefined || AggregateKeyType !== 'IP') return undefined;
  return `${action} an address above ${Limit} requests in ${EvaluationWindowSec} s`;
}

/** The name of an action; undefined where it says more than that. */
function plainAction(action: RuleAction | undefined): string | undefined {
  const [[name, settings] = [], ...others] = Object.entries(action ?? {}).filter(([, value]) => value);
  return others.length === 0 && isNothing(settings) ? name : undefined;
}

/** AWS leaves out what was not given, or answers with something empty. */
function isNothing(value: object | undefined): boolean {
  return value === undefined || Object.values(value).every((part) => part === undefined);
}
