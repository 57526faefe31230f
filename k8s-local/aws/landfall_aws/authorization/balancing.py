"""What actions of Elastic Load Balancing ask for besides themselves.

https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html
"""

from moto.iam.models import iam_backends

from ..call import Call
from .conditions import Context
from .policies import Ask

_SERVICE = "elasticloadbalancing.amazonaws.com"
_LINKED_ROLE = f"role/aws-service-role/{_SERVICE}/AWSServiceRoleForElasticLoadBalancing"
_EC2_READS = {
    "CreateLoadBalancer": ("AccountAttributes", "Addresses", "InternetGateways", "SecurityGroups", "Subnets", "Vpcs"),
    "CreateTargetGroup": ("InternetGateways", "Vpcs"),
    "RegisterTargets": ("Instances", "InternetGateways", "Subnets", "Vpcs"),
    "SetIpAddressType": ("Subnets",),
    "SetSubnets": ("Subnets",),
}
# Those that look at the groups they are given: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3917
_TAKES_GROUPS = ("CreateLoadBalancer", "SetSecurityGroups")


def further(call: Call, common: Context, given: Context, made: str | None) -> list[Ask]:
    """`given` are the tags of the request, `made` the ARN of what it makes, as far as it is known."""
    action = call.action or ""
    found = [Ask(f"ec2:Describe{what}", context=common) for what in _EC2_READS.get(action, ())]
    if action in _TAKES_GROUPS and call.params.get("SecurityGroups"):
        found.append(Ask("ec2:GetSecurityGroupsForVpc", context=common))
    if action == "CreateLoadBalancer":
        role = f"arn:aws:iam::{call.account}:{_LINKED_ROLE}"
        if all(known.arn != role for known in iam_backends[call.account or ""]["aws"].roles.values()):
            found.append(Ask("iam:CreateServiceLinkedRole", role, {**common, "iam:awsservicename": _SERVICE}))
    if action == "CreateListener":
        made = f"{call.params.get('LoadBalancerArn')}/*".replace(":loadbalancer/", ":listener/")
    if made and call.params.get("Tags"):
        context = {**common, **given, "elasticloadbalancing:createaction": action}
        found.append(Ask("elasticloadbalancing:AddTags", made, context))
    return found
