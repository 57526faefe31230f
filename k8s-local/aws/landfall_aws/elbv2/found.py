"""What an ARN names, or AWS's error where it names nothing."""

from typing import Any

from ..errors import AwsError


def balancer(backend: Any, arn: str) -> Any:
    if arn not in backend.load_balancers:
        raise AwsError("LoadBalancerNotFound", f"Load balancer '{arn}' not found")
    return backend.load_balancers[arn]


def group(backend: Any, arn: str) -> Any:
    if arn not in backend.target_groups:
        raise AwsError("TargetGroupNotFound", "One or more target groups not found")
    return backend.target_groups[arn]


def listener(backend: Any, arn: str) -> Any:
    for each in backend.load_balancers.values():
        if arn in each.listeners:
            return each.listeners[arn]
    raise AwsError("ListenerNotFound", "One or more listeners not found")
