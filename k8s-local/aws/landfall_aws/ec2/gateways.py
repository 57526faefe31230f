"""Internet gateways: one a VPC, not deleted while attached, not detached while public addresses need them."""

from typing import Any

from moto.ec2.models import EC2Backend

from ..errors import AwsError, dependency_violation
from ..override import wrap
from . import interfaces
from .tags import forget


def install() -> None:
    @wrap(EC2Backend, "attach_internet_gateway")
    def attach(original: Any, self: Any, internet_gateway_id: str, vpc_id: str) -> Any:
        gateway = self.get_internet_gateway(internet_gateway_id)
        self.get_vpc(vpc_id)
        if gateway.vpc:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"resource {internet_gateway_id} is already attached to network {gateway.vpc.id}",
            )
        if any(g.vpc and g.vpc.id == vpc_id for g in self.internet_gateways.values()):
            raise AwsError("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
        return original(self, internet_gateway_id, vpc_id)

    @wrap(EC2Backend, "detach_internet_gateway")
    def detach(original: Any, self: Any, internet_gateway_id: str, vpc_id: str) -> None:
        gateway = self.get_internet_gateway(internet_gateway_id)
        if gateway.vpc and gateway.vpc.id == vpc_id and any(e.public_ip for e in interfaces.in_vpc(self, vpc_id)):
            raise dependency_violation(
                f"Network {vpc_id} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway."
            )
        original(self, internet_gateway_id, vpc_id)

    @wrap(EC2Backend, "delete_internet_gateway")
    def delete(original: Any, self: Any, internet_gateway_id: str) -> None:
        if self.get_internet_gateway(internet_gateway_id).vpc:
            raise dependency_violation(
                f"The internetGateway '{internet_gateway_id}' has dependencies and cannot be deleted."
            )
        original(self, internet_gateway_id)
        forget(self, internet_gateway_id)
