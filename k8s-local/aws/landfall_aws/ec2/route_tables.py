"""Route tables and routes: one table a subnet, one route a destination, the main table stays."""

import ipaddress
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.route_tables import Route
from moto.ec2.utils import generate_route_id

from ..errors import AwsError, dependency_violation
from ..override import replace, wrap
from . import transit_gateways
from .tags import forget

_TARGETS = {
    "nat_gateway_id": ("nat_gateways", "InvalidNatGatewayID.NotFound", "The natGateway ID '{}' does not exist"),
}


def _table_of_subnet(backend: Any, subnet_id: str) -> tuple[Any, str] | None:
    for table in backend.route_tables.values():
        for association, target in table._associations.items():
            if target == subnet_id:
                return table, association
    return None


def _check_create(backend: Any, table: Any, kwargs: dict[str, Any]) -> None:
    destination = (
        kwargs.get("destination_cidr_block")
        or kwargs.get("destination_ipv6_cidr_block")
        or kwargs.get("destination_prefix_list_id")
    )
    if generate_route_id(table.id, destination) in table._routes:
        raise AwsError("RouteAlreadyExists", f"The route identified by {destination} already exists.")
    prefix_list = kwargs.get("destination_prefix_list_id")
    if prefix_list and prefix_list not in backend.managed_prefix_lists:
        raise AwsError("InvalidPrefixListID.NotFound", f"The prefix list ID '{prefix_list}' does not exist")
    for name, (collection, code, message) in _TARGETS.items():
        target = kwargs.get(name)
        if target and target not in getattr(backend, collection):
            raise AwsError(code, message.format(target))
    if kwargs.get("transit_gateway_id"):
        transit_gateways.check_route(backend, table.vpc_id, kwargs["transit_gateway_id"])
    gateway_id = kwargs.get("gateway_id") or ""
    if gateway_id.startswith("igw-"):
        gateway = backend.get_internet_gateway(gateway_id)
        if gateway.vpc is None or gateway.vpc.id != table.vpc_id:
            raise AwsError(
                "InvalidParameterValue", f"route table {table.id} and network gateway {gateway_id} belong to different networks"
            )


def _canonical(cidr: str) -> str:
    # AWS stores the canonical form: 100.68.0.18/18 becomes 100.68.0.0/18 (CreateRoute, API reference).
    try:
        return str(ipaddress.ip_network(cidr, strict=False))
    except ValueError:
        return cidr


def install() -> None:
    @replace(EC2Backend)
    def associate_route_table(
        self: Any, route_table_id: str, gateway_id: str | None = None, subnet_id: str | None = None
    ) -> str:
        table = self.get_route_table(route_table_id)
        if subnet_id and self.get_subnet(subnet_id).vpc_id != table.vpc_id:
            raise AwsError(
                "InvalidParameterValue",
                f"route table {route_table_id} and subnet {subnet_id} belong to different networks",
            )
        existing = _table_of_subnet(self, subnet_id or gateway_id or "")
        if existing and existing[0] is table:
            return existing[1]
        if existing:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {route_table_id} conflicts with an existing association",
            )
        return _original_associate(self, route_table_id, gateway_id, subnet_id)

    @wrap(EC2Backend, "create_route")
    def create_route(original: Any, self: Any, route_table_id: str, *args: Any, **kwargs: Any) -> Route:
        names = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id", "local")
        kwargs.update(zip(names, args, strict=False))
        if kwargs.get("destination_cidr_block"):
            kwargs["destination_cidr_block"] = _canonical(kwargs["destination_cidr_block"])
        kwargs.setdefault("destination_cidr_block", None)
        if not kwargs.get("local"):
            _check_create(self, self.get_route_table(route_table_id), kwargs)
        with transit_gateways.with_shared(self):
            return original(self, route_table_id, **kwargs)

    @wrap(EC2Backend, "replace_route")
    def replace_route(original: Any, self: Any, route_table_id: str, *args: Any, **kwargs: Any) -> Route:
        if kwargs.get("transit_gateway_id"):
            table = self.get_route_table(route_table_id)
            transit_gateways.check_route(self, table.vpc_id, kwargs["transit_gateway_id"])
        with transit_gateways.with_shared(self):
            return original(self, route_table_id, *args, **kwargs)

    @wrap(EC2Backend, "delete_route")
    def delete_route(original: Any, self: Any, route_table_id: str, *args: Any, **kwargs: Any) -> Any:
        table = self.get_route_table(route_table_id)
        destination = next((d for d in (*args, *kwargs.values()) if d), None)
        route = table._routes.get(generate_route_id(route_table_id, destination))
        if route is None:
            raise AwsError(
                "InvalidRoute.NotFound", f"no route with destination-cidr-block {destination} in route table {route_table_id}"
            )
        if route.local:
            raise AwsError("InvalidParameterValue", f"cannot remove local route {destination} in route table {route_table_id}")
        if (route.gateway_id or "").startswith("vpce-"):
            raise AwsError(
                "InvalidParameterValue", f"cannot remove VPC endpoint route {destination} in route table {route_table_id}"
            )
        return original(self, route_table_id, *args, **kwargs)

    @replace(EC2Backend)
    def delete_route_table(self: Any, route_table_id: str) -> None:
        table = self.get_route_table(route_table_id)
        if table._associations or table.main_association_id is not None:
            raise dependency_violation(f"The routeTable '{route_table_id}' has dependencies and cannot be deleted.")
        for endpoint in self.vpc_end_points.values():
            if route_table_id in endpoint.route_table_ids:
                endpoint.route_table_ids = [t for t in endpoint.route_table_ids if t != route_table_id]
        del self.route_tables[route_table_id]
        forget(self, route_table_id)


_original_associate = EC2Backend.associate_route_table
