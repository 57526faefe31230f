"""The network interfaces of interface endpoints: one a subnet, managed by AWS, gone a little after the endpoint."""

from typing import Any

from .. import lifecycle
from ..errors import AwsError
from .interfaces import ServiceAttachment, add_managed, check_room, remove_managed


def check_zones(backend: Any, subnet_ids: list[str]) -> None:
    zones: set[str] = set()
    for subnet_id in subnet_ids:
        zone = backend.get_subnet(subnet_id).availability_zone
        if zone in zones:
            raise AwsError(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet_id}. VPC endpoint subnets "
                "should be in different availability zones supported by the VPC endpoint service.",
            )
        zones.add(zone)


def check_network(backend: Any, vpc_id: str, subnet_ids: list[str], group_ids: list[str]) -> None:
    for subnet_id in subnet_ids:
        if backend.get_subnet(subnet_id).vpc_id != vpc_id:
            raise AwsError("InvalidParameter", f"The subnet {subnet_id} does not belong to {vpc_id}.")
    check_room(backend, subnet_ids)
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc_id:
            raise AwsError("InvalidParameter", f"Security group {group_id} does not belong to {vpc_id}.")


def add(backend: Any, endpoint: Any, subnet_id: str) -> None:
    eni = add_managed(
        backend,
        backend.get_subnet(subnet_id),
        "vpc_endpoint",
        "amazon-vpc-endpoints",
        group_ids=list(endpoint.security_group_ids),
        description=f"VPC Endpoint Interface {endpoint.id}",
    )
    eni.source_dest_check = True
    endpoint.network_interface_ids.append(eni.id)


def remove(backend: Any, eni_ids: list[str], seconds: float) -> None:
    def gone() -> None:
        for eni_id in eni_ids:
            remove_managed(backend, eni_id)

    lifecycle.after(seconds, gone)


def set_groups(backend: Any, endpoint: Any) -> None:
    members = [backend.get_security_group_from_id(group_id) for group_id in endpoint.security_group_ids]
    for eni_id in endpoint.network_interface_ids:
        backend.enis[eni_id]._group_set = list(members)


def attachment(eni: Any) -> ServiceAttachment:
    return ServiceAttachment(eni)
