"""What AWS takes for a web ACL: rules told apart by name and priority, groups and versions that there are, capacity.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html and the pages of its statements.
"""

import re
from typing import Any

from ..errors import AwsError

_NAME = re.compile(r"^[\w\-]{1,128}$")
_METRIC = re.compile(r"^[\w#:.\-/]{1,255}$")
_DESCRIPTION = re.compile(r"^[\w+=:#@/\-,.][\w+=:#@/\-,.\s]+[\w+=:#@/\-,.]$")
_WINDOWS = (60, 120, 300, 600)
# "The maximum capacity for a web ACL is 5,000 WCUs": https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
_CAPACITY = 5000
_RATE_CAPACITY = 2
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html , those that want no settings.
_GROUPS = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesWordPressRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
}
_VERSION = re.compile(r"^Version_\d+\.\d+$")


def invalid(field: str, reason: str) -> AwsError:
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_WAFInvalidParameterException.html"""
    return AwsError(
        "WAFInvalidParameterException",
        f"Error reason: {reason}, field: {field}, parameter: {field}",
    )


def acl(name: str, description: str | None, default_action: Any, visibility: Any, rules: list[dict[str, Any]]) -> int:
    """Raises AWS's refusals; returns the capacity that the web ACL takes."""
    if not _NAME.match(name or ""):
        raise invalid("ENTITY_NAME", "The name has characters that are not allowed")
    if description and not _DESCRIPTION.match(description):
        raise invalid("ENTITY_DESCRIPTION", "The description has characters that are not allowed")
    if sorted(default_action or {}) not in (["Allow"], ["Block"]):
        raise invalid("DEFAULT_ACTION", "You must specify either Allow or Block")
    _visibility(visibility)
    for what in ("Name", "Priority"):
        values = [rule.get(what) for rule in rules]
        if len(set(values)) < len(values):
            raise AwsError("WAFInvalidParameterException", f"Error reason: Your rules have duplicate values of {what}")
    capacity = sum(_rule(rule) for rule in rules)
    if capacity > _CAPACITY:
        raise AwsError("WAFLimitsExceededException", f"The web ACL takes {capacity} WCUs, above the limit of {_CAPACITY}")
    return capacity


def _visibility(config: dict[str, Any] | None) -> None:
    if config is None or not _METRIC.match(config.get("MetricName") or ""):
        raise invalid("METRIC_NAME", "The metric name has characters that are not allowed")


def _rule(rule: dict[str, Any]) -> int:
    if not _NAME.match(rule.get("Name") or ""):
        raise invalid("RULE_NAME", "The name has characters that are not allowed")
    _visibility(rule.get("VisibilityConfig"))
    statement = rule.get("Statement") or {}
    if "ManagedRuleGroupStatement" in statement:
        # "You must specify one Action setting or one OverrideAction": Rule, API reference.
        if rule.get("Action") or sorted(rule.get("OverrideAction") or {}) not in (["Count"], ["None"]):
            raise invalid("OVERRIDE_ACTION", "A rule group reference needs an override action and no action")
        return _group(statement["ManagedRuleGroupStatement"])
    if len(rule.get("Action") or {}) != 1 or rule.get("OverrideAction"):
        raise invalid("RULE_ACTION", "A rule needs an action and no override action")
    if "RateBasedStatement" in statement:
        return _rate(statement["RateBasedStatement"])
    # Of other statements only tests make use, each as one that takes a single unit.
    return 1


def _group(group: dict[str, Any]) -> int:
    name = group.get("Name") or ""
    if group.get("VendorName") != "AWS" or name not in _GROUPS:
        raise AwsError("WAFNonexistentItemException", f"There is no managed rule group {name} that can be used as it is")
    if group.get("Version") and not _VERSION.match(group["Version"]):
        raise AwsError("WAFNonexistentItemException", f"Rule group {name} has no version {group['Version']}")
    overrides = [override.get("Name") for override in group.get("RuleActionOverrides") or []]
    if len(set(overrides)) < len(overrides):
        raise invalid("RULE_ACTION_OVERRIDES", "A rule is overridden twice")
    return _GROUPS[name]


def _rate(rate: dict[str, Any]) -> int:
    if not 10 <= (rate.get("Limit") or 0) <= 2_000_000_000:
        raise invalid("RATE_LIMIT", "The limit has to be from 10 to 2000000000")
    if rate.get("EvaluationWindowSec", 300) not in _WINDOWS:
        raise invalid("EVALUATION_WINDOW", "The window has to be 60, 120, 300 or 600")
    return _RATE_CAPACITY
