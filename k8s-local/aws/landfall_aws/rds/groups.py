"""Subnet groups and parameter groups: over two zones, and kept while a database uses them."""

from typing import Any

from moto.rds.exceptions import DBSubnetGroupNotFoundError
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend

from .. import service_interfaces
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings


def _check_zones(subnets: list[Any]) -> None:
    zones = sorted({subnet.availability_zone for subnet in subnets})
    if len(zones) < 2:
        raise AwsError(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
            f"{', '.join(zones)}. Add subnets to cover at least 2 AZs.",
        )
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise AwsError("InvalidSubnet", "The DB subnet group's subnets are not all in the same VPC.")


def _users(backend: Any, group_name: str) -> list[str]:
    alone = [d for d in backend.databases.values() if not hasattr(d, "cluster")]
    names = [d.db_instance_identifier for d in alone if (d._db_subnet_group_name or "").lower() == group_name.lower()]
    clusters = backend.clusters.values()
    return names + [c.db_cluster_identifier for c in clusters if c.db_subnet_group_name.lower() == group_name.lower()]


def _stands_in(backend: Any, group_name: str, subnet_id: str) -> bool:
    """Whether a database of the group has an interface in a subnet."""
    standing = [d for d in backend.databases.values() if _group_of(d).lower() == group_name.lower()]
    return any(service_interfaces.in_subnet(backend, d.landfall_enis, subnet_id) for d in standing)


def _group_of(instance: Any) -> str:
    group = instance.cluster.db_subnet_group_name if hasattr(instance, "cluster") else instance._db_subnet_group_name
    return group or ""


def _check_unused(names: list[str], group_name: str) -> None:
    if group_name in names:
        raise AwsError(
            "InvalidDBParameterGroupState",
            f"One or more database instances are still members of this parameter group {group_name}, "
            "so the group cannot be deleted",
        )


def _of_instance(instance: Any) -> list[DBParameterGroup]:
    # moto keeps the default group that it makes up when somebody looks.
    name = instance.db_parameter_group_name
    if name and not instance.is_default_parameter_group(name):
        return [instance.backend.db_parameter_groups[name]]
    family, name = instance.default_db_parameter_group_details()
    return [
        DBParameterGroup(
            instance.backend,
            db_parameter_group_name=name,
            db_parameter_group_family=family,
            description=f"Default parameter group for {family}",
            tags=[],
        )
    ]


def install(_settings: Settings) -> None:
    DBInstance.db_parameter_groups = _of_instance  # type: ignore[method-assign,assignment]

    @wrap(RDSBackend, "create_subnet_group")
    def create(original: Any, self: Any, subnet_name: str, description: str, subnets: list[Any], tags: Any) -> Any:
        if subnet_name in self.subnet_groups:
            raise AwsError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{subnet_name}' already exists.")
        _check_zones(subnets)
        return original(self, subnet_name, description, subnets, tags)

    @replace(RDSBackend)
    def modify_db_subnet_group(self: Any, subnet_name: str, description: str | None, subnets: list[Any]) -> Any:
        if subnet_name not in self.subnet_groups:
            raise DBSubnetGroupNotFoundError(subnet_name)
        _check_zones(subnets)
        group = self.subnet_groups[subnet_name]
        dropped = {subnet.id for subnet in group._subnets} - {subnet.id for subnet in subnets}
        if any(_stands_in(self, subnet_name, subnet_id) for subnet_id in dropped):
            raise AwsError("SubnetAlreadyInUse", f"Some subnets to be deleted are currently in use: {', '.join(sorted(dropped))}")
        group.subnets = subnets
        if description is not None:
            group.description = description
        return group

    @wrap(RDSBackend, "delete_subnet_group")
    def delete(original: Any, self: Any, subnet_name: str) -> Any:
        users = _users(self, subnet_name)
        if users:
            raise AwsError(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{subnet_name}' because at least one database instance: {users[0]} "
                "is still using it.",
            )
        return original(self, subnet_name)

    @wrap(RDSBackend, "delete_db_parameter_group")
    def delete_parameters(original: Any, self: Any, name: str) -> Any:
        _check_unused([d.db_parameter_group_name for d in self.databases.values()], name)
        return original(self, name)

    @wrap(RDSBackend, "delete_db_cluster_parameter_group")
    def delete_cluster_parameters(original: Any, self: Any, db_cluster_parameter_group_name: str) -> Any:
        _check_unused([cluster.parameter_group for cluster in self.clusters.values()], db_cluster_parameter_group_name)
        return original(self, db_cluster_parameter_group_name)
