"""What AWS WAF asks for besides the action on what it names.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_wafv2.html , of operations and of actions, and
https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html , AssociateWebACL.
"""

from collections.abc import Callable
from typing import Any

from ..call import Call
from .conditions import Context
from .policies import Ask

# By the names of both its generations, since the reference lists both for each of the two operations.
_BALANCING = {
    "AssociateWebACL": ("CreateWebACLAssociation", "SetWebACL"),
    "DisassociateWebACL": ("DeleteWebACLAssociation", "SetWebACL"),
    "GetWebACLForResource": ("GetLoadBalancerWebACL",),
}


def named(params: dict[str, Any]) -> str:
    """What of an ARN a request says that has name and id, or, where it makes one, the name."""
    return f"regional/webacl/{params.get('Name')}/{params.get('Id') or '*'}"


def further(call: Call, common: Context, given: Context, tags_of: Callable[[str], Context]) -> list[Ask]:
    """`given` are the tags of the request, `tags_of` those of a load balancer."""
    action, params = call.action or "", call.params
    arn = f"arn:aws:wafv2:{call.region}:{call.account}:regional"
    found = []
    if action == "CreateWebACL" and params.get("Tags"):
        made = f"arn:aws:wafv2:{call.region}:{call.account}:{named(params)}"
        found.append(Ask("wafv2:TagResource", made, {**common, **given}))
    for rule in (params.get("Rules") or []) if action in ("CreateWebACL", "UpdateWebACL") else []:
        group = (rule.get("Statement") or {}).get("ManagedRuleGroupStatement")
        if group:
            found.append(Ask(f"wafv2:{action}", f"{arn}/managedruleset/{group.get('Name')}/*", {**common, **given}))
    if action in _BALANCING:
        balancer = str(params.get("ResourceArn"))
        context = {**common, **tags_of(balancer)}
        found += [Ask(f"elasticloadbalancing:{name}", balancer, context) for name in _BALANCING[action]]
    if action == "ListResourcesForWebACL":
        found.append(Ask("elasticloadbalancing:DescribeWebACLAssociation", context=common))
    return found
