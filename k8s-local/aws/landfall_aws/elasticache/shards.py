"""More and fewer replicas and shards, while the group is modifying.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/ of the three actions.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.responses import ElastiCacheResponse

from ..errors import AwsError
from ..override import replace
from . import members
from .layout import check_range
from .states import Caches, in_state, set_state


def _group(response: Any) -> Any:
    name = response._get_param("ReplicationGroupId")
    group = response.elasticache_backend.describe_replication_groups(name)[0]
    in_state(group, "InvalidReplicationGroupState", name, "available")
    if not response._get_bool_param("ApplyImmediately"):
        # "ApplyImmediately=False is not currently supported."
        raise AwsError("InvalidParameterValue", "ApplyImmediately must be true.")
    return group


def _wanted(response: Any, group: Any) -> dict[str, int]:
    """Replicas by shard."""
    each, configured = response._get_int_param("NewReplicaCount"), response._get_param("ReplicaConfiguration")
    known = members.shards(group)
    if (each is None) == (not configured):
        raise AwsError("InvalidParameterCombination", "Either NewReplicaCount or ReplicaConfiguration must be specified.")
    wanted = {c["NodeGroupId"]: int(c["NewReplicaCount"]) for c in configured or []} or dict.fromkeys(known, each or 0)
    for shard, count in wanted.items():
        if shard not in known:
            raise AwsError("InvalidParameterValue", f"{shard} is no node group of {group.replication_group_id}.")
        check_range("NewReplicaCount", count, 0, 5)
    return wanted


def _now(group: Any, shard: str) -> int:
    return len(members.of_shard(group, shard)) - 1


def _check_changes(group: Any, wanted: dict[str, int], more: bool) -> None:
    if all(count == _now(group, shard) for shard, count in wanted.items()):
        raise AwsError("NoOperationFault", "The operation was not performed because no changes were required.")
    if any((count < _now(group, shard)) == more for shard, count in wanted.items() if count != _now(group, shard)):
        raise AwsError("InvalidParameterValue", f"NewReplicaCount must be {'more' if more else 'less'} than there are.")


def _to_remove(response: Any, group: Any, wanted: dict[str, int]) -> list[Any]:
    named = response._get_param("ReplicasToRemove") or []
    leaving = []
    for shard, count in wanted.items():
        primary, *replicas = members.of_shard(group, shard)
        surplus = _now(group, shard) - count
        if primary.cache_cluster_id in named:
            raise AwsError("InvalidParameterValue", f"{primary.cache_cluster_id} is the primary of its node group.")
        chosen = [replica for replica in replicas if replica.cache_cluster_id in named] or replicas[len(replicas) - surplus :]
        if len(chosen) != surplus:
            raise AwsError("InvalidParameterValue", "ReplicasToRemove does not fit NewReplicaCount.")
        leaving += chosen
    return leaving


def _slots(group: Any, percent: int) -> None:
    group.pending_modified_values["Resharding"] = {"SlotMigration": {"ProgressPercentage": percent}}


def install(caches: Caches) -> None:
    def increase(response: Any) -> ActionResult:
        group, backend = _group(response), response.elasticache_backend
        wanted = _wanted(response, group)
        _check_changes(group, wanted, more=True)
        caches.enter(group, "modifying", lambda: members.show(group))
        for shard, count in wanted.items():
            for member in members.add(backend, group, shard, count - _now(group, shard)):
                set_state(member, "creating")
        return ActionResult({"ReplicationGroup": group})

    def decrease(response: Any) -> ActionResult:
        group, backend = _group(response), response.elasticache_backend
        named = response._get_param("ReplicasToRemove") or []
        if named and response._get_param("NewReplicaCount") is None:
            shard = members.shards(group)[0]
            wanted = {shard: _now(group, shard) - len(named)}
        else:
            wanted = _wanted(response, group)
        _check_changes(group, wanted, more=False)
        # "If Multi-AZ is enabled: 1"; automatic failover needs somewhere to go as well.
        needed = group.multi_az == "enabled" or (group.automatic_failover == "enabled" and not group.cluster_enabled)
        if needed and min(wanted.values()) < 1:
            raise AwsError("InvalidParameterCombination", "Automatic failover and Multi-AZ need at least one replica.")
        leaving = _to_remove(response, group, wanted)
        caches.enter(group, "modifying")
        for member in leaving:
            set_state(member, "deleting")
        members.after(caches, lambda: members.forget(caches, backend, group, leaving))
        return ActionResult({"ReplicationGroup": group})

    def reshard(response: Any) -> ActionResult:
        group, backend, count = _group(response), response.elasticache_backend, response._get_int_param("NodeGroupCount")
        known = members.shards(group)
        if not group.cluster_enabled:
            raise AwsError("InvalidParameterCombination", "Only a replication group in cluster mode has shards to change.")
        check_range("NodeGroupCount", count, 1, 500)
        gone, kept = response._get_param("NodeGroupsToRemove") or [], response._get_param("NodeGroupsToRetain") or []
        if count < len(known) and bool(gone) == bool(kept):
            raise AwsError("InvalidParameterCombination", "Either NodeGroupsToRemove or NodeGroupsToRetain is required.")
        removed = [shard for shard in known if (shard in gone if gone else shard not in kept)] if count < len(known) else []
        if len(known) - len(removed) != min(count, len(known)):
            raise AwsError("InvalidParameterValue", "The node groups that are named do not fit NodeGroupCount.")
        replicas, leaving = _now(group, known[0]), [m for shard in removed for m in members.of_shard(group, shard)]

        def done() -> None:
            group.pending_modified_values = {}
            members.forget(caches, backend, group, leaving)

        caches.enter(group, "modifying", done)
        _slots(group, 0)
        for member in leaving:
            set_state(member, "deleting")
        for number in range(count - len(known)):
            for member in members.add(backend, group, f"{int(known[-1]) + number + 1:04d}", replicas + 1):
                set_state(member, "creating")
        return ActionResult({"ReplicationGroup": group})

    replace(ElastiCacheResponse, "increase_replica_count")(increase)
    replace(ElastiCacheResponse, "decrease_replica_count")(decrease)
    replace(ElastiCacheResponse, "modify_replication_group_shard_configuration")(reshard)
