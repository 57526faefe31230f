"""What clusters and replication groups have in common: states that end by themselves, and the network they lie in."""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends

from .. import engines, lifecycle, service_interfaces
from ..ec2 import subnets as ec2_subnets
from ..errors import AwsError
from ..settings import Settings


class Caches:
    def __init__(self, settings: Settings) -> None:
        self.seconds = settings.cache_seconds
        self._interface_seconds = settings.interface_seconds

    def enter(self, thing: Any, state: str, then: Callable[[], None] = lambda: None) -> None:
        """`state` for its time, unless something ends it earlier; then available."""
        set_state(thing, state)

        def end() -> None:
            if thing.status != state:
                return
            if engines.busy(thing):
                lifecycle.after(engines.BEAT_SECONDS, end)
                return
            set_state(thing, "available")
            then()

        lifecycle.after(self.seconds, end)

    def linger(self, backend: Any, enis: list[str]) -> None:
        service_interfaces.linger(backend, enis, self._interface_seconds)


def set_state(thing: Any, state: str) -> None:
    thing.status = state
    if hasattr(thing, "cache_cluster_status"):
        thing.cache_cluster_status = state
    for member in getattr(thing, "landfall_members", []):
        set_state(member, state)


def in_state(thing: Any, code: str, name: str, *states: str) -> None:
    if thing.status not in states:
        raise AwsError(code, f"{name} is {thing.status}, not in {' or '.join(states)} state.")


def check_network(backend: Any, subnet_group: str | None, group_ids: list[str] | None) -> None:
    if subnet_group and subnet_group not in backend.cache_subnet_groups:
        raise AwsError("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {subnet_group} does not exist.")
    vpc_id = backend.cache_subnet_groups[subnet_group].vpc_id if subnet_group else None
    service_interfaces.check_groups(
        backend, group_ids or [], vpc_id, "InvalidParameterValue", "The security group {} is not of the cache's VPC."
    )


def places(backend: Any, subnet_group: str | None) -> list[tuple[str | None, str]]:
    """Subnet and zone for one node after the other, in turn; zones alone where there is no subnet group."""
    group = backend.cache_subnet_groups.get(subnet_group or "")
    if group is None:
        return [(None, f"{backend.region_name}{letter}") for letter in "ab"]
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    return [(subnet_id, ec2_subnets.find(ec2, subnet_id).availability_zone) for subnet_id in group.subnet_ids]


def add_interface(backend: Any, subnet_id: str | None, group_ids: list[str] | None, node: str) -> list[str]:
    subnets = [subnet_id] if subnet_id else []
    return service_interfaces.add(backend, subnets, group_ids or [], "amazon-elasticache", f"ElastiCache {node}")
