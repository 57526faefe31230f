"""Token buckets per account, region and action, or group of actions, as AWS publishes them; off unless a scale is set."""

import time
from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse

from . import checks, rates
from .call import Call, current
from .errors import AwsError
from .ledger import is_write
from .rates import Rate

OFF = {"scale": 0}

# (bucket size, tokens a second). https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, "Request
# token bucket sizes and refill rates". The same figures as operator/aws/throttle.ts, which keeps to them.
_EC2: dict[str, Rate] = {
    "CreateTags": Rate(100, 10),
    "DeleteTags": Rate(100, 10),
    "CreateVpcEndpoint": Rate(4, 0.3),
    "ModifyVpcEndpoint": Rate(4, 0.3),
    "DeleteVpcEndpoints": Rate(4, 0.3),
    "AcceptVpcEndpointConnections": Rate(10, 1),
    "RejectVpcEndpointConnections": Rate(10, 1),
    "CreateVpcEndpointServiceConfiguration": Rate(10, 1),
    "ModifyVpcEndpointServiceConfiguration": Rate(10, 1),
    "DeleteVpcEndpointServiceConfigurations": Rate(10, 1),
    "CreateNatGateway": Rate(10, 1),
    "DeleteNatGateway": Rate(10, 1),
}
_EC2_READ = Rate(100, 20)
# Same table, "Unfiltered and unpaginated non-mutating actions": these actions, asked with neither filter nor MaxResults.
_EC2_BARE_READ = Rate(50, 10)
_BARE = {
    "DescribeInstances",
    "DescribeInstanceStatus",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSnapshots",
    "DescribeSpotInstanceRequests",
    "DescribeVolumes",
}
_EC2_WRITE = Rate(50, 5)

# EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html ; query services: common errors of
# the IAM API reference; JSON services: common errors of theirs, and the error of its own that the tagging API has.
_REFUSALS = {
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "acm": ("ThrottlingException", "Rate exceeded", 400),
    "backup": ("ThrottlingException", "Rate exceeded", 400),
    "dynamodb": ("ThrottlingException", "Rate exceeded", 400),
    "ecs": ("ThrottlingException", "Rate exceeded", 400),
    "elbv2": ("ThrottlingException", "Rate exceeded", 400),
    "kms": ("ThrottlingException", "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.", 400),
    "secretsmanager": ("ThrottlingException", "Rate exceeded", 400),
    "ssm": ("ThrottlingException", "Rate exceeded", 400),
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


def rates_of(service: str, action: str, params: dict[str, Any]) -> list[Rate]:
    """AWS's figures for one action of a service, for each bucket that it empties; none where requests are not counted."""
    if service == "ec2":
        if action in _EC2:
            return [_EC2[action]]
        if is_write(action):
            return [_EC2_WRITE]
        bare = action in _BARE and not any(params.get(name) for name in params if name not in ("DryRun", "NextToken"))
        return [_EC2_BARE_READ if bare else _EC2_READ]
    return rates.rates(service, action)


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
    for figures in rates_of(service, action, record.params):
        # Route 53 is one for all regions.
        region = "" if service == "route53" else record.region or ""
        key = (record.account or "", region, service, figures.group or action)
        if not take(key, max(1.0, figures.size * _scale), figures.per_second * _scale, time.monotonic()):
            raise AwsError(*_REFUSALS.get(service, _OTHER_REFUSAL))
    return proceed()
