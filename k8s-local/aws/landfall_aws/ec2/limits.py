"""What counts towards the quotas of EC2: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html

What AWS makes by itself counts, too: the default VPC, and the main table, the default ACL and group of each VPC.
"""

from collections.abc import Callable, Iterable
from typing import Any

from moto.ec2.responses import EC2Response

from ..override import wrap
from ..quotas import require
from . import groups
from .vpc_cidrs import live_blocks

_NAT_STATES = ("pending", "available", "deleting")
# The entry that denies everything else.
_LAST_ENTRY = 32767


def _in_vpc(things: Iterable[Any], vpc_id: str) -> int:
    return sum(1 for thing in things if thing.vpc_id == vpc_id)


def _subnets(backend: Any) -> list[Any]:
    return [subnet for zone in backend.subnets.values() for subnet in zone.values()]


def _subnet(backend: Any, get: Any) -> None:
    require("subnetsPerVpc", _in_vpc(_subnets(backend), get("VpcId")))


def _block(backend: Any, get: Any) -> None:
    vpc = backend.vpcs.get(get("VpcId"))
    require("blocksPerVpc", len(live_blocks(vpc)) if vpc else 0)


def _route(backend: Any, get: Any) -> None:
    # Without the local ones; IPv4 and IPv6 each by itself.
    ipv6 = bool(get("DestinationIpv6CidrBlock"))
    table = backend.route_tables.get(get("RouteTableId"))
    routes = [route for route in table._routes.values() if not route.local] if table else []
    require("routesPerTable", sum(1 for route in routes if bool(route.destination_ipv6_cidr_block) == ipv6))


def _entry(backend: Any, get: Any) -> None:
    # In and out each by itself.
    acl = backend.network_acls.get(get("NetworkAclId"))
    entries = [e for e in (acl.network_acl_entries if acl else []) if int(e.rule_number) < _LAST_ENTRY]
    require("entriesPerNetworkAcl", sum(1 for e in entries if _is(e.egress) == _is(get("Egress"))))


def _is(flag: Any) -> bool:
    return str(flag).lower() == "true"


def _nat(backend: Any, get: Any) -> None:
    zones = {subnet.id: subnet.availability_zone for subnet in _subnets(backend)}
    zone = zones.get(get("SubnetId"))
    held = [g for g in backend.nat_gateways.values() if g.state in _NAT_STATES and zones.get(g.subnet_id) == zone]
    require("natGatewaysPerZone", len(held))


def _endpoint(backend: Any, get: Any) -> None:
    gateways, interfaces = [], []
    for endpoint in backend.vpc_end_points.values():
        (gateways if endpoint.vpc_endpoint_type == "Gateway" else interfaces).append(endpoint)
    if (get("VpcEndpointType") or "Gateway") == "Gateway":
        require("gatewayEndpoints", len(gateways))
    else:
        require("interfaceEndpointsPerVpc", _in_vpc(interfaces, get("VpcId")))


_CHECKS: dict[str, Callable[[Any, Any], None]] = {
    "create_vpc": lambda backend, _: require("vpcs", len(backend.vpcs)),
    "create_subnet": _subnet,
    "associate_vpc_cidr_block": _block,
    "create_internet_gateway": lambda backend, _: require("internetGateways", len(backend.internet_gateways)),
    "create_route_table": lambda backend, get: require(
        "routeTablesPerVpc", _in_vpc(backend.route_tables.values(), get("VpcId"))
    ),
    "create_route": _route,
    "create_network_acl": lambda backend, get: require(
        "networkAclsPerVpc", _in_vpc(backend.network_acls.values(), get("VpcId"))
    ),
    "create_network_acl_entry": _entry,
    "create_security_group": lambda backend, _: require("securityGroups", sum(map(len, backend.groups.values()))),
    "allocate_address": lambda backend, _: require("addresses", len(backend.addresses)),
    "create_nat_gateway": _nat,
    "create_vpc_endpoint": _endpoint,
}


def _before(name: str, check: Callable[[Any], None]) -> None:
    @wrap(EC2Response, name)
    def action(original: Any, self: Any) -> Any:
        check(self)
        return original(self)


def _rules(response: Any, egress: bool) -> None:
    # In and out each by itself; a call is whole or nothing.
    permissions = list(response._process_rules_from_querystring())
    group = groups.find(response.ec2_backend, permissions[0]["group_name_or_id"] if permissions else "")
    if group is None:
        return
    peers = ("ip_ranges", "source_groups", "prefix_list_ids")
    more = sum(len(permission[peer] or []) for permission in permissions for peer in peers)
    require("rulesPerSecurityGroup", len(group.egress_rules if egress else group.ingress_rules), more)


def install() -> None:
    """After all else, which replaces these actions."""
    for name, check in _CHECKS.items():
        _before(name, lambda response, check=check: check(response.ec2_backend, response._get_param))  # type: ignore[misc]
    _before("authorize_security_group_ingress", lambda response: _rules(response, egress=False))
    _before("authorize_security_group_egress", lambda response: _rules(response, egress=True))
