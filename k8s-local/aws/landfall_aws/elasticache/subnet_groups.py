"""Cache subnet groups: of subnets that exist, changed, kept while in use, and deleted; moto only makes them."""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.elasticache.models import CacheSubnetGroup, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from ..ec2 import subnets as ec2_subnets
from ..errors import AwsError
from ..override import replace, wrap


def _check_subnets(backend: Any, subnet_ids: list[str]) -> None:
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    known = {subnet_id for zone in ec2.subnets.values() for subnet_id in zone}
    for subnet_id in subnet_ids:
        if subnet_id not in known:
            raise AwsError("InvalidSubnet", f"Subnet {subnet_id} does not exist.")
    if len({ec2_subnets.find(ec2, subnet_id).vpc_id for subnet_id in subnet_ids}) > 1:
        raise AwsError("InvalidSubnet", "The subnets are not all in the same VPC.")


def _found(backend: Any, name: str) -> CacheSubnetGroup:
    return backend.describe_cache_subnet_groups(name)[0]


def _users(backend: Any, name: str) -> list[Any]:
    users = [*backend.cache_clusters.values(), *backend.replication_groups.values()]
    return [user for user in users if user.cache_subnet_group_name == name]


def _used(backend: Any, name: str) -> set[str]:
    """The subnets in which a node lies."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    enis = [eni for user in _users(backend, name) for eni in getattr(user, "landfall_enis", [])]
    return {ec2.enis[eni].subnet.id for eni in enis if eni in ec2.enis}


def _modify(response: Any) -> ActionResult:
    backend, name = response.elasticache_backend, response._get_param("CacheSubnetGroupName")
    group = _found(backend, name)
    subnet_ids = response._get_param("SubnetIds") or group.subnet_ids
    _check_subnets(backend, subnet_ids)
    # "The requested subnet is being used by another cache cluster": API reference, SubnetInUse.
    dropped = (set(group.subnet_ids) - set(subnet_ids)) & _used(backend, name)
    if dropped:
        raise AwsError("SubnetInUse", f"The subnets {', '.join(sorted(dropped))} are in use by cache clusters.")
    anew = CacheSubnetGroup(
        backend.account_id,
        backend.region_name,
        name,
        response._get_param("CacheSubnetGroupDescription") or group.cache_subnet_group_description,
        list(subnet_ids),
        group.tags,
    )
    backend.cache_subnet_groups[name] = anew
    return ActionResult({"CacheSubnetGroup": anew})


def _delete(response: Any) -> EmptyResult:
    backend, name = response.elasticache_backend, response._get_param("CacheSubnetGroupName")
    group = _found(backend, name)
    if _users(backend, name):
        raise AwsError("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
    del backend.cache_subnet_groups[name]
    backend.tagging_service.delete_all_tags_for_resource(group.arn)
    return EmptyResult()


def install() -> None:
    @wrap(ElastiCacheBackend, "create_cache_subnet_group")
    def create(original: Any, self: Any, **kwargs: Any) -> CacheSubnetGroup:
        _check_subnets(self, kwargs["subnet_ids"])
        return original(self, **kwargs)

    replace(ElastiCacheResponse, "modify_cache_subnet_group")(_modify)
    replace(ElastiCacheResponse, "delete_cache_subnet_group")(_delete)
