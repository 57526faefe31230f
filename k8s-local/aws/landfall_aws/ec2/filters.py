"""Filters: any of the values, wildcards in them, all of the filters.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html (moto wants every value where a thing has
several, and lacks some filters.)
"""

import fnmatch
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import moto.ec2.models.internet_gateways as gateways_module
import moto.ec2.utils as ec2_utils
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.network_acls import NetworkAcl
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.utils import format_timestamp

from ..errors import AwsError
from ..override import replace, wrap


def _text(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, datetime):
        return [format_timestamp(value)]
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [text for item in value for text in _text(item)]
    return [str(value)]


def matches(value: Any, wanted: Any) -> bool:
    patterns = [wanted] if isinstance(wanted, str) else list(wanted or [])
    return any(_like(text, str(pattern)) for text in _text(value) for pattern in patterns)


def _like(text: str, pattern: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return text == pattern
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def _tag_value(resource: Any, name: str) -> Any:
    tags = resource.ec2_backend.tags.get(resource.id) or {}
    if name.startswith("tag:"):
        return tags.get(name.removeprefix("tag:"))
    return list(tags) if name == "tag-key" else list(tags.values())


def is_matching(resource: Any, name: str, wanted: Any) -> bool:
    if name.startswith("tag:") or name in ("tag-key", "tag-value"):
        return matches(_tag_value(resource, name), wanted)
    return matches(resource.get_filter_value(name), wanted)


_GROUP = {
    "description": lambda g: g.description,
    "group-id": lambda g: g.id,
    "group-name": lambda g: g.name,
    "owner-id": lambda g: g.owner_id,
    "vpc-id": lambda g: g.vpc_id,
}
_PERMISSION = {
    "cidr": lambda r: r.cidr_ipv4,
    "ipv6-cidr": lambda r: r.cidr_ipv6,
    "from-port": lambda r: r.from_port,
    "to-port": lambda r: r.to_port,
    "protocol": lambda r: r.ip_protocol,
    "group-id": lambda r: r.source_group.get("GroupId"),
    "prefix-list-id": lambda r: r.prefix_list_id,
    "user-id": lambda r: r.source_group.get("UserId"),
}


def _group_value(group: SecurityGroup, name: str) -> Any:
    if name in _GROUP:
        return _GROUP[name](group)
    rules = group.egress_rules if name.startswith("egress.") else group.ingress_rules
    read = _PERMISSION.get(name.removeprefix("egress.").removeprefix("ip-permission."))
    if read is None:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return [read(rule) for rule in rules]


def _install_groups() -> None:
    @replace(SecurityGroup, "matches_filter")
    def group_matches(self: SecurityGroup, name: str, wanted: Any) -> bool:
        if name.startswith("tag:") or name in ("tag-key", "tag-value"):
            return matches(_tag_value(self, name), wanted)
        return matches(_group_value(self, name), wanted)

    @replace(SecurityGroupRule, "matches_filter")
    def rule_matches(self: SecurityGroupRule, name: str, wanted: Any) -> bool:
        if name.startswith("tag:") or name in ("tag-key", "tag-value"):
            return matches(_tag_value(self, name), wanted)
        values = {"group-id": self.group_id, "security-group-rule-id": self.id}
        if name not in values:
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
        return matches(values[name], wanted)


def install() -> None:
    ec2_utils.is_filter_matching = is_matching
    _install_groups()

    def internet_gateways(gateways: list[InternetGateway], filters: dict[str, Any]) -> list[InternetGateway]:
        return [g for g in gateways if all(is_matching(g, name, wanted) for name, wanted in filters.items())]

    gateways_module.filter_internet_gateways = internet_gateways  # type: ignore[assignment]

    @wrap(InternetGateway, "get_filter_value")
    def gateway_value(original: Any, self: InternetGateway, name: str, method: str | None = None) -> Any:
        known = {
            "attachment.vpc-id": self.vpc.id if self.vpc else None,
            "attachment.state": "available" if self.vpc else None,
            "internet-gateway-id": self.id,
            "owner-id": self.owner_id,
        }
        return known[name] if name in known else original(self, name, method)

    @wrap(Subnet, "get_filter_value")
    def subnet_value(original: Any, self: Subnet, name: str, method: str | None = None) -> Any:
        known = {"owner-id": self.owner_id, "availability-zone-id": self.availability_zone_id}
        return known[name] if name in known else original(self, name, method)

    @wrap(RouteTable, "get_filter_value")
    def table_value(original: Any, self: RouteTable, name: str, method: str | None = None) -> Any:
        if name == "owner-id":
            return self.owner_id
        if name == "route.destination-prefix-list-id":
            return [route.destination_prefix_list_id for route in self._routes.values()]
        if name == "route.gateway-id":
            return [route.gateway_id for route in self._routes.values()]
        return original(self, name, method)

    @wrap(NetworkAcl, "get_filter_value")
    def acl_value(original: Any, self: NetworkAcl, name: str, method: str | None = None) -> Any:
        return self.id if name == "network-acl-id" else original(self, name, method)

    @wrap(VPCEndPoint, "get_filter_value")
    def endpoint_value(original: Any, self: VPCEndPoint, name: str, method: str | None = None) -> Any:
        known = {"vpc-endpoint-id": self.id, "vpc-endpoint-type": self.vpc_endpoint_type, "vpc-endpoint-state": self.state}
        return known[name] if name in known else original(self, name, method)

    @wrap(NetworkInterface, "get_filter_value")
    def interface_value(original: Any, self: NetworkInterface, name: str, method: str | None = None) -> Any:
        known = {
            "interface-type": self.interface_type,
            "requester-managed": self.requester_managed,
            "status": self.status,
            "owner-id": self.owner_id,
        }
        return known[name] if name in known else original(self, name, method)
