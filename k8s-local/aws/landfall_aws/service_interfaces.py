"""The network interfaces of AWS's services: they hold subnet and security groups while their owner lives, and for a
while after it is gone. https://github.com/hashicorp/terraform-provider-aws/issues/10329"""

from typing import Any

from moto.ec2.models import ec2_backends

from . import lifecycle
from .ec2.interfaces import add_managed, remove_managed
from .errors import AwsError


def add(owner: Any, subnet_ids: list[str], group_ids: list[str], requester: str, description: str, kind: str = "interface") -> list[str]:
    """One interface a subnet; `owner` is the moto backend of the service. The ids."""
    backend = ec2_backends[owner.account_id][owner.region_name]
    return [
        add_managed(
            backend, backend.get_subnet(subnet_id), kind, requester, group_ids=list(group_ids), description=description
        ).id
        for subnet_id in subnet_ids
    ]


def linger(owner: Any, ids: list[str], seconds: float) -> None:
    """What it was made for is gone; the interfaces follow after so many seconds."""
    backend = ec2_backends[owner.account_id][owner.region_name]

    def gone() -> None:
        for eni_id in ids:
            remove_managed(backend, eni_id)

    lifecycle.after(seconds, gone)


def set_groups(owner: Any, ids: list[str], group_ids: list[str]) -> None:
    backend = ec2_backends[owner.account_id][owner.region_name]
    for eni_id in ids:
        backend.enis[eni_id]._group_set = [backend.get_security_group_from_id(group_id) for group_id in group_ids]


def in_subnet(owner: Any, ids: list[str], subnet_id: str) -> list[str]:
    """Those of the ids that lie in a subnet."""
    backend = ec2_backends[owner.account_id][owner.region_name]
    return [eni_id for eni_id in ids if eni_id in backend.enis and backend.enis[eni_id].subnet.id == subnet_id]


def check_groups(owner: Any, group_ids: list[str], vpc_id: str | None, code: str, message: str) -> None:
    """Refuses groups that do not exist, or are of another VPC than `vpc_id`; `{}` in the message is the group."""
    backend = ec2_backends[owner.account_id][owner.region_name]
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None or (vpc_id and group.vpc_id != vpc_id):
            raise AwsError(code, message.format(group_id))
