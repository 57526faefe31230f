"""Subnets: in use by network interfaces, and gone with their associations."""

from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import EC2Backend

from ..errors import dependency_violation
from ..override import replace, wrap
from . import interfaces
from .tags import forget


def find(backend: Any, subnet_id: str) -> Any:
    for zone in backend.subnets.values():
        if subnet_id in zone:
            return zone[subnet_id]
    raise InvalidSubnetIdError(subnet_id)


def install() -> None:
    @replace(EC2Backend)
    def get_subnet(self: Any, subnet_id: str) -> Any:
        return find(self, subnet_id)

    @wrap(EC2Backend, "create_subnet")
    def create(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        subnet = original(self, *args, **kwargs)
        if subnet.vpc_id != getattr(getattr(self, "default_vpc", None), "id", subnet.vpc_id):
            # Only default subnets are default for their zone and give public addresses of themselves:
            # https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
            subnet.default_for_az = False
            subnet.map_public_ip_on_launch = False
        return subnet

    @replace(EC2Backend)
    def delete_subnet(self: Any, subnet_id: str) -> Any:
        subnet = find(self, subnet_id)
        nat = any(n.subnet_id == subnet_id and n.state != "deleted" for n in self.nat_gateways.values())
        if nat or interfaces.in_subnet(self, subnet_id):
            raise dependency_violation(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        for table in self.route_tables.values():
            table._associations = {a: target for a, target in table._associations.items() if target != subnet_id}
        for acl in self.network_acls.values():
            acl._associations = {a: x for a, x in acl._associations.items() if x.subnet_id != subnet_id}
        for zone in self.subnets.values():
            zone.pop(subnet_id, None)
        for log in [f for f in self.flow_logs.values() if f.resource_id == subnet_id]:
            forget(self, self.flow_logs.pop(log.id).id)
        forget(self, subnet_id)
        return subnet
