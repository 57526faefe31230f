"""Cache clusters and replication groups: creating, available, modifying, snapshotting, deleting, gone."""

from typing import Any

from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from .. import lifecycle, service_interfaces
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings
from . import parameter_groups

# Parameters of ModifyReplicationGroup that moto drops, by the attribute that shows them.
_MODIFIED = {
    "CacheParameterGroupName": "cache_parameter_group_name",
    "EngineVersion": "engine_version",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotWindow": "snapshot_window",
}


class _Caches:
    """What clusters and replication groups have in common."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.cache_seconds
        self._interface_seconds = settings.interface_seconds

    def enter(self, thing: Any, state: str) -> None:
        _set_state(thing, state)

        def end() -> None:
            if thing.status == state:
                _set_state(thing, "available")

        lifecycle.after(self._seconds, end)

    def begin(self, backend: Any, thing: Any, nodes: list[str]) -> None:
        group = backend.cache_subnet_groups.get(thing.cache_subnet_group_name or "")
        subnets = list(group.subnet_ids) if group else []
        turns = [(node, subnets[index % len(subnets)]) for index, node in enumerate(nodes)] if subnets else []
        thing.landfall_enis = [
            eni_id
            for node, subnet in turns
            for eni_id in service_interfaces.add(
                backend, [subnet], thing.security_group_ids or [], "amazon-elasticache", f"ElastiCache {node}"
            )
        ]
        self.enter(thing, "creating")

    def delete(self, backend: Any, things: dict[str, Any], name: str, wait: int = 1) -> Any:
        thing = things[name]
        _set_state(thing, "deleting")

        def gone() -> None:
            things.pop(name, None)
            backend.tagging_service.delete_all_tags_for_resource(thing.arn)
            service_interfaces.linger(backend, thing.landfall_enis, self._interface_seconds)

        lifecycle.after(self._seconds * wait, gone)
        return thing


def _set_state(thing: Any, state: str) -> None:
    thing.status = state
    if hasattr(thing, "cache_cluster_status"):
        thing.cache_cluster_status = state


def _check_network(backend: Any, subnet_group: str | None, group_ids: list[str] | None) -> None:
    if subnet_group and subnet_group not in backend.cache_subnet_groups:
        raise AwsError("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {subnet_group} does not exist.")
    vpc_id = backend.cache_subnet_groups[subnet_group].vpc_id if subnet_group else None
    service_interfaces.check_groups(
        backend, group_ids or [], vpc_id, "InvalidParameterValue", "The security group {} is not of the cache's VPC."
    )


def _in_state(thing: Any, code: str, name: str, *states: str) -> None:
    if thing.status not in states:
        raise AwsError(code, f"{name} is {thing.status}, not in {' or '.join(states)} state.")


def install(settings: Settings) -> None:
    caches = _Caches(settings)

    @wrap(ElastiCacheBackend, "create_cache_cluster")
    def create_cluster(original: Any, self: Any, **kwargs: Any) -> Any:
        _check_network(self, kwargs.get("cache_subnet_group_name"), kwargs.get("security_group_ids"))
        parameter_groups.check_exists(self, kwargs.get("cache_parameter_group_name"))
        cluster = original(self, **kwargs)
        count = getattr(cluster, "num_cache_nodes", 1) or 1
        name = cluster.cache_cluster_id
        caches.begin(self, cluster, [f"{name}-{index + 1:04d}" for index in range(count)])
        return cluster

    @wrap(ElastiCacheBackend, "delete_cache_cluster")
    def delete_cluster(original: Any, self: Any, cache_cluster_id: str) -> Any:
        cluster = self.describe_cache_clusters(cache_cluster_id)[0]
        _in_state(cluster, "InvalidCacheClusterState", cache_cluster_id, "available")
        return caches.delete(self, self.cache_clusters, cache_cluster_id)

    @wrap(ElastiCacheBackend, "create_replication_group")
    def create_group(original: Any, self: Any, **kwargs: Any) -> Any:
        _check_network(self, kwargs.get("cache_subnet_group_name"), kwargs.get("security_group_ids"))
        parameter_groups.check_exists(self, kwargs.get("cache_parameter_group_name"))
        if kwargs.get("num_cache_clusters") and not kwargs.get("replicas_per_node_group"):
            # moto counts replicas only.
            kwargs["replicas_per_node_group"] = kwargs["num_cache_clusters"] - 1
        group = original(self, **kwargs)
        for nodes in group.node_groups:
            if "reader_endpoint_address" in nodes:
                nodes["reader_endpoint"] = {"address": nodes["reader_endpoint_address"], "port": group.port}
        caches.begin(self, group, list(group.member_clusters))
        return group

    @wrap(ElastiCacheResponse, "modify_replication_group")
    def modify_group(original: Any, self: Any) -> Any:
        backend, name = self.elasticache_backend, self._get_param("ReplicationGroupId")
        group = backend.describe_replication_groups(name)[0]
        _in_state(group, "InvalidReplicationGroupState", name, "available")
        asked = {field: self._get_param(param) for param, field in _MODIFIED.items() if self._get_param(param)}
        parameter_groups.check_exists(backend, asked.get("cache_parameter_group_name"))
        _check_network(backend, group.cache_subnet_group_name, asked.get("security_group_ids"))
        result = original(self)
        for field, value in asked.items():
            setattr(group, field, value)
        service_interfaces.set_groups(backend, group.landfall_enis, group.security_group_ids or [])
        caches.enter(group, "modifying")
        return result

    @wrap(ElastiCacheResponse, "delete_replication_group")
    def delete_group(original: Any, self: Any) -> Any:
        backend, name = self.elasticache_backend, self._get_param("ReplicationGroupId")
        group = backend.describe_replication_groups(name)[0]
        _in_state(group, "InvalidReplicationGroupState", name, "available", "create-failed")
        final = self._get_param("FinalSnapshotIdentifier")
        if final:
            backend.create_snapshot(
                snapshot_name=final, replication_group_id=name, cache_cluster_id=None, kms_key_id=None, tags=None
            )
        result = original(self)
        caches.delete(backend, backend.replication_groups, name, 2 if final else 1)
        return result

    @wrap(ElastiCacheBackend, "create_snapshot")
    def create_snapshot(original: Any, self: Any, **kwargs: Any) -> Any:
        source = kwargs.get("replication_group_id") or kwargs.get("cache_cluster_id")
        thing = self.replication_groups.get(source) or self.cache_clusters.get(source)
        if thing is not None:
            code = "InvalidReplicationGroupState" if source in self.replication_groups else "InvalidCacheClusterState"
            _in_state(thing, code, source, "available")
        snapshot = original(self, **kwargs)
        snapshot.snapshot_status = "creating"
        lifecycle.after(settings.cache_seconds, lambda: setattr(snapshot, "snapshot_status", "available"))
        if thing is not None:
            caches.enter(thing, "snapshotting")
        return snapshot

    @wrap(ElastiCacheBackend, "delete_snapshot")
    def delete_snapshot(original: Any, self: Any, snapshot_name: str) -> Any:
        known = self.snapshots.get(snapshot_name)
        if known is not None and known.snapshot_status != "available":
            raise AwsError("InvalidSnapshotState", f"Snapshot {snapshot_name} is {known.snapshot_status}.")
        snapshot = original(self, snapshot_name)
        self.snapshots.pop(snapshot_name, None)
        self.tagging_service.delete_all_tags_for_resource(snapshot.arn)
        return snapshot
