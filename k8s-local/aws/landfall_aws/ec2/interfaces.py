"""Network interfaces: groups must exist, addresses stay inside the subnet, and what is in use stays."""

import ipaddress
from typing import Any

from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet

from ..call import current
from ..errors import AwsError
from ..override import wrap
from .tags import forget


def in_subnet(backend: Any, subnet_id: str) -> list[NetworkInterface]:
    return [eni for eni in backend.enis.values() if eni.subnet.id == subnet_id]


def in_vpc(backend: Any, vpc_id: str) -> list[NetworkInterface]:
    return [eni for eni in backend.enis.values() if eni.subnet.vpc_id == vpc_id]


def with_group(backend: Any, group_id: str) -> list[NetworkInterface]:
    return [eni for eni in backend.enis.values() if any(group.id == group_id for group in eni.group_set)]


def _lowest_free(backend: Any, subnet: Subnet) -> str | None:
    # AWS keeps the first four addresses and the last of a subnet for itself.
    taken = {a["PrivateIpAddress"] for eni in in_subnet(backend, subnet.id) for a in eni.private_ip_addresses}
    network = ipaddress.ip_network(subnet.cidr_block)
    for offset in range(4, network.num_addresses - 1):
        address = str(network[offset])
        if address not in taken:
            return address
    return None


def has_room(backend: Any, subnet_id: str) -> bool:
    return _lowest_free(backend, backend.get_subnet(subnet_id)) is not None


def free_address(backend: Any, subnet: Subnet) -> str:
    address = _lowest_free(backend, subnet)
    if address is None:
        raise AwsError(
            "InsufficientFreeAddressesInSubnet",
            f"The specified subnet '{subnet.id}' has insufficient free addresses to satisfy the request.",
        )
    return address


def check_room(backend: Any, subnet_ids: list[str]) -> None:
    """Before a service registers what is to have an interface in each of them: a refused call leaves nothing."""
    for subnet_id in subnet_ids:
        free_address(backend, backend.get_subnet(subnet_id))


def add_managed(backend: Any, subnet: Subnet, kind: str, requester: str, **more: Any) -> NetworkInterface:
    """An interface that one of AWS's services makes and keeps in a subnet."""
    eni = backend.create_network_interface(subnet, free_address(backend, subnet), **more)
    eni.interface_type = kind
    eni.requester_managed = True
    eni.requester_id = requester
    eni.status = "in-use"
    eni.attachment_id = eni.id.replace("eni-", "ela-attach-")
    return eni


def remove_managed(backend: Any, eni_id: str) -> None:
    backend.enis.pop(eni_id, None)
    forget(backend, eni_id)


class ServiceAttachment:
    """How AWS's own attachments of requester-managed interfaces look."""

    def __init__(self, eni: NetworkInterface) -> None:
        self.attachment_id = eni.id.replace("eni-", "ela-attach-")
        self.attach_time = None
        self.delete_on_termination = False
        self.device_index = 1
        # Each service's own; AWS shows the account of PrivateLink and of NAT gateways as amazon-aws.
        named = eni.requester_id in ("amazon-elb", "amazon-rds", "amazon-elasticache")
        self.instance_owner_id = eni.requester_id if named else "amazon-aws"
        self.status = "attached"


def install() -> None:
    @wrap(EC2Backend, "create_network_interface")
    def create(original: Any, self: Any, subnet: Any, private_ip_address: Any, *args: Any, **kwargs: Any) -> Any:
        subnet = self.get_subnet(subnet) if isinstance(subnet, str) else subnet
        group_ids = kwargs.get("group_ids") if "group_ids" in kwargs else (args[1] if len(args) > 1 else None)
        for group_id in group_ids or []:
            # moto makes a group of that id.
            group = self.get_security_group_from_id(group_id)
            if group is None:
                raise InvalidSecurityGroupNotFoundError(group_id)
            if group.vpc_id != subnet.vpc_id:
                raise AwsError(
                    "InvalidParameterValue",
                    f"You have specified two resources that belong to different networks: {group_id}, {subnet.id}.",
                )
        outside = isinstance(private_ip_address, str) and subnet.cidr_block and not _inside(private_ip_address, subnet)
        if subnet.cidr_block and (not private_ip_address or outside) and not (args and args[0]):
            # moto picks at random, for NAT gateways even outside of the subnet.
            private_ip_address = free_address(self, subnet)
        return original(self, subnet, private_ip_address, *args, **kwargs)

    @wrap(EC2Backend, "delete_network_interface")
    def delete(original: Any, self: Any, eni_id: str) -> None:
        eni = self.enis.get(eni_id)
        if eni is not None and (eni.requester_managed or eni.attachment_id):
            raise AwsError("InvalidParameterValue", f"Network interface '{eni_id}' is currently in use.")
        original(self, eni_id)
        forget(self, eni_id)


    Subnet.available_ip_address_count = property(  # type: ignore[assignment,method-assign]
        lambda self: self._available_ip_addresses - _addresses_by_subnet(self.ec2_backend).get(self.id, 0)
    )


def _inside(address: str, subnet: Subnet) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(subnet.cidr_block)


_counted: tuple[Any, Any, dict[str, int]] = (None, None, {})


def _addresses_by_subnet(backend: Any) -> dict[str, int]:
    """Counted once for a call that lists many subnets."""
    global _counted
    if _counted[0] is not current() or _counted[1] is not backend:
        counts: dict[str, int] = {}
        for eni in backend.enis.values():
            counts[eni.subnet.id] = counts.get(eni.subnet.id, 0) + len(eni.private_ip_addresses)
        _counted = (current(), backend, counts)
    return _counted[2]
