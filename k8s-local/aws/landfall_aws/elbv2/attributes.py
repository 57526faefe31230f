"""Attributes of load balancers and target groups: all that each sort has, with AWS's defaults, and no others.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
"""

from typing import Any

from moto.elbv2.models import ELBv2Backend

from ..errors import AwsError
from ..override import replace, wrap
from . import found

_BALANCER = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
_APPLICATION = {
    **_BALANCER,
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
}
_NETWORK = {
    **_BALANCER,
    "dns_record.client_routing_policy": "any_availability_zone",
    "load_balancing.cross_zone.enabled": "false",
    "secondary_ips.auto_assigned.per_subnet": "0",
}
_GROUP = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "stickiness.enabled": "false",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
_GROUP_OF_APPLICATION = {
    **_GROUP,
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
}
_GROUP_OF_NETWORK = {
    **_GROUP,
    "deregistration_delay.connection_termination.enabled": "false",
    "proxy_protocol_v2.enabled": "false",
    "stickiness.type": "source_ip",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}
# The numbers that some of them take.
_RANGES = {
    "client_keep_alive.seconds": (60, 604800),
    "deregistration_delay.timeout_seconds": (0, 3600),
    "idle_timeout.timeout_seconds": (1, 4000),
}
_WORDS = {
    "routing.http.desync_mitigation_mode": ("monitor", "defensive", "strictest"),
    "load_balancing.algorithm.type": ("round_robin", "least_outstanding_requests", "weighted_random"),
}


def of_new_balancer(balancer: Any) -> dict[str, str]:
    attributes = dict(_NETWORK if balancer.type == "network" else _APPLICATION)
    # "It is set to false for internet-facing load balancers and true for internal load balancers."
    attributes["ipv6.deny_all_igw_traffic"] = str(balancer.scheme == "internal").lower()
    return attributes


def of_new_group(group: Any) -> dict[str, str]:
    if group.protocol in ("HTTP", "HTTPS"):
        return dict(_GROUP_OF_APPLICATION)
    # "Disabled if the target group type is IP address and the target group protocol is TCP or TLS. Otherwise […] enabled."
    hidden = group.target_type == "ip" and group.protocol in ("TCP", "TLS")
    return {**_GROUP_OF_NETWORK, "preserve_client_ip.enabled": str(not hidden).lower()}


def _check(noun: str, sort: str, known: dict[str, str], given: dict[str, str]) -> None:
    for key, value in given.items():
        if key not in known:
            raise AwsError(
                "InvalidConfigurationRequest", f"{noun} attribute key '{key}' is not supported on {noun.lower()}s with {sort}"
            )
        low, high = _RANGES.get(key, (None, None))
        if low is not None and not (value.isdigit() and low <= int(value) <= high):
            raise AwsError("ValidationError", f"'{key}' value '{value}' must be between '{low}-{high}' inclusive")
        words = _WORDS.get(key) or (("true", "false") if known[key] in ("true", "false") else None)
        if words and value not in words:
            raise AwsError("ValidationError", f"'{key}' value '{value}' must be one of [{', '.join(words)}]")


def install() -> None:
    @replace(ELBv2Backend)
    def modify_load_balancer_attributes(self: Any, arn: str, attrs: dict[str, str]) -> dict[str, str]:
        balancer = found.balancer(self, arn)
        _check("Load balancer", f"type '{balancer.type}'", balancer.attrs, attrs)
        if balancer.type == "application" and attrs.get("load_balancing.cross_zone.enabled") == "false":
            # "The default for Application Load Balancers is true, and can't be changed."
            raise AwsError("InvalidConfigurationRequest", "Cross-zone load balancing of application load balancers stays enabled")
        if attrs.get("access_logs.s3.enabled") == "true" and not {**balancer.attrs, **attrs}["access_logs.s3.bucket"]:
            raise AwsError("InvalidConfigurationRequest", "Access logs want a bucket")
        balancer.attrs.update(attrs)
        return balancer.attrs

    @wrap(ELBv2Backend, "modify_target_group_attributes")
    def modify_target_group_attributes(original: Any, self: Any, target_group_arn: str, attributes: dict[str, str]) -> None:
        group = found.group(self, target_group_arn)
        _check("Target group", f"protocol '{group.protocol}'", group.attributes, attributes)
        original(self, target_group_arn, attributes)
