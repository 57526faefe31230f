"""Token buckets per account, region and action, as AWS publishes them; off unless a scale is set."""

import time
from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse

from . import checks
from .call import Call, current
from .errors import AwsError
from .ledger import is_write

OFF = {"scale": 0}

# (bucket size, tokens a second). https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, "Request
# token bucket sizes and refill rates". The same figures as operator/aws/throttle.ts, which keeps to them.
Rate = tuple[float, float]
_EC2: dict[str, Rate] = {
    "CreateTags": (100, 10),
    "DeleteTags": (100, 10),
    "CreateVpcEndpoint": (4, 0.3),
    "ModifyVpcEndpoint": (4, 0.3),
    "DeleteVpcEndpoints": (4, 0.3),
    "AcceptVpcEndpointConnections": (10, 1),
    "RejectVpcEndpointConnections": (10, 1),
    "CreateVpcEndpointServiceConfiguration": (10, 1),
    "ModifyVpcEndpointServiceConfiguration": (10, 1),
    "DeleteVpcEndpointServiceConfigurations": (10, 1),
    "CreateNatGateway": (10, 1),
    "DeleteNatGateway": (10, 1),
}
_EC2_READ: Rate = (100, 20)
# Same table, "Unfiltered and unpaginated non-mutating actions": these actions, asked with neither filter nor MaxResults.
_EC2_BARE_READ: Rate = (50, 10)
_BARE = {
    "DescribeInstances",
    "DescribeInstanceStatus",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSnapshots",
    "DescribeSpotInstanceRequests",
    "DescribeVolumes",
}
_EC2_WRITE: Rate = (50, 5)
# 10 a second for the actions on log groups, adjustable; the size of the bucket is not published:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
_LOGS: Rate = (10, 10)
# GetResources, "Maximum of 15 calls per second": https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html
_TAGGING: Rate = (15, 15)
# 600 a second in an account and region:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_STS: Rate = (600, 600)
# AWS publishes none for IAM: a careful guess, the operator's.
_UNPUBLISHED: Rate = (20, 5)
_SERVICES = {"logs": _LOGS, "tagging": _TAGGING, "resourcegroupstaggingapi": _TAGGING, "sts": _STS}

# EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html ; query services: common errors of
# the IAM API reference; JSON services: common errors of theirs, and the error of its own that the tagging API has.
_REFUSALS = {
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "logs": ("ThrottlingException", "Rate exceeded", 400),
    "tagging": ("ThrottledException", "Rate exceeded", 400),
    "resourcegroupstaggingapi": ("ThrottledException", "Rate exceeded", 400),
}
_OTHER_REFUSAL = ("Throttling", "Rate exceeded", 400)

_scale = 0.0
_buckets: dict[tuple[str, ...], tuple[float, float]] = {}


def parse(value: Any) -> float:
    return float(checks.fields("throttling", value, {"scale": float}).get("scale", 0))


def use(scale: float) -> None:
    """0 turns the buckets off; every setting begins with full ones."""
    global _scale
    _scale = scale
    _buckets.clear()


def shown() -> dict[str, float]:
    return {"scale": _scale}


def rate(service: str, action: str, params: dict[str, Any]) -> Rate:
    """AWS's figures for one action of a service."""
    if service == "ec2":
        if action in _EC2:
            return _EC2[action]
        if is_write(action):
            return _EC2_WRITE
        bare = action in _BARE and not any(params.get(name) for name in params if name not in ("DryRun", "NextToken"))
        return _EC2_BARE_READ if bare else _EC2_READ
    return _SERVICES.get(service, _UNPUBLISHED)


def take(key: tuple[str, ...], size: float, per_second: float, now: float) -> bool:
    """Whether the bucket had a token left; an empty one is not emptied further by asking."""
    tokens, filled = _buckets.get(key, (size, now))
    tokens = min(size, tokens + (now - filled) * per_second)
    _buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
    return tokens >= 1


def limit(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline."""
    if not _scale:
        return proceed()
    record: Call = current()
    service = record.service or ""
    size, per_second = rate(service, action, record.params)
    key = (record.account or "", record.region or "", service, action)
    if not take(key, max(1.0, size * _scale), per_second * _scale, time.monotonic()):
        raise AwsError(*_REFUSALS.get(service, _OTHER_REFUSAL))
    return proceed()
