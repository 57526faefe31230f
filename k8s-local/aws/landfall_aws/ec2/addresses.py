"""Elastic IP addresses: kept while something holds them."""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_ip_addresses import ElasticAddress

from ..errors import AwsError
from ..override import wrap
from .tags import forget


def _refuse_held(address: ElasticAddress) -> None:
    """What AWS says of an address that a NAT gateway holds has to do with permissions, whoever asks:
    https://github.com/kubernetes/kops/issues/1604, https://github.com/eformat/sno-for-100/issues/9
    """
    if address.eni is not None and address.eni.requester_managed:
        raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")


def install() -> None:
    @wrap(EC2Backend, "disassociate_address")
    def disassociate(original: Any, self: Any, address: str | None = None, association_id: str | None = None) -> None:
        found = self.address_by_ip([address]) if address else self.address_by_association([association_id])
        _refuse_held(found[0])
        original(self, address=address, association_id=association_id)

    @wrap(EC2Backend, "release_address")
    def release(original: Any, self: Any, address: str | None = None, allocation_id: str | None = None) -> None:
        found = (self.address_by_ip([address]) if address else self.address_by_allocation([allocation_id]))[0]
        _refuse_held(found)
        if found.association_id:
            raise AwsError("InvalidIPAddress.InUse", f"Address {found.public_ip} is in use.")
        released = found.allocation_id
        original(self, address=address, allocation_id=allocation_id)
        forget(self, released or "")
