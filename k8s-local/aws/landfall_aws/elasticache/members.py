"""The nodes of replication groups: each is a cache cluster too, with what only those show (version, security groups,
parameter group, pending changes), and goes with its group.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html
"""

from typing import Any

from moto.core.utils import utcnow

from .. import engines, lifecycle
from .states import Caches, add_interface, places

# What a node shows of its group.
_OF_GROUP = (
    "at_rest_encryption_enabled",
    "auth_token_enabled",
    "auth_token_last_modified_date",
    "auto_minor_version_upgrade",
    "cache_node_type",
    "cache_subnet_group_name",
    "engine",
    "engine_version",
    "ip_discovery",
    "network_type",
    "preferred_maintenance_window",
    "replication_group_id",
    "snapshot_window",
    "transit_encryption_enabled",
    "transit_encryption_mode",
)


class Member:
    def __init__(self, backend: Any, group: Any, shard: str, name: str, place: tuple[str | None, str]) -> None:
        subnet_id, zone = place
        self.landfall_group = group
        self.landfall_shard = shard
        self.landfall_enis = add_interface(backend, subnet_id, group.security_group_ids, name)
        self.cache_cluster_id = name
        self.preferred_availability_zone = zone
        self.cache_cluster_create_time = utcnow()
        self.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:cluster:{name}"
        self.status = self.cache_cluster_status = "creating"

    @property
    def cache_subnet_group_name(self) -> str | None:
        return self.landfall_group.cache_subnet_group_name

    @property
    def cache_parameter_group_name(self) -> str:
        return self.landfall_group.cache_parameter_group_name

    @property
    def replication_group_id(self) -> str:
        return self.landfall_group.replication_group_id

    def described(self, with_nodes: bool) -> dict[str, Any]:
        group = self.landfall_group
        endpoint = {"address": f"{self.cache_cluster_id}.{group.landfall_domain}", "port": group.port}
        node = {
            "cache_node_id": "0001",
            "cache_node_status": self.status,
            "cache_node_create_time": self.cache_cluster_create_time,
            "customer_availability_zone": self.preferred_availability_zone,
            "parameter_group_status": "in-sync",
            "endpoint": None if self.status == "creating" else endpoint,
        }
        return {
            **{name: getattr(group, name) for name in _OF_GROUP},
            "arn": self.arn,
            "cache_cluster_id": self.cache_cluster_id,
            "cache_cluster_status": self.status,
            "cache_cluster_create_time": self.cache_cluster_create_time,
            "cache_nodes": [node] if with_nodes else None,
            "cache_parameter_group": {
                "cache_parameter_group_name": group.cache_parameter_group_name,
                "parameter_apply_status": "in-sync",
                "cache_node_ids_to_reboot": [],
            },
            "num_cache_nodes": 1,
            "pending_modified_values": group.landfall_member_pending,
            "preferred_availability_zone": self.preferred_availability_zone,
            "security_groups": [{"security_group_id": g, "status": "active"} for g in group.security_group_ids or []],
            # Only of the node that the daily snapshot is taken of.
            "snapshot_retention_limit": group.snapshot_retention_limit
            if self.cache_cluster_id == group.snapshotting_cluster_id
            else 0,
        }


def _name(group: Any, shard: str, number: int) -> str:
    return f"{group.replication_group_id}-{shard}-{number:03d}" if group.cluster_enabled else f"{group.replication_group_id}-{number:03d}"


def add(backend: Any, group: Any, shard: str, count: int) -> list[Member]:
    """New nodes of a shard, in the zone after that of the last one."""
    turns = places(backend, group.cache_subnet_group_name)
    numbers = [int(m.cache_cluster_id[-3:]) for m in of_shard(group, shard)]
    made = []
    for number in [n for n in range(1, 100) if n not in numbers][:count]:
        member = Member(backend, group, shard, _name(group, shard, number), turns[(number - 1) % len(turns)])
        backend.cache_clusters[member.cache_cluster_id] = member
        group.landfall_members.append(member)
        made.append(member)
        tags = backend.tagging_service.list_tags_for_resource(group.arn)["Tags"]
        if tags:
            # "Tags on replication groups will be replicated to all nodes": CreateReplicationGroup, Tags.
            backend.tagging_service.tag_resource(member.arn, tags)
    show(group)
    return made


def of_shard(group: Any, shard: str) -> list[Member]:
    return [member for member in group.landfall_members if member.landfall_shard == shard]


def shards(group: Any) -> list[str]:
    return sorted({member.landfall_shard for member in group.landfall_members})


def forget(caches: Caches, backend: Any, group: Any, leaving: list[Member]) -> None:
    group.landfall_members = [member for member in group.landfall_members if member not in leaving]
    for member in leaving:
        backend.cache_clusters.pop(member.cache_cluster_id, None)
        backend.tagging_service.delete_all_tags_for_resource(member.arn)
        caches.linger(backend, member.landfall_enis)
    show(group)


def after(caches: Caches, act: Any) -> None:
    lifecycle.after(caches.seconds, act)


def show(group: Any) -> None:
    """MemberClusters at once; NodeGroups and endpoints of a group that has been made."""
    group.member_clusters = [member.cache_cluster_id for member in group.landfall_members]
    snapshotted = group.member_clusters[1 if len(group.member_clusters) > 1 else 0]
    group.snapshotting_cluster_id = snapshotted if group.snapshot_retention_limit and not group.cluster_enabled else None
    if group.status == "creating":
        group.node_groups, group.configuration_endpoint = [], None
        return
    known = shards(group)
    domain, port = group.landfall_domain, group.port
    group.configuration_endpoint = {"address": f"clustercfg.{domain}", "port": port} if group.cluster_enabled else None
    group.node_groups = [_node_group(group, shard, index, len(known)) for index, shard in enumerate(known)]


def _node_group(group: Any, shard: str, index: int, count: int) -> dict[str, Any]:
    domain, port = group.landfall_domain, group.port
    members = of_shard(group, shard)
    described: dict[str, Any] = {
        "node_group_id": shard,
        "status": "available",
        "node_group_members": [
            {
                "cache_cluster_id": member.cache_cluster_id,
                "cache_node_id": "0001",
                "preferred_availability_zone": member.preferred_availability_zone,
                # Of a group in cluster mode AWS shows no roles.
                "current_role": None if group.cluster_enabled else ("replica" if position else "primary"),
                "read_endpoint": None
                if group.cluster_enabled
                else {"address": f"{member.cache_cluster_id}.{domain}", "port": port},
            }
            for position, member in enumerate(members)
        ],
    }
    if group.cluster_enabled:
        described["slots"] = f"{16384 * index // count}-{16384 * (index + 1) // count - 1}"
    else:
        real = engines.address(group)
        described["primary_endpoint"] = {"address": real or f"master.{domain}", "port": port}
        described["reader_endpoint"] = {"address": real or f"replica.{domain}", "port": port}
    return described
