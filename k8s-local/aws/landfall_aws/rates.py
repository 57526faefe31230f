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


# AWS publishes none for IAM, RDS, ElastiCache, Auto Scaling and for single actions of other services: a guess on the
# strict side, which is the operator's, too.
UNPUBLISHED = Rate(20, 5)

# Same page as of Elastic Load Balancing below: "an account-level throttling limit that is shared across all" its actions.
_WHOLE = {"elbv2": Rate(40, 10, "account")}

_FIGURES: dict[str, list[tuple[str, Rate]]] = {
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
    "elbv2": [
        ("CreateLoadBalancer|SetSubnets", Rate(10, 0.2, "resource-intensive")),
        ("(Deregister|Register)Targets", Rate(20, 4, "registration")),
        ("DescribeTrustStore.*", Rate(40, 10, "trust store read")),
        ("Get.*", Rate(20, 4, "policies and bundles")),
        ("CreateTrustStore", Rate(10, 0.2, "trust store create")),
        (".*TrustStore.*", Rate(10, 0.2, "trust store modify")),
        ("Describe.*", Rate(40, 10, "non-mutating")),
        (".*", Rate(20, 3, "mutating")),
    ],
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html ; of task sets it says nothing.
    "ecs": [
        ("(Describe|List)Clusters", Rate(50, 20, "cluster read")),
        ("(Create|Delete|Update)Cluster.*|PutClusterCapacityProviders", Rate(20, 1, "cluster modify")),
        ("DescribeTaskDefinition|ListTaskDefinition.*", Rate(50, 20, "task definition read")),
        ("(Deregister|Register)TaskDefinition", Rate(20, 1, "task definition modify")),
        ("DeleteTaskDefinitions", Rate(5, 1, "task definition deletion")),
        ("DescribeCapacityProviders", Rate(50, 20, "capacity provider read")),
        ("(Create|Delete|Update)CapacityProvider", Rate(10, 1, "capacity provider modify")),
        ("(Tag|Untag)Resource", Rate(20, 10, "tag modify")),
        ("ListTagsForResource", Rate(50, 20, "tag read")),
        ("(Delete|Put)AccountSetting.*", Rate(10, 1, "setting modify")),
        ("ListAccountSettings", Rate(50, 20, "setting read")),
        ("(Describe|List)(Tasks|ContainerInstances)|ListAttributes", Rate(100, 20, "cluster resource read")),
        (
            "(Run|Start|Stop)Task|(Delete|Put)Attributes|ExecuteCommand|DeregisterContainerInstance|UpdateContainer.*",
            Rate(100, 40, "cluster resource modify"),
        ),
        ("RegisterContainerInstance|Submit.*", Rate(200, 120, "agent modify")),
        ("(Describe|List)Services", Rate(100, 20, "service read")),
        ("(Create|Delete|Update)Service", Rate(50, 5, "service modify")),
        ("(Describe|List)ServiceDeployments", Rate(50, 20, "service deployment")),
        ("DescribeServiceRevisions", Rate(50, 20, "service revision")),
        ("(Get|Update)TaskProtection", Rate(200, 80, "task protection")),
        ("ListServicesByNamespace", Rate(10, 1, "cluster service resource read")),
        (".*", UNPUBLISHED),
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
    # https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html ; cryptographic operations as in the
    # regions that have the least.
    "kms": [
        ("Decrypt|Encrypt|ReEncrypt|GenerateDataKey(WithoutPlaintext)?|Generate(Mac|Random)", _per_second(10_000, "symmetric")),
        ("DescribeKey|ListResourceTags|GetPublicKey", _per_second(2000)),
        ("Get(KeyPolicy|KeyRotationStatus)", _per_second(1000)),
        ("List(Keys|Aliases)", _per_second(500)),
        ("List(Grants|RetirableGrants|KeyPolicies|KeyRotations)", _per_second(100)),
        ("(Create|Retire|Revoke)Grant", _per_second(50)),
        ("DeleteAlias|ScheduleKeyDeletion|PutKeyPolicy|EnableKeyRotation|(Delete)?Import.*", _per_second(15)),
        ("TagResource", _per_second(10)),
        ("GetParametersForImport", _per_second(1)),
        (".*", _per_second(5)),
    ],
    # https://docs.aws.amazon.com/general/latest/gr/ssm.html, throughput of Parameter Store unless raised; of the other
    # actions it says nothing.
    "ssm": [
        ("GetParameters?(ByPath)?", _per_second(40, "read")),
        ("PutParameter|DeleteParameters?", _per_second(3)),
        (".*", UNPUBLISHED),
    ],
    # https://docs.aws.amazon.com/general/latest/gr/cw_region.html
    "cloudwatch": [
        ("DescribeAlarms(ForMetric)?|DescribeAlarmContributors", _per_second(9)),
        ("DescribeAlarmHistory|(Tag|Untag)Resource", _per_second(20)),
        ("ListTagsForResource|.*Dashboards?|.*MetricStreams?", _per_second(10)),
        ("(Put|Delete|Enable|Disable|Set).*Alarm.*", _per_second(3)),
        ("ListMetrics", _per_second(25)),
        ("GetMetricStatistics", _per_second(400)),
        ("(Get|Put)MetricData", _per_second(500)),
        (".*", UNPUBLISHED),
    ],
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html ; where it differs between
    # regions, the least.
    "logs": [
        ("(Create|Delete|Describe)LogGroups?|StartQuery|GetQueryResults|GetLogEvents", _per_second(10)),
        ("CreateLogStream", _per_second(50)),
        ("DeleteLogStream", _per_second(15)),
        ("DescribeLogStreams", _per_second(25)),
        ("PutLogEvents", _per_second(5000)),
        (".*", _per_second(5)),
    ],
    # https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html, API rate quotas
    "acm": [
        ("(Delete|Describe)Certificate|ListTagsForCertificate|GetCertificate", _per_second(10)),
        ("ListCertificates", _per_second(8)),
        ("GetAccountConfiguration|PutAccountConfiguration|ImportCertificate|ResendValidationEmail", _per_second(1)),
        (".*", _per_second(5)),
    ],
    # "Five requests per second per AWS account": https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
    "route53": [(".*", _per_second(5, "account"))],
    # GetResources, "Maximum of 15 calls per second": https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html
    "tagging": [(".*", _per_second(15))],
    "resourcegroupstaggingapi": [(".*", _per_second(15))],
    # https://docs.aws.amazon.com/waf/latest/developerguide/limits.html , fixed quotas of calls; of the others it says nothing.
    "wafv2": [
        ("(Associate|Disassociate)WebACL", Rate(1, 0.5)),
        ("GetWebACLForResource|ListResourcesForWebACL", _per_second(1)),
        ("(Get|List).*", _per_second(5)),
        ("(Create|Put|Update).*", _per_second(1)),
        (".*", _per_second(1)),
    ],
    # 600 a second in an account and region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "sts": [(".*", _per_second(600))],
}
# DynamoDB's own tokens are capacity units of its tables; none of it is counted here.
_DATA = re.compile(r"(Batch)?(Get|Put|Update|Delete|Write)Item|Query|Scan|Transact.*|Execute.*|BatchExecute.*")


def rates(service: str, action: str) -> list[Rate]:
    """Every bucket that a request takes a token from: none where requests are not counted."""
    if service == "dynamodb" and _DATA.fullmatch(action):
        return []
    whole = [_WHOLE[service]] if service in _WHOLE else []
    for pattern, figures in _FIGURES.get(service, []):
        if re.fullmatch(pattern, action):
            return [figures, *whole]
    return [UNPUBLISHED, *whole]
