"""Describing: pages of up to 400, at most 20 load balancers by ARN, and an error where any that is named is not there."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.responses import ELBV2Response

from .. import pages
from ..errors import AwsError
from ..override import replace
from . import found

_PAGE_MAX = 400
# "You can specify up to 20 load balancers in a single call": DescribeLoadBalancers. Of the others the reference says
# nothing; here they are held to the same.
_ARNS_MAX = 20


def _page(response: Any, key: str, items: list[Any], arn_of: Any) -> ActionResult:
    size = int(response._get_param("PageSize") or _PAGE_MAX)
    if not 1 <= size <= _PAGE_MAX:
        raise AwsError("ValidationError", f"PageSize '{size}' must be between '1-{_PAGE_MAX}' inclusive")
    marker = response._get_param("Marker")
    try:
        shown, following = pages.page(key, items, [arn_of(item) for item in items], marker, size)
    except KeyError as error:
        raise AwsError("ValidationError", f"Invalid marker '{marker}'") from error
    return ActionResult({key: shown, "NextMarker": following})


def _arn(item: Any) -> str:
    return str(item.arn)


def _named(response: Any, *parameters: str) -> list[list[str]]:
    """What the call names, by parameter; AWS takes one of them at a time."""
    given = [response._get_param(parameter) or [] for parameter in parameters]
    lists = [[value] if isinstance(value, str) else list(value) for value in given]
    if sum(map(bool, lists)) > 1:
        raise AwsError("ValidationError", f"{', '.join(parameters)} cannot be specified at the same time")
    for parameter, values in zip(parameters, lists, strict=True):
        if len(values) > _ARNS_MAX:
            raise AwsError("ValidationError", f"{parameter} may hold at most {_ARNS_MAX}")
    return lists


def install() -> None:
    @replace(ELBV2Response)
    def describe_load_balancers(self: Any) -> ActionResult:
        backend = self.elbv2_backend
        arns, names = _named(self, "LoadBalancerArns", "Names")
        shown = list(backend.load_balancers.values())
        if arns:
            shown = [found.balancer(backend, arn) for arn in arns]
        if names:
            by_name = {balancer.name: balancer for balancer in shown}
            missing = [name for name in names if name not in by_name]
            if missing:
                raise AwsError("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found")
            shown = [by_name[name] for name in names]
        return _page(self, "LoadBalancers", shown, _arn)

    @replace(ELBV2Response)
    def describe_target_groups(self: Any) -> ActionResult:
        backend = self.elbv2_backend
        arns, names, [*users] = _named(self, "TargetGroupArns", "Names", "LoadBalancerArn")
        shown = sorted(backend.target_groups.values(), key=lambda group: group.name)
        if arns:
            shown = [found.group(backend, arn) for arn in arns]
        if names:
            by_name = {group.name: group for group in shown}
            if any(name not in by_name for name in names):
                raise AwsError("TargetGroupNotFound", "One or more target groups not found")
            shown = [by_name[name] for name in names]
        for user in users:
            found.balancer(backend, user)
            shown = [group for group in shown if user in group.load_balancer_arns]
        return _page(self, "TargetGroups", shown, _arn)

    @replace(ELBV2Response)
    def describe_listeners(self: Any) -> ActionResult:
        backend = self.elbv2_backend
        arns, [*users] = _named(self, "ListenerArns", "LoadBalancerArn")
        if not arns and not users:
            raise AwsError("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
        shown = [found.listener(backend, arn) for arn in arns]
        for user in users:
            shown = list(found.balancer(backend, user).listeners.values())
        return _page(self, "Listeners", shown, _arn)
