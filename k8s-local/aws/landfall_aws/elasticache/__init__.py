"""Caches with AWS's states, their interfaces, and the groups that they use.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/ of each action.
"""

from typing import Any

from moto.elasticache.responses import ElastiCacheResponse

from ..settings import Settings
from . import caches, changes, groups, names, parameter_groups, shards, snapshots, subnet_groups, tags, users
from .states import Caches


def install(settings: Settings) -> Any:
    of_all = Caches(settings)
    names.install()
    parameter_groups.install()
    subnet_groups.install()
    caches.install(of_all)
    groups.install(of_all)
    changes.install(of_all)
    shards.install(of_all)
    snapshots.install(of_all)
    tags.install()
    users.install(of_all)
    return ElastiCacheResponse
