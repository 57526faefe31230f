"""NAT gateways with AWS's lifecycle.

pending, available (or failed), deleting, deleted; what is deleted or failed stays listed for a while:
https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_nat_gateway_id

from .. import lifecycle
from ..errors import AwsError
from ..override import replace
from ..settings import Settings
from .filters import is_matching
from .interfaces import add_managed, has_room, remove_managed
from .subnets import find as find_subnet
from .tags import forget

_FIELDS = {"nat-gateway-id": "id", "vpc-id": "vpc_id", "subnet-id": "subnet_id", "state": "state"}


class _NatGateways:
    """The actions; they share how long things take."""

    def __init__(self, settings: Settings) -> None:
        self._state_seconds = settings.nat_seconds
        self._listed_seconds = settings.nat_listed_seconds

    def create(self, backend: Any, subnet_id: str, allocation_id: str | None, tags: Any, connectivity: str) -> NatGateway:
        subnet = find_subnet(backend, subnet_id)
        address = None
        if connectivity == "public":
            if not allocation_id:
                raise AwsError("MissingParameter", "The request must contain the parameter AllocationId")
            address = backend.address_by_allocation([allocation_id])[0]
        gateway = NatGateway.__new__(NatGateway)
        gateway.id = random_nat_gateway_id()
        gateway.ec2_backend = backend
        gateway.subnet_id = subnet_id
        gateway.vpc_id = subnet.vpc_id
        gateway.connectivity_type = connectivity
        gateway.state = "pending"
        gateway.failure_code = gateway.failure_message = gateway.delete_time = None
        gateway.address_set = []
        gateway._created_at = utcnow()
        gateway.add_tags(tags or {})
        backend.nat_gateways[gateway.id] = gateway
        failure = _failure(backend, gateway, address)
        if failure:
            # The address that it was to have stays in its record.
            gateway.address_set = [{"AllocationId": allocation_id, "IsPrimary": True, "Status": "failed"}]
            lifecycle.after(self._state_seconds, lambda: self._fail(gateway, *failure))
            return gateway
        description = f"Interface for NAT Gateway {gateway.id}"
        eni = add_managed(backend, subnet, "nat_gateway", "amazon-nat", description=description)
        eni.source_dest_check = False
        entry = {"NetworkInterfaceId": eni.id, "PrivateIp": eni.private_ip_address, "IsPrimary": True, "Status": "succeeded"}
        if address:
            backend.associate_address(eni=eni, allocation_id=allocation_id)
            entry |= {
                "AllocationId": allocation_id,
                "PublicIp": address.public_ip,
                "AssociationId": address.association_id,
            }
        gateway.address_set = [entry]
        lifecycle.after(self._state_seconds, lambda: self._become_available(gateway))
        return gateway

    def _become_available(self, gateway: NatGateway) -> None:
        if gateway.state == "pending":
            gateway.state = "available"

    def _fail(self, gateway: NatGateway, code: str, message: str) -> None:
        if gateway.state != "pending":
            return
        gateway.state, gateway.failure_code, gateway.failure_message = "failed", code, message
        lifecycle.after(self._listed_seconds, lambda: self._vanish(gateway))

    def delete(self, backend: Any, gateway_id: str) -> NatGateway:
        gateway = backend.nat_gateways.get(gateway_id)
        if gateway is None:
            raise AwsError("NatGatewayNotFound", f"The Nat Gateway {gateway_id} was not found")
        if gateway.state in ("pending", "available", "failed"):
            gateway.state = "deleting"
            lifecycle.after(self._state_seconds, lambda: self._end(backend, gateway))
        return gateway

    def _end(self, backend: Any, gateway: NatGateway) -> None:
        gateway.state = "deleted"
        gateway.delete_time = utcnow()
        for entry in gateway.address_set:
            if entry.get("AssociationId"):
                backend.enis[entry["NetworkInterfaceId"]].requester_managed = False
                backend.disassociate_address(association_id=entry["AssociationId"])
            if entry.get("NetworkInterfaceId"):
                remove_managed(backend, entry["NetworkInterfaceId"])
        lifecycle.after(self._listed_seconds, lambda: self._vanish(gateway))

    def _vanish(self, gateway: NatGateway) -> None:
        gateway.ec2_backend.nat_gateways.pop(gateway.id, None)
        forget(gateway.ec2_backend, gateway.id)


def _failure(backend: Any, gateway: NatGateway, address: ElasticAddress | None) -> tuple[str, str] | None:
    if address is None:
        return None
    if address.association_id:
        return "Resource.AlreadyAssociated", f"Elastic IP address [{address.allocation_id}] is already associated"
    if not any(g.vpc and g.vpc.id == gateway.vpc_id for g in backend.internet_gateways.values()):
        return "Gateway.NotAttached", f"Network {gateway.vpc_id} has no Internet gateway attached"
    if not has_room(backend, gateway.subnet_id):
        return "InsufficientFreeAddressesInSubnet", "Subnet has insufficient free addresses to create this NAT gateway"
    return None


def _described(gateway: NatGateway) -> dict[str, Any]:
    return {
        "NatGatewayId": gateway.id,
        "SubnetId": gateway.subnet_id,
        "VpcId": gateway.vpc_id,
        "State": gateway.state,
        "CreateTime": gateway._created_at,
        "DeleteTime": gateway.delete_time,
        "FailureCode": gateway.failure_code,
        "FailureMessage": gateway.failure_message,
        "ConnectivityType": gateway.connectivity_type,
        "NatGatewayAddresses": gateway.address_set,
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in gateway.get_tags()],
    }


def install(settings: Settings) -> None:
    actions = _NatGateways(settings)

    @replace(EC2Backend)
    def create_nat_gateway(
        self: Any, subnet_id: str, allocation_id: str, tags: Any = None, connectivity_type: str = "public"
    ) -> NatGateway:
        return actions.create(self, subnet_id, allocation_id, tags, connectivity_type or "public")

    @replace(EC2Backend)
    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> NatGateway:
        return actions.delete(self, nat_gateway_id)

    @replace(EC2Backend)
    def describe_nat_gateways(self: Any, filters: Any, nat_gateway_ids: list[str] | None) -> list[NatGateway]:
        for gateway_id in nat_gateway_ids or []:
            if gateway_id not in self.nat_gateways:
                raise AwsError("NatGatewayNotFound", f"The Nat Gateway {gateway_id} was not found")
        named = [g for g in self.nat_gateways.values() if not nat_gateway_ids or g.id in nat_gateway_ids]
        return [g for g in named if all(is_matching(g, name, wanted) for name, wanted in (filters or {}).items())]

    @replace(NatGateway)
    def get_filter_value(self: NatGateway, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name not in _FIELDS:
            raise AwsError("InvalidParameterValue", f"The filter '{filter_name}' is invalid")
        return getattr(self, _FIELDS[filter_name])

    @replace(EC2Response, "create_nat_gateway")
    def create(self: Any) -> ActionResult:
        self.error_on_dryrun()
        tags: dict[str, str] = {}
        for specification in self._get_param("TagSpecifications", []):
            tags |= {tag["Key"]: tag["Value"] for tag in specification.get("Tags", [])}
        gateway = self.ec2_backend.create_nat_gateway(
            self._get_param("SubnetId"), self._get_param("AllocationId"), tags, self._get_param("ConnectivityType")
        )
        return ActionResult({"NatGateway": _described(gateway), "ClientToken": self._get_param("ClientToken")})

    @replace(EC2Response, "describe_nat_gateways")
    def describe(self: Any) -> ActionResult:
        filters = self._filters_from_querystring()
        found = self.ec2_backend.describe_nat_gateways(filters, self._get_param("NatGatewayIds", []))
        return ActionResult({"NatGateways": [_described(gateway) for gateway in found]})
