"""Automated backups: as long as they are retained, and none where they are not.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
"""

import itertools
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import versions
from .states import before, usable


def _check(days: int | None, least: int) -> None:
    if days is not None and not least <= days <= 35:
        raise AwsError(
            "InvalidParameterValue",
            f"Invalid backup retention period: {days}. Retention period must be between {least} and 35.",
        )


def _of(backend: Any, resource_id: str) -> list[str]:
    held = backend.database_snapshots
    return [name for name, kept in held.items() if kept.snapshot_type == "automated" and kept.dbi_resource_id == resource_id]


def drop(instance: Any) -> None:
    """Its own, and not those that are kept of a former one of its name.

    "Disabling automated backups deletes all existing automated backups for the instance": the guide above.
    """
    for name in _of(instance.backend, instance.dbi_resource_id):
        del instance.backend.database_snapshots[name]


def keep(instance: Any) -> None:
    """It goes, and they stay: of what it was in the end."""
    for name in _of(instance.backend, instance.dbi_resource_id):
        instance.backend.database_snapshots[name].database = instance


def retained(instance: Any, before_: int) -> None:
    """The period has changed: backups begin, or end."""
    if before_ == 0 and instance.backup_retention_period > 0:
        instance.save_automated_backup()
    elif before_ > 0 and instance.backup_retention_period == 0:
        drop(instance)


def _delete_retained(backend: Any, resource_id: str) -> dict[str, Any]:
    """moto has none of it: DeleteDBInstanceAutomatedBackup, API reference. They are a deleted instance's."""
    held = backend.database_snapshots
    mine = _of(backend, resource_id)
    if not mine:
        raise AwsError("DBInstanceAutomatedBackupNotFound", f"No automated backup for DB resource {resource_id} was found.")
    name = held[mine[0]].db_instance_identifier
    if name in backend.databases and backend.databases[name].dbi_resource_id == resource_id:
        raise AwsError(
            "InvalidDBInstanceAutomatedBackupState", "The automated backup is in an invalid state: its instance is there."
        )
    for kept in mine:
        del held[kept]
    return {"DBInstanceIdentifier": name, "DbiResourceId": resource_id, "Status": "deleted"}


def _automated(things: Any, held: Any, of: str, id_: str) -> dict[str, tuple[Any, bool]]:
    kept = [getattr(snapshot, of) for snapshot in held.values() if snapshot.snapshot_type == "automated"]
    # What is there is backed up as it is now, and not as it was when its first backup was made.
    there = {getattr(thing, id_): thing for thing in things.values()}
    found = {getattr(source, id_): source for source in kept}
    return {key: (there.get(key, source), key in there) for key, source in found.items()}


def of_instances(backend: Any) -> dict[str, tuple[Any, bool]]:
    """What has automated backups, by its resource id, with whether it is still there."""
    return _automated(backend.databases, backend.database_snapshots, "database", "dbi_resource_id")


def of_clusters(backend: Any) -> dict[str, tuple[Any, bool]]:
    return _automated(backend.clusters, backend.cluster_snapshots, "cluster", "db_cluster_resource_id")


def _shown(source: Any, is_there: bool) -> dict[str, Any]:
    return {
        "Status": "active" if is_there else "retained",
        "Engine": source.engine,
        "EngineVersion": source.engine_version,
        "MasterUsername": source.master_username,
        "AllocatedStorage": source.allocated_storage,
        "BackupRetentionPeriod": source.backup_retention_period,
        "KmsKeyId": source.kms_key_id,
        "RestoreWindow": {"EarliestTime": source.created, "LatestTime": utcnow()},
    }


def install(_settings: Settings) -> None:
    @replace(RDSResponse)
    def describe_db_instance_automated_backups(self: Any) -> ActionResult:
        # moto tells them apart by the name alone, and says nothing of what they hold.
        found = of_instances(self.backend)
        name, resource_id = self.params.get("DBInstanceIdentifier"), self.params.get("DbiResourceId")
        if resource_id is not None and resource_id not in found:
            raise AwsError("DBInstanceAutomatedBackupNotFound", f"No automated backup for DB resource {resource_id} was found.")
        shown = [
            {"DBInstanceIdentifier": source.db_instance_identifier, "DbiResourceId": id_, **_shown(source, is_there)}
            | {"Encrypted": source.storage_encrypted, "OptionGroupName": source.option_group_name}
            for id_, (source, is_there) in found.items()
            if name in (None, source.db_instance_identifier) and resource_id in (None, id_)
        ]
        return ActionResult({"DBInstanceAutomatedBackups": shown})

    @replace(RDSResponse)
    def describe_db_cluster_automated_backups(self: Any) -> ActionResult:
        found = of_clusters(self.backend)
        name, resource_id = self.params.get("DBClusterIdentifier"), self.params.get("DbClusterResourceId")
        if resource_id is not None and resource_id not in found:
            raise AwsError(
                "DBClusterAutomatedBackupNotFoundFault", f"No automated backup for DB cluster {resource_id} was found."
            )
        shown = [
            {"DBClusterIdentifier": source.db_cluster_identifier, "DbClusterResourceId": id_, **_shown(source, is_there)}
            | {"StorageEncrypted": source.storage_encrypted}
            for id_, (source, is_there) in found.items()
            if name in (None, source.db_cluster_identifier) and resource_id in (None, id_)
        ]
        return ActionResult({"DBClusterAutomatedBackups": shown})

    @replace(RDSResponse)
    def delete_db_instance_automated_backup(self: Any) -> ActionResult:
        deleted = _delete_retained(self.backend, str(self.params.get("DbiResourceId")))
        return ActionResult({"DBInstanceAutomatedBackup": deleted})

    @wrap(RDSBackend, "create_auto_snapshot")
    def name_apart(original: Any, self: Any, db_instance_identifier: str, db_snapshot_identifier: str) -> Any:
        # Named by the minute, in which AWS makes no two instances of one name: what is kept of a former one may be of this very minute.
        names = itertools.chain([""], (f"-{count}" for count in itertools.count(2)))
        free = next(db_snapshot_identifier + end for end in names if db_snapshot_identifier + end not in self.database_snapshots)
        return original(self, db_instance_identifier, free)

    @wrap(DBInstance, "save_automated_backup")
    def save(original: Any, self: Any) -> None:
        # What is saved of a cluster are its own snapshots, and none of its members.
        if not hasattr(self, "cluster") and self.backup_retention_period > 0:
            original(self)

    @before("create_db_instance", "restore_db_instance_from_db_snapshot", "restore_db_instance_to_point_in_time")
    def check_instance(backend: Any, params: Any) -> None:
        _check(params.get("BackupRetentionPeriod"), 0)

    @before("create_db_cluster", "restore_db_cluster_from_snapshot", "restore_db_cluster_to_point_in_time")
    def check_cluster(backend: Any, params: Any) -> None:
        _check(params.get("BackupRetentionPeriod"), 1)

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        instance, days = usable(backend, params), params.get("BackupRetentionPeriod")
        if instance is None or days is None:
            return
        if instance.db_cluster_identifier is not None and versions.known(instance.engine):
            raise AwsError(
                "InvalidParameterCombination",
                "The specified DB Instance is a member of a DB Cluster. Modify backup retention period for the DB Cluster "
                "using the ModifyDbCluster API",
            )
        _check(days, 0)

    @before("modify_db_cluster")
    def check_cluster_change(backend: Any, params: Any) -> None:
        _check(params.get("BackupRetentionPeriod"), 1)
