"""Target groups: one of a name, with the health check that their protocol allows, kept while a listener forwards to them."""

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.models import ELBv2Backend
from moto.elbv2.responses import ELBV2Response

from ..errors import AwsError
from ..override import replace, wrap
from . import attributes, found, health, names, tags

# What has to be equal for a second create to be the first one again.
_SETTINGS = (
    "vpc_id",
    "protocol",
    "port",
    "target_type",
    "healthcheck_protocol",
    "healthcheck_port",
    "healthcheck_path",
    "healthcheck_interval_seconds",
    "healthcheck_timeout_seconds",
    "healthy_threshold_count",
    "unhealthy_threshold_count",
    "matcher",
)
# Request parameter by attribute of moto's target group, for ModifyTargetGroup.
_CHECK = {
    "health_check_protocol": "HealthCheckProtocol",
    "health_check_port": "HealthCheckPort",
    "health_check_path": "HealthCheckPath",
    "health_check_interval_seconds": "HealthCheckIntervalSeconds",
    "health_check_timeout_seconds": "HealthCheckTimeoutSeconds",
    "healthy_threshold_count": "HealthyThresholdCount",
    "unhealthy_threshold_count": "UnhealthyThresholdCount",
}
_RANGES = {
    "health_check_interval_seconds": (5, 300),
    "health_check_timeout_seconds": (2, 120),
    "healthy_threshold_count": (2, 10),
    "unhealthy_threshold_count": (2, 10),
}


def _has(group: Any, setting: str) -> Any:
    return getattr(group, setting.replace("healthcheck_", "health_check_"), None)


def _check(protocol: str, check: dict[str, Any]) -> None:
    """A health check as it is to be. CreateTargetGroup, API reference, HealthCheck… ."""
    own = check["health_check_protocol"]
    if own not in ("HTTP", "HTTPS", "TCP"):
        raise AwsError("ValidationError", f"Health checks over '{own}' are not supported")
    if own == "TCP" and protocol in ("HTTP", "HTTPS"):
        raise AwsError("ValidationError", f"Health check protocol 'TCP' is not supported for target groups with protocol '{protocol}'")
    if own == "TCP" and (check.get("health_check_path") or check.get("matcher")):
        raise AwsError("ValidationError", "Health checks over TCP have neither path nor matcher")
    if own != "TCP" and not re.match(r"^/\S*$", check.get("health_check_path") or "/"):
        raise AwsError("ValidationError", f"Health check path '{check['health_check_path']}' must begin with a '/' character")
    for setting, (low, high) in _RANGES.items():
        value = check.get(setting)
        if value is not None and not low <= int(value) <= high:
            raise AwsError("ValidationError", f"{setting} '{value}' must be between '{low}-{high}' inclusive")
    interval, timeout = int(check["health_check_interval_seconds"]), int(check["health_check_timeout_seconds"])
    if timeout > interval or (timeout == interval and own != "TCP"):
        raise AwsError("ValidationError", f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'")


def _check_of(group: Any) -> dict[str, Any]:
    return {**{name: getattr(group, name, None) for name in _CHECK}, "matcher": getattr(group, "matcher", None)}


def install() -> None:
    # "This operation is idempotent […]": CreateTargetGroup, API reference.
    @wrap(ELBv2Backend, "create_target_group")
    def create_target_group(original: Any, self: Any, name: str, **kwargs: Any) -> Any:
        names.check(names.GROUP, name)
        tags.check(kwargs.get("tags") or [])
        for other in self.target_groups.values():
            if other.name != name:
                continue
            if any(kwargs.get(s) is not None and str(_has(other, s)) != str(kwargs[s]) for s in _SETTINGS):
                raise AwsError(
                    "DuplicateTargetGroupName",
                    f"A target group with the same name '{name}' exists, but with different settings",
                )
            return other
        # moto lets nothing have more than ten tags.
        given = kwargs.pop("tags", None)
        group = original(self, name, **kwargs)
        asked = _check_of(group)
        if asked["health_check_protocol"] == "TCP":
            # moto fills in or drops what such a check cannot have.
            asked |= {"health_check_path": kwargs.get("healthcheck_path"), "matcher": kwargs.get("matcher")}
            group.health_check_path = None
        try:
            _check(group.protocol, asked)
        except AwsError:
            del self.target_groups[group.arn]
            raise
        group.attributes = attributes.of_new_group(group)
        self.tagging_service.tag_resource(group.arn, given)
        return group

    @wrap(ELBv2Backend, "delete_target_group")
    def delete_target_group(original: Any, self: Any, target_group_arn: str) -> Any:
        if target_group_arn not in self.target_groups:
            # "If the target group […] does not exist" is no error of DeleteTargetGroup's page; it succeeds again.
            return None
        group = original(self, target_group_arn)
        self.tagging_service.delete_all_tags_for_resource(target_group_arn)
        return group

    @replace(ELBV2Response)
    def modify_target_group(self: Any) -> Any:
        group = found.group(self.elbv2_backend, self._get_param("TargetGroupArn"))
        wanted = _check_of(group)
        for name, parameter in _CHECK.items():
            if self._get_param(parameter) is not None:
                wanted[name] = self._get_param(parameter)
        matcher = self._get_param("Matcher")
        if matcher:
            wanted["matcher"] = dict(matcher)
        if wanted["health_check_protocol"] == "TCP" and self._get_param("HealthCheckProtocol"):
            wanted |= {"health_check_path": None, "matcher": None}
        elif wanted["health_check_protocol"] != "TCP":
            wanted["health_check_path"] = wanted["health_check_path"] or "/"
            wanted["matcher"] = wanted["matcher"] or {"HttpCode": "200"}
        _check(group.protocol, wanted)
        for name, value in wanted.items():
            setattr(group, name, value)
        health.changed(group)
        return ActionResult({"TargetGroups": [group]})

