"""AWS's published figures for requests, per account and region, of the services besides EC2.

A bucket is an action's own, or shared by the actions of a group; a rate that AWS publishes without a burst holds one
second's worth.
"""

import re
from typing import NamedTuple


class Rate(NamedTuple):
    size: float
    per_second: float
    # Actions of one group empty the same bucket; None for a bucket of the action's own.
    group: str | None = None


def _per_second(rate: float, group: str | None = None) -> Rate:
    return Rate(rate, rate, group)


# AWS publishes none for these, as IAM, RDS, ElastiCache and Auto Scaling: a careful guess, the operator's.
UNPUBLISHED = Rate(20, 5)

_FIGURES: dict[str, list[tuple[str, Rate]]] = {
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
    "elbv2": [
        ("Describe.*", Rate(40, 10, "non-mutating")),
        ("(Deregister|Register)Targets", Rate(20, 4, "registration")),
        ("(Create|Delete)LoadBalancer|Set(Subnets|SecurityGroups|IpAddressType)", Rate(10, 0.2, "resource-intensive")),
        (".*", Rate(20, 3, "mutating")),
    ],
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
    "ecs": [
        ("(Describe|List)Clusters", Rate(50, 20, "cluster read")),
        ("(Create|Delete|Update)Cluster.*|PutClusterCapacityProviders", Rate(20, 1, "cluster modify")),
        ("(Describe|List)(Services.*|TaskSets)", Rate(100, 20, "service read")),
        ("(Create|Delete|Update)(Service.*|TaskSet)", Rate(50, 5, "service modify")),
        ("(Describe|List)TaskDefinition.*", Rate(50, 20, "task definition read")),
        ("(Deregister|Register|Delete)TaskDefinitions?", Rate(20, 1, "task definition modify")),
        ("DescribeCapacityProviders", Rate(50, 20, "capacity provider read")),
        ("(Create|Delete|Update)CapacityProvider", Rate(10, 1, "capacity provider modify")),
        ("(Describe|List)(Tasks|ContainerInstances)", Rate(100, 20, "cluster resource read")),
        ("(Run|Start|Stop)Task|(Deregister|Register)ContainerInstance", Rate(100, 40, "cluster resource modify")),
        (".*", Rate(20, 5)),
    ],
    # "A control plane throttle limit of 2,500 requests per second":
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-control-plane.html
    "dynamodb": [(".*", _per_second(2500, "control plane"))],
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
    "secretsmanager": [
        ("DescribeSecret|GetSecretValue", _per_second(10_000, "values")),
        (".*ResourcePolicy", _per_second(50, "policies")),
        (".*Replica.*|PutSecretValue|UpdateSecret.*", _per_second(50, "changes")),
        ("(Tag|Untag)Resource", _per_second(50, "tags")),
        ("List.*", _per_second(100)),
        (".*", _per_second(50)),
    ],
    # https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
    "kms": [
        ("DescribeKey|ListResourceTags", _per_second(2000)),
        ("Get(KeyPolicy|KeyRotationStatus)", _per_second(1000)),
        ("List(Keys|Aliases)", _per_second(500)),
        ("DeleteAlias|ScheduleKeyDeletion|PutKeyPolicy|EnableKeyRotation|DisableKeyRotation", _per_second(15)),
        ("TagResource", _per_second(10)),
        ("(Create|Update)(Key|Alias).*|(Disable|Enable)Key|CancelKeyDeletion|UntagResource", _per_second(5)),
        (".*", _per_second(50)),
    ],
    # https://docs.aws.amazon.com/general/latest/gr/ssm.html, "Transactions per second (TPS)" of Parameter Store.
    "ssm": [("GetParameter.*", _per_second(40)), ("PutParameter", _per_second(3)), (".*", UNPUBLISHED)],
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    "cloudwatch": [
        ("DescribeAlarms.*", _per_second(9)),
        ("(Put|Delete)(Metric|Composite)?Alarms?", _per_second(3)),
        (".*", UNPUBLISHED),
    ],
    # 10 a second for the actions on log groups, adjustable:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
    "logs": [(".*", _per_second(10))],
    # GetResources, "Maximum of 15 calls per second": https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html
    "tagging": [(".*", _per_second(15))],
    "resourcegroupstaggingapi": [(".*", _per_second(15))],
    # 600 a second in an account and region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "sts": [(".*", _per_second(600))],
}
# DynamoDB's own tokens are capacity units of its tables; none of it is counted here.
_DATA = re.compile(r"(Batch)?(Get|Put|Update|Delete|Write)Item|Query|Scan|Transact.*|Execute.*|BatchExecute.*")


def rate(service: str, action: str) -> Rate | None:
    """None where requests are not counted."""
    if service == "dynamodb" and _DATA.fullmatch(action):
        return None
    for pattern, figures in _FIGURES.get(service, []):
        if re.fullmatch(pattern, action):
            return figures
    return UNPUBLISHED
