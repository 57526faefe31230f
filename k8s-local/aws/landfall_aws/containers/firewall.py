"""What security groups let through: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html and, of load
balancers, https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html. Network ACLs and
routes are not looked at.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models import ec2_backends


def _rules(backend: Any, group_ids: Iterable[str], port: int, is_egress: bool) -> Iterator[Any]:
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        rules = (group.egress_rules if is_egress else group.ingress_rules) if group else []
        for rule in rules:
            if rule.ip_protocol == "-1" or (rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port):
                yield rule


def _names(rule: Any, group_ids: Iterable[str], networks: Iterable[IPv4Network]) -> bool:
    """Whether the other end of a rule is one of these groups, or all of these networks."""
    if rule.source_group.get("GroupId") in set(group_ids):
        return True
    return rule.cidr_ipv4 is not None and all(network.subnet_of(IPv4Network(rule.cidr_ipv4)) for network in networks)


def _ends(backend: Any, vpc_id: str, target_id: str) -> tuple[list[str], list[IPv4Network]] | None:
    """Groups and address of a target: of the interface that has the address, or of an instance."""
    if target_id.startswith("i-"):
        instance = backend.get_instance_by_id(target_id)
        return ([group.id for group in instance.security_groups], [IPv4Network(instance.private_ip)]) if instance else None
    for eni in backend.enis.values():
        if eni.subnet.vpc_id == vpc_id and eni.private_ip_address == target_id:
            return [group.id for group in eni.group_set], [IPv4Network(target_id)]
    return None


def leads(where: tuple[str, str], balancer: Any, target_id: str, port: int) -> bool:
    """Whether a load balancer of an account and region gets to a target."""
    backend = ec2_backends[where[0]][where[1]]
    found = _ends(backend, balancer.vpc_id, target_id)
    if found is None:
        return False
    groups, address = found
    own = list(balancer.security_groups or [])
    subnets = [IPv4Network(subnet.cidr_block) for subnet in balancer.subnets]
    goes_out = not own or any(_names(rule, groups, address) for rule in _rules(backend, own, port, True))
    return goes_out and any(_names(rule, own, subnets) for rule in _rules(backend, groups, port, False))


def is_open(where: tuple[str, str], balancer: Any, port: int) -> bool:
    """Whether a load balancer lets anybody in at all. A network load balancer without groups lets in everybody."""
    groups = list(balancer.security_groups or [])
    return not groups or any(_rules(ec2_backends[where[0]][where[1]], groups, port, False))


def lets_in(where: tuple[str, str], balancer: Any, endpoint: Any, port: int) -> bool:
    """Whether an endpoint lets anybody in, and the load balancer behind it somebody of the endpoint's network."""
    consumer = endpoint.ec2_backend
    if not any(_rules(consumer, endpoint.security_group_ids, port, False)):
        return False
    if getattr(balancer, "enforce_security_group_inbound_rules_on_private_link_traffic", "on") == "off":
        return True
    groups = list(balancer.security_groups or [])
    rules = _rules(ec2_backends[where[0]][where[1]], groups, port, False)
    network = IPv4Network(consumer.vpcs[endpoint.vpc_id].cidr_block)
    return not groups or any(rule.cidr_ipv4 and IPv4Network(rule.cidr_ipv4).overlaps(network) for rule in rules)
