"""Snapshots: creating, available, restoring; what is saved is snapshotting meanwhile. They outlive it."""

from typing import Any

from moto.elasticache.models import ElastiCacheBackend

from .. import engines, kms_keys, lifecycle
from ..errors import AwsError
from ..override import wrap
from .states import Caches, in_state


def to_restore(backend: Any, name: str | None) -> Any:
    """The snapshot that a new replication group is made of, if it is made of one."""
    if not name:
        return None
    # CreateReplicationGroup has no error of its own for these; the codes are a guess.
    snapshot = backend.snapshots.get(name)
    if snapshot is None:
        raise AwsError("InvalidParameterValue", f"Snapshot {name} not found.")
    if snapshot.snapshot_status != "available":
        raise AwsError("InvalidSnapshotState", f"Snapshot {name} is {snapshot.snapshot_status}.")
    return snapshot


def restoring(caches: Caches, snapshot: Any) -> None:
    """ "The snapshot status changes to restoring while the new replication group is being created." """
    if snapshot is not None:
        _pass_through(caches, snapshot, "restoring")


def _pass_through(caches: Caches, snapshot: Any, state: str) -> None:
    snapshot.snapshot_status = state

    def end() -> None:
        if engines.busy(snapshot):
            lifecycle.after(engines.BEAT_SECONDS, end)
        else:
            snapshot.snapshot_status = "available"

    lifecycle.after(caches.seconds, end)


def install(caches: Caches) -> None:
    @wrap(ElastiCacheBackend, "create_snapshot")
    def create(original: Any, self: Any, **kwargs: Any) -> Any:
        source = kwargs.get("replication_group_id") or kwargs.get("cache_cluster_id")
        thing = self.replication_groups.get(source) or self.cache_clusters.get(source)
        if thing is not None:
            code = "InvalidReplicationGroupState" if source in self.replication_groups else "InvalidCacheClusterState"
            in_state(thing, code, source, "available")
            if getattr(thing, "cache_node_type", "").startswith("cache.t1."):
                raise AwsError("SnapshotFeatureNotSupportedFault", "Backup and restore is not supported for T1 node types.")
        key = kwargs.get("kms_key_id")
        if key and kms_keys.usable(self, key) is None:
            raise AwsError("InvalidParameterValue", f"The KMS key {key} does not exist, or is not enabled.")
        snapshot = original(self, **kwargs)
        _pass_through(caches, snapshot, "creating")
        if thing is not None:
            caches.enter(thing, "snapshotting")
        return snapshot

    @wrap(ElastiCacheBackend, "describe_snapshots")
    def describe(original: Any, self: Any, **kwargs: Any) -> Any:
        group = kwargs.get("replication_group_id")
        if group and not kwargs.get("snapshot_name") and group not in self.replication_groups:
            # The snapshots of a group that is gone are still found by its name.
            return [snapshot for snapshot in self.snapshots.values() if snapshot.replication_group_id == group]
        return original(self, **kwargs)

    @wrap(ElastiCacheBackend, "delete_snapshot")
    def delete(original: Any, self: Any, snapshot_name: str) -> Any:
        known = self.snapshots.get(snapshot_name)
        if known is not None and known.snapshot_status != "available":
            raise AwsError("InvalidSnapshotState", f"Snapshot {snapshot_name} is {known.snapshot_status}.")
        snapshot = original(self, snapshot_name)
        self.snapshots.pop(snapshot_name, None)
        self.tagging_service.delete_all_tags_for_resource(snapshot.arn)
        return snapshot
