"""Cache clusters: creating, available, deleting, gone. The nodes of replication groups are listed among them."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from .. import lifecycle, pages
from ..errors import AwsError
from ..override import replace, wrap
from . import names, parameter_groups
from .members import Member
from .states import Caches, add_interface, check_network, in_state, places, set_state


def _described(cluster: Any, with_nodes: bool) -> Any:
    """CacheNodes only for who asks for them: DescribeCacheClusters, API reference, ShowCacheNodeInfo."""
    return cluster.described(with_nodes) if isinstance(cluster, Member) else cluster


def _describe(response: Any) -> ActionResult:
    backend, get = response.elasticache_backend, response._get_param
    found = backend.describe_cache_clusters(cache_cluster_id=get("CacheClusterId"))
    if get("ShowCacheClustersNotInReplicationGroups"):
        found = [cluster for cluster in found if not isinstance(cluster, Member)]
    listed = [cluster.cache_cluster_id for cluster in found]
    try:
        shown, following = pages.page("DescribeCacheClusters", found, listed, get("Marker"), get("MaxRecords") or 100)
    except KeyError as error:
        raise AwsError("InvalidParameterValue", "The marker is not valid.") from error
    with_nodes = bool(get("ShowCacheNodeInfo"))
    return ActionResult({"CacheClusters": [_described(cluster, with_nodes) for cluster in shown], "Marker": following})


def install(caches: Caches) -> None:
    replace(ElastiCacheResponse, "describe_cache_clusters")(_describe)

    @wrap(ElastiCacheBackend, "create_cache_cluster")
    def create(original: Any, self: Any, **kwargs: Any) -> Any:
        names.check("CacheClusterId", kwargs["cache_cluster_id"])
        check_network(self, kwargs.get("cache_subnet_group_name"), kwargs.get("security_group_ids"))
        parameter_groups.check_exists(self, kwargs.get("cache_parameter_group_name"))
        cluster = original(self, **kwargs)
        turns = places(self, cluster.cache_subnet_group_name)
        cluster.landfall_enis = []
        for index in range(getattr(cluster, "num_cache_nodes", 1) or 1):
            subnet_id, _ = turns[index % len(turns)]
            node = f"{cluster.cache_cluster_id}-{index + 1:04d}"
            cluster.landfall_enis += add_interface(self, subnet_id, cluster.security_group_ids, node)
        caches.enter(cluster, "creating")
        return cluster

    @wrap(ElastiCacheBackend, "delete_cache_cluster")
    def delete(original: Any, self: Any, cache_cluster_id: str) -> Any:
        cluster = self.describe_cache_clusters(cache_cluster_id)[0]
        in_state(cluster, "InvalidCacheClusterState", cache_cluster_id, "available")
        if isinstance(cluster, Member):
            # AWS lets single replicas go this way; DecreaseReplicaCount is what it recommends, and all there is here.
            raise AwsError("InvalidCacheClusterState", f"{cache_cluster_id} is a node of {cluster.replication_group_id}.")
        set_state(cluster, "deleting")

        def gone() -> None:
            self.cache_clusters.pop(cache_cluster_id, None)
            self.tagging_service.delete_all_tags_for_resource(cluster.arn)
            caches.linger(self, cluster.landfall_enis)

        lifecycle.after(caches.seconds, gone)
        return cluster
