/**
 * Groups of rules that AWS writes, with the web ACL capacity units that each takes: AWS WAF Developer Guide, "AWS Managed Rules
 * rule groups list". Those are left out that cost extra and want settings of their own: Bot Control, both sorts of Fraud Control
 * and Anti-DDoS.
 */
export const MANAGED_GROUPS = {
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesAdminProtectionRuleSet: 100,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesSQLiRuleSet: 200,
  AWSManagedRulesLinuxRuleSet: 200,
  AWSManagedRulesUnixRuleSet: 100,
  AWSManagedRulesWindowsRuleSet: 200,
  AWSManagedRulesPHPRuleSet: 100,
  AWSManagedRulesWordPressRuleSet: 100,
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
} as const;
export type ManagedGroup = keyof typeof MANAGED_GROUPS;
