"""Replication groups: creating, available, deleting, gone, and their nodes with them."""

import re
from typing import Any

from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse
from moto.moto_api._internal import mock_random

from .. import engines, kms_keys, lifecycle
from ..errors import AwsError
from ..override import wrap
from . import layout, members, names, snapshots, tokens
from .states import Caches, check_network, in_state, set_state

_NODE_TYPE = re.compile(r"cache\.[a-z0-9]+\.[a-z0-9]+")
_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_WINDOWS = {
    "PreferredMaintenanceWindow": re.compile(f"{_DAY}:{_TIME}-{_DAY}:{_TIME}"),
    "SnapshotWindow": re.compile(f"{_TIME}-{_TIME}"),
}


def check_window(parameter: str, window: str | None) -> None:
    if window and not _WINDOWS[parameter].fullmatch(window.lower()):
        raise AwsError("InvalidParameterValue", f"Invalid {parameter} specified: {window}")


def check_node_type(node_type: str | None) -> None:
    if not node_type:
        raise AwsError("InvalidParameterValue", "The parameter CacheNodeType must be provided and must not be null.")
    if not _NODE_TYPE.fullmatch(node_type):
        raise AwsError("InvalidParameterValue", f"The node type {node_type} is not valid.")


def check_retention(limit: int | None, node_type: str) -> None:
    # "If you do specify SnapshotRetentionLimit, the maximum is 35": the T1 family has no backups at all,
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html
    layout.check_range("SnapshotRetentionLimit", limit, 0, 35)
    if limit and node_type.startswith("cache.t1."):
        raise AwsError("InvalidParameterCombination", "Backup and restore is not supported for T1 node types.")


def check_user_groups(group_ids: list[str] | None) -> None:
    """moto has no user groups, so that none can be there."""
    if group_ids:
        raise AwsError("UserGroupNotFound", f"User group {group_ids[0]} not found.")


def _encryption(backend: Any, asked: dict[str, Any], engine: str) -> dict[str, Any]:
    at_rest, key = asked.get("at_rest_encryption_enabled"), asked.get("kms_key_id")
    if at_rest is None:
        # "Default: true when using Valkey, false when using Redis OSS"
        at_rest = engine == "valkey"
    if key and not at_rest:
        raise AwsError("InvalidParameterCombination", "A KmsKeyId can be specified only with AtRestEncryptionEnabled.")
    arn = kms_keys.usable(backend, key) if key else None
    if key and arn is None:
        raise AwsError("InvalidKMSKeyFault", f"The KMS key {key} does not exist, is not enabled or is not accessible.")
    transit = bool(asked.get("transit_encryption_enabled"))
    return {
        "at_rest_encryption_enabled": at_rest,
        "kms_key_id": arn,
        "storage_encryption_type": ("sse-kms" if arn else "sse-elasticache") if at_rest else "none",
        "transit_encryption_enabled": transit,
        "transit_encryption_mode": (asked.get("transit_encryption_mode") or "required") if transit else None,
    }


def _build(backend: Any, group: Any, plan: layout.Layout) -> None:
    group.cluster_enabled, group.cluster_mode = plan.clustered, "enabled" if plan.clustered else "disabled"
    group.engine, group.engine_version = plan.version.engine, plan.version.full
    group.cache_parameter_group_name = plan.parameter_group
    group.landfall_domain = f"{group.replication_group_id}.{mock_random.get_random_hex(6)}.use1.cache.amazonaws.com"
    # What waits for the end of a change, or for the maintenance window, and what nodes show of it.
    group.landfall_waiting, group.landfall_member_pending, group.pending_modified_values = {}, {}, {}
    group.landfall_members = []
    group.status = "creating"
    for index, replicas in enumerate(plan.replicas):
        members.add(backend, group, f"{index + 1:04d}", replicas + 1)


def _begin(caches: Caches, backend: Any, asked: dict[str, Any], make: Any) -> Any:
    name, node_type = asked["replication_group_id"], asked.get("cache_node_type")
    names.check("ReplicationGroupId", name)
    if name in backend.replication_groups:
        raise AwsError("ReplicationGroupAlreadyExists", f"Replication group {name} already exists.")
    check_network(backend, asked.get("cache_subnet_group_name"), asked.get("security_group_ids"))
    check_node_type(node_type)
    check_retention(asked.get("snapshot_retention_limit"), str(node_type))
    for parameter, field in (("PreferredMaintenanceWindow", "preferred_maintenance_window"), ("SnapshotWindow", "snapshot_window")):
        check_window(parameter, asked.get(field))
    check_user_groups(asked.get("user_group_ids"))
    snapshot = snapshots.to_restore(backend, asked.get("snapshot_name"))
    plan = layout.plan(backend, asked, snapshot)
    encryption = _encryption(backend, asked, plan.version.engine)
    accepted = tokens.first(asked.get("auth_token"), encryption["transit_encryption_enabled"])
    group = make()
    for field, value in {**encryption, "landfall_tokens": accepted}.items():
        setattr(group, field, value)
    group.snapshot_window = asked.get("snapshot_window") or "05:00-06:00"
    group.preferred_maintenance_window = asked.get("preferred_maintenance_window") or "sun:07:00-sun:08:00"
    _build(backend, group, plan)
    engines.made_of(group, snapshot)
    snapshots.restoring(caches, snapshot)
    caches.enter(group, "creating", lambda: members.show(group))
    return group


def install(caches: Caches) -> None:
    @wrap(ElastiCacheBackend, "create_replication_group")
    def create(original: Any, self: Any, **kwargs: Any) -> Any:
        return _begin(caches, self, kwargs, lambda: original(self, **kwargs))

    @wrap(ElastiCacheResponse, "delete_replication_group")
    def delete(original: Any, self: Any) -> Any:
        backend, name = self.elasticache_backend, self._get_param("ReplicationGroupId")
        group = backend.describe_replication_groups(name)[0]
        in_state(group, "InvalidReplicationGroupState", name, "available", "create-failed")
        final = self._get_param("FinalSnapshotIdentifier")
        if final:
            backend.create_snapshot(
                snapshot_name=final, replication_group_id=name, cache_cluster_id=None, kms_key_id=None, tags=None
            )
        result = original(self)
        set_state(group, "deleting")

        def gone() -> None:
            backend.replication_groups.pop(name, None)
            backend.tagging_service.delete_all_tags_for_resource(group.arn)
            for member in group.landfall_members:
                backend.cache_clusters.pop(member.cache_cluster_id, None)
                backend.tagging_service.delete_all_tags_for_resource(member.arn)
                caches.linger(backend, member.landfall_enis)

        lifecycle.after(caches.seconds * (2 if final else 1), gone)
        return result
