"""Names, which ElastiCache stores in lower case whatever was asked for.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html, ReplicationGroupId.
"""

import re
from typing import Any

from moto.elasticache.responses import ElastiCacheResponse

from ..errors import AwsError
from ..override import wrap

_LOWERED = {"CacheClusterId", "CacheParameterGroupName", "CacheSubnetGroupName", "ReplicationGroupId"}
_NAME = re.compile(r"[a-z](?!.*--)(?:[a-z0-9-]*[a-z0-9])?")
# "A name must contain from 1 to 40 alphanumeric characters or hyphens", and 50 for a cluster: CreateCacheCluster.
_LONGEST = {"ReplicationGroupId": 40, "CacheClusterId": 50}


def check(parameter: str, name: str | None) -> None:
    if not name or len(name) > _LONGEST.get(parameter, 255) or not _NAME.fullmatch(name):
        raise AwsError(
            "InvalidParameterValue",
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
        )


def install() -> None:
    @wrap(ElastiCacheResponse, "_get_param")
    def get_param(original: Any, self: Any, param_name: str, *args: Any, **kwargs: Any) -> Any:
        value = original(self, param_name, *args, **kwargs)
        return value.lower() if param_name in _LOWERED and isinstance(value, str) else value
