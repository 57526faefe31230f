"""Caches with AWS's states, their interfaces, and the groups that they use.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/ of each action.
"""

from typing import Any

from moto.elasticache.responses import ElastiCacheResponse

from ..settings import Settings
from . import caches, parameter_groups, subnet_groups


def install(settings: Settings) -> Any:
    parameter_groups.install()
    subnet_groups.install()
    caches.install(settings)
    return ElastiCacheResponse
