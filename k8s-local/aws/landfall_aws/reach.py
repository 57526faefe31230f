"""Whether what is in a subnet gets to AWS's own services, and to the rest of the world: by a way out, or by endpoints.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html; security groups are not looked at.
"""

from typing import Any

# What a container agent needs to join its cluster: the first page, "Considerations for Amazon ECS VPC endpoints".
AGENT = ("ecs", "ecs-agent", "ecs-telemetry")
# What pulling from ECR needs: layers are in S3.
REGISTRY = ("ecr.api", "ecr.dkr", "s3")


def _table(backend: Any, subnet: Any) -> Any:
    tables = [table for table in backend.route_tables.values() if table.vpc_id == subnet.vpc_id]
    own = next((table for table in tables if subnet.id in table._associations.values()), None)
    return own or next((table for table in tables if table.main_association_id), None)


def has_way_out(backend: Any, subnet_id: str, public_address: bool = False) -> bool:
    """A default route to a NAT or transit gateway, or to an internet gateway for what has a public address."""
    table = _table(backend, backend.get_subnet(subnet_id))
    for route in table.routes if table else []:
        if route.destination_cidr_block != "0.0.0.0/0":
            continue
        target = getattr(route.gateway, "id", None)
        if route.nat_gateway or getattr(route, "transit_gateway", None):
            return True
        if public_address and target and target.startswith("igw-"):
            return True
    return False


def _endpoints(backend: Any, vpc_id: str, name: str) -> list[Any]:
    return [
        endpoint
        for endpoint in backend.vpc_end_points.values()
        if endpoint.vpc_id == vpc_id and endpoint.service_name.endswith(f".{name}") and endpoint.state == "available"
    ]


def _reaches(backend: Any, subnet: Any, name: str) -> bool:
    table = _table(backend, subnet)
    for endpoint in _endpoints(backend, subnet.vpc_id, name):
        if endpoint.vpc_endpoint_type == "Gateway":
            if table is not None and table.id in endpoint.route_table_ids:
                return True
        elif endpoint.private_dns_enabled or name == "s3":
            return True
    return False


def missing(backend: Any, subnet_id: str, names: tuple[str, ...], public_address: bool = False) -> list[str]:
    """Those of AWS's services that cannot be reached."""
    if has_way_out(backend, subnet_id, public_address):
        return []
    subnet = backend.get_subnet(subnet_id)
    return [name for name in names if not _reaches(backend, subnet, name)]
