"""Snapshots: creating before they are available; what is saved is backing up meanwhile."""

from typing import Any

from moto.rds.models import RDSBackend

from ..errors import AwsError
from ..override import wrap
from ..settings import Settings
from . import clusters, instances, names
from .states import USABLE, before, pass_through


def _check_available(snapshot: Any, code: str) -> None:
    if snapshot.status != "available":
        raise AwsError(code, f"The snapshot {snapshot.resource_id} is {snapshot.status}, not available.")


def install(settings: Settings) -> None:
    seconds = settings.database_seconds

    def grow(snapshot: Any) -> None:
        snapshot.percent_progress = 0

        def done() -> None:
            snapshot.percent_progress = 100

        pass_through(snapshot, "creating", seconds, done)

    def back_up(thing: Any) -> None:
        # What is being deleted has its final snapshot in that state.
        if thing.status in USABLE:
            pass_through(thing, "backing-up", seconds)

    @wrap(RDSBackend, "create_db_snapshot")
    def create(original: Any, self: Any, db_instance_identifier: str, *args: Any, **kwargs: Any) -> Any:
        automated = kwargs.get("snapshot_type") == "automated"
        if not automated:
            instances.available(self, db_instance_identifier)
        snapshot = original(self, db_instance_identifier, *args, **kwargs)
        if not automated:
            grow(snapshot)
            back_up(self.databases[db_instance_identifier])
        return snapshot

    @wrap(RDSBackend, "create_db_cluster_snapshot")
    def create_of_cluster(original: Any, self: Any, db_cluster_identifier: str, *args: Any, **kwargs: Any) -> Any:
        automated = kwargs.get("snapshot_type") == "automated"
        if not automated:
            clusters.in_state(self, db_cluster_identifier, "available")
        snapshot = original(self, db_cluster_identifier, *args, **kwargs)
        if not automated:
            grow(snapshot)
            back_up(self.clusters[db_cluster_identifier])
        return snapshot

    # A cluster's are shorter than an instance's: CreateDBClusterSnapshot and CreateDBSnapshot, API reference.
    @before("create_db_cluster_snapshot")
    def check_name(backend: Any, params: Any) -> None:
        names.check_identifier("DBClusterSnapshotIdentifier", params["DBClusterSnapshotIdentifier"])

    @before("delete_db_cluster")
    def check_final_name(backend: Any, params: Any) -> None:
        names.check_identifier("FinalDBSnapshotIdentifier", params.get("FinalDBSnapshotIdentifier"))

    @before("delete_db_instance")
    def check_final_name_of_instance(backend: Any, params: Any) -> None:
        names.check_identifier("FinalDBSnapshotIdentifier", params.get("FinalDBSnapshotIdentifier"), longest=255)

    for name in ("copy_db_snapshot", "copy_db_cluster_snapshot"):
        wrap(RDSBackend, name)(_growing(grow))

    @wrap(RDSBackend, "delete_db_snapshot")
    def delete(original: Any, self: Any, db_snapshot_identifier: str) -> Any:
        if db_snapshot_identifier in self.database_snapshots:
            _check_available(self.database_snapshots[db_snapshot_identifier], "InvalidDBSnapshotState")
        return original(self, db_snapshot_identifier)

    @wrap(RDSBackend, "delete_db_cluster_snapshot")
    def delete_of_cluster(original: Any, self: Any, db_snapshot_identifier: str) -> Any:
        if db_snapshot_identifier in self.cluster_snapshots:
            _check_available(self.cluster_snapshots[db_snapshot_identifier], "InvalidDBClusterSnapshotStateFault")
        return original(self, db_snapshot_identifier)

    @wrap(RDSBackend, "restore_db_instance_from_db_snapshot")
    def restore(original: Any, self: Any, from_snapshot_id: str, overrides: Any) -> Any:
        if from_snapshot_id in self.database_snapshots:
            _check_available(self.database_snapshots[from_snapshot_id], "InvalidDBSnapshotState")
        return original(self, from_snapshot_id, overrides)

    @wrap(RDSBackend, "restore_db_cluster_from_snapshot")
    def restore_cluster(original: Any, self: Any, from_snapshot_id: str, overrides: Any) -> Any:
        if from_snapshot_id in self.cluster_snapshots:
            _check_available(self.cluster_snapshots[from_snapshot_id], "InvalidDBClusterSnapshotStateFault")
        return original(self, from_snapshot_id, overrides)


def _growing(grow: Any) -> Any:
    def copy(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        snapshot = original(self, *args, **kwargs)
        grow(snapshot)
        return snapshot

    return copy
