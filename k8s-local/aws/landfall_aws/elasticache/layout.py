"""How many shards and replicas a new replication group has, of which version, and what of it AWS refuses.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
"""

from typing import Any, NamedTuple

from ..errors import AwsError
from . import parameter_groups, versions
from .versions import Version


class Layout(NamedTuple):
    version: Version
    parameter_group: str
    clustered: bool
    # Replicas of each shard.
    replicas: list[int]


def _combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def check_range(parameter: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise AwsError("InvalidParameterValue", f"{parameter} must be between {low} and {high}.")


def _replicas(asked: dict[str, Any], snapshot: Any) -> list[int]:
    clusters, shards = asked.get("num_cache_clusters"), asked.get("num_node_groups")
    each, configured = asked.get("replicas_per_node_group"), asked.get("node_group_configuration") or []
    check_range("NumCacheClusters", clusters, 1, 6)
    check_range("NumNodeGroups", shards, 1, 500)
    check_range("ReplicasPerNodeGroup", each, 0, 5)
    if clusters is not None and (shards is not None or each is not None or configured):
        raise _combination("NumCacheClusters cannot be specified with NumNodeGroups or ReplicasPerNodeGroup.")
    if configured and shards is not None and len(configured) != shards:
        raise _combination("NodeGroupConfiguration must have as many members as NumNodeGroups.")
    count = shards or len(configured) or (snapshot.num_node_groups if snapshot else 1)
    if snapshot and count != snapshot.num_node_groups:
        # "must be the same": Snapshot, API reference, NumNodeGroups.
        raise _combination(f"The snapshot {snapshot.snapshot_name} is of {snapshot.num_node_groups} node groups.")
    general = clusters - 1 if clusters is not None else each or 0
    counts = [shard.get("ReplicaCount") for shard in configured] or [None] * count
    return [general if own is None else int(own) for own in counts]


def check_failover(clustered: bool, replicas: list[int], failover: bool, multi_az: bool, node_type: str) -> None:
    if clustered and not failover:
        raise _combination("Redis with cluster mode enabled cannot be created with auto failover turned off.")
    if failover and not clustered and replicas[0] < 1:
        raise _combination("When using automatic failover, there must be at least 2 cache clusters in the replication group.")
    if failover and node_type.startswith("cache.t1."):
        raise _combination("Automatic failover is not supported for T1 node types.")
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html; the words are a guess.
    if multi_az and not failover:
        raise _combination("Multi-AZ requires automatic failover to be enabled.")
    if multi_az and min(replicas) < 1:
        raise _combination("Multi-AZ requires at least one replica in each node group.")


def plan(backend: Any, asked: dict[str, Any], snapshot: Any) -> Layout:
    version = versions.resolve(asked.get("engine") or (snapshot and snapshot.engine), asked.get("engine_version"))
    if snapshot:
        versions.check_upgrade(versions.of(snapshot.engine, snapshot.engine_version), version)
    replicas, group = _replicas(asked, snapshot), asked.get("cache_parameter_group_name")
    mode = asked.get("cluster_mode")
    if group is None:
        group = parameter_groups.default_of(version.family, len(replicas) > 1 or mode == "enabled")
    parameter_groups.check_fits(backend, group, version)
    clustered = parameter_groups.clustered(backend, group)
    if len(replicas) > 1 and not clustered:
        raise _combination(f"More than one node group needs cluster-enabled yes, which parameter group {group} has not.")
    if mode in ("enabled", "disabled") and (mode == "enabled") != clustered:
        raise _combination(f"ClusterMode {mode} does not fit cluster-enabled of parameter group {group}.")
    if asked.get("num_cache_clusters") is not None and clustered:
        raise _combination("NumCacheClusters cannot be specified with cluster mode enabled.")
    failover, multi_az = bool(asked.get("automatic_failover_enabled")), bool(asked.get("multi_az_enabled"))
    check_failover(clustered, replicas, failover, multi_az, asked["cache_node_type"])
    return Layout(version, group, clustered, replicas)
