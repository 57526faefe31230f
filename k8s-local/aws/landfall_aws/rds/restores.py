"""Databases that are made of a snapshot, or of what another was at some time: what they have of it, and what is as new.

RestoreDBInstanceFromDBSnapshot, RestoreDBInstanceToPointInTime, RestoreDBClusterFromSnapshot and
RestoreDBClusterToPointInTime, API reference. moto hands everything of the old one to the new one, its state included.
"""

import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.rds.models import DBCluster, DBInstance, RDSBackend

from .. import engines
from ..errors import AwsError
from ..override import replace
from ..settings import Settings
from . import backups, families, names, option_memberships, versions
from .states import before, check_groups, subnets_of

# What the data is, and what it lies on. The rest is as new unless it is asked for: one zone, the default security group and
# parameter group, no protection.
_OF_INSTANCE = (
    "engine",
    "engine_version",
    "db_instance_class",
    "allocated_storage",
    "storage_type",
    "iops",
    "storage_encrypted",
    "kms_key_id",
    "master_username",
    "db_name",
    "port",
    "license_model",
    "backup_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "auto_minor_version_upgrade",
)
_OF_CLUSTER = (
    "engine",
    "engine_version",
    "engine_mode",
    "storage_encrypted",
    "kms_key_id",
    "master_username",
    "database_name",
    "port",
    "backup_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def _default_groups(backend: Any, group_name: str | None) -> list[str]:
    """ "The default EC2 VPC security group for the DB subnet group's VPC"."""
    subnets = subnets_of(backend, group_name)
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    return [ec2.get_default_security_group(subnets[0].vpc_id).id] if subnets else []


def _inherited(source: Any, fields: tuple[str, ...], asked: Any) -> dict[str, Any]:
    props = {field: getattr(source, field) for field in fields}
    # Nobody is told the password; it is the one that it was.
    props["master_user_password"] = getattr(source, "_master_user_password", None) or "kept-as-it-was"
    props |= {name: value for name, value in asked.items() if value is not None}
    if not props.get("vpc_security_group_ids"):
        props["vpc_security_group_ids"] = _default_groups(source.backend, props.get("db_subnet_group_name"))
    return props


def _check_storage(asked: Any, least: int, words: str) -> None:
    size = asked.get("allocated_storage")
    if size is not None and size < least:
        raise _invalid(words)


def _moment(value: datetime.datetime) -> datetime.datetime:
    return value if value.tzinfo is None else value.astimezone(datetime.UTC).replace(tzinfo=None)


def _check_time(source: Any, moment: datetime.datetime | None, latest: Any, parameter: str) -> None:
    if moment is not None and latest:
        raise AwsError(
            "InvalidParameterCombination", f"Cannot specify both {parameter} and UseLatestRestorableTime"
        )
    if moment is None and not latest:
        raise AwsError(
            "InvalidParameterCombination", f"You must specify either {parameter} or UseLatestRestorableTime."
        )
    if moment is not None and not _moment(source.created) <= _moment(moment) <= utcnow():
        raise _invalid(
            f"The specified time {moment.isoformat()} is not between the earliest and the latest restorable time."
        )


def _source(backend: Any, name: str | None, resource_id: str | None) -> DBInstance:
    """By its name what is there; by its resource id also what was deleted, and has kept its automated backups."""
    if name is not None:
        return backend.describe_db_instances(name)[0]
    if resource_id is None:
        raise AwsError("InvalidParameterCombination", "A source DB instance must be specified.")
    source, _ = backups.of_instances(backend).get(resource_id, (None, False))
    if source is None:
        raise AwsError("DBInstanceAutomatedBackupNotFound", f"No automated backup for DB resource {resource_id} was found.")
    return source


def _source_cluster(backend: Any, name: str | None, resource_id: str | None) -> DBCluster:
    if name is not None:
        return backend.describe_db_clusters(name)[0]
    if resource_id is None:
        raise AwsError("InvalidParameterCombination", "A source DB cluster must be specified.")
    source, _ = backups.of_clusters(backend).get(resource_id, (None, False))
    if source is None:
        raise AwsError(
            "DBClusterAutomatedBackupNotFoundFault", f"No automated backup for DB cluster {resource_id} was found."
        )
    return source


def _name_of(reference: str) -> str:
    """The name of a snapshot that may be given by its ARN."""
    return reference.split(":", 6)[-1] if reference.startswith("arn:") else reference


def _cluster_props(source: DBCluster, asked: Any) -> dict[str, Any]:
    props = _inherited(source, _OF_CLUSTER, asked)
    props["engine"] = source.engine
    # With a key, what was not encrypted is encrypted from now on.
    props["storage_encrypted"] = source.storage_encrypted or bool(asked.get("kms_key_id"))
    if versions.known(source.engine):
        # Of one's own words or of the cluster's; a version before the data's cannot read it.
        wanted = asked.get("engine_version") or source.engine_version
        props["engine_version"] = versions.target(source.engine, source.engine_version, wanted, allowed=True)
        name = props.get("db_cluster_parameter_group_name")
        families.check_cluster_group(source.backend, name, source.engine, props["engine_version"])
    return props


def install(_settings: Settings) -> None:
    @before("restore_db_instance_from_db_snapshot")
    def check_name(backend: Any, params: Any) -> None:
        names.check_identifier("DBInstanceIdentifier", params["DBInstanceIdentifier"])

    @before("restore_db_instance_to_point_in_time")
    def check_target(backend: Any, params: Any) -> None:
        names.check_identifier("TargetDBInstanceIdentifier", params["TargetDBInstanceIdentifier"])

    @before("restore_db_cluster_from_snapshot", "restore_db_cluster_to_point_in_time")
    def check_cluster_name(backend: Any, params: Any) -> None:
        names.check_identifier("DBClusterIdentifier", params["DBClusterIdentifier"])

    def make(backend: Any, data: Any, source: DBInstance, least: int, words: str, asked: dict[str, Any]) -> DBInstance:
        if asked["db_instance_identifier"] in backend.databases:
            raise AwsError("DBInstanceAlreadyExists", "DB instance already exists")
        _check_storage(asked, least, words)
        props = _inherited(source, _OF_INSTANCE, asked)
        props["engine"] = source.engine
        if versions.known(source.engine):
            name = props.get("db_parameter_group_name")
            families.check_instance_group(backend, name, source.engine, source.engine_version)
            # "The option group associated with the DB snapshot is associated with the restored DB instance", unless one is named.
            group = asked.get("option_group_name") or source.option_group_name
            option_memberships.check(backend, group, source.engine, source.engine_version)
            props["option_group_name"] = None if option_memberships.is_default(group) else group
        check_groups(backend, props["vpc_security_group_ids"], subnets_of(backend, props.get("db_subnet_group_name")))
        restored = backend.create_db_instance(props)
        engines.made_of(restored, data)
        return restored

    @replace(RDSBackend)
    def restore_db_instance_from_db_snapshot(self: Any, from_snapshot_id: str, overrides: Any) -> DBInstance:
        name = _name_of(from_snapshot_id)
        if name not in self.database_snapshots:
            raise AwsError("DBSnapshotNotFound", f"DBSnapshot {name} not found.")
        snapshot = self.database_snapshots[name]
        asked = {key: value for key, value in overrides.items() if key != "db_snapshot_identifier"}
        asked.setdefault("allocated_storage", snapshot.allocated_storage)
        words = "The allocated storage size can't be less than the source snapshot or backup size."
        return make(self, snapshot, snapshot.database, snapshot.allocated_storage, words, asked)

    @replace(RDSBackend)
    def restore_db_instance_to_point_in_time(
        self: Any, source_db_identifier: str | None, target_db_identifier: str, overrides: Any
    ) -> DBInstance:
        asked = dict(overrides)
        source = _source(self, source_db_identifier, asked.pop("source_dbi_resource_id", None))
        if source.backup_retention_period == 0:
            raise AwsError(
                "PointInTimeRestoreNotEnabled", f"Point-in-time restore is not enabled for DB instance {source_db_identifier}."
            )
        moment, latest = asked.pop("restore_time", None), asked.pop("use_latest_restorable_time", None)
        _check_time(source, moment, latest, "RestoreTime")
        for name in ("source_db_instance_identifier", "target_db_instance_identifier"):
            asked.pop(name, None)
        asked["db_instance_identifier"] = target_db_identifier
        words = "Allocated storage size can't be less than the source instance size."
        return make(self, source, source, source.allocated_storage, words, asked)

    @replace(RDSBackend)
    def restore_db_cluster_from_snapshot(self: Any, from_snapshot_id: str, overrides: Any) -> DBCluster:
        name = _name_of(from_snapshot_id)
        if name not in self.cluster_snapshots:
            raise AwsError("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot not found: {name}")
        asked = {key: value for key, value in overrides.items() if key != "snapshot_identifier"}
        snapshot = self.cluster_snapshots[name]
        restored = self.create_db_cluster(_cluster_props(snapshot.cluster, asked))
        engines.made_of(restored, snapshot)
        return restored

    @replace(RDSBackend)
    def restore_db_cluster_to_point_in_time(
        self: Any,
        db_cluster_identifier: str,
        source_db_cluster_identifier: str | None = None,
        source_db_cluster_resource_id: str | None = None,
        restore_type: str = "full-copy",
        restore_to_time: datetime.datetime | None = None,
        use_latest_restorable_time: bool = False,
        **overrides: Any,
    ) -> DBCluster:
        source = _source_cluster(self, source_db_cluster_identifier, source_db_cluster_resource_id)
        _check_time(source, restore_to_time, use_latest_restorable_time, "RestoreToTime")
        if restore_to_time is not None and restore_type == "copy-on-write":
            raise AwsError(
                "InvalidParameterCombination", "RestoreToTime cannot be specified when RestoreType is copy-on-write"
            )
        asked = {**overrides, "db_cluster_identifier": db_cluster_identifier}
        restored = self.create_db_cluster(_cluster_props(source, asked))
        engines.made_of(restored, source)
        return restored
