"""Tags: of what is there and available, and of a replication group's nodes with it; the tagging API lists them by the type in
the ARN, of which moto knows others, and no parameter groups.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Tagging-Resources.html
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.elasticache.models import ElastiCacheBackend

from ..errors import AwsError
from ..override import replace, wrap

_ARN = re.compile(r"arn:aws:elasticache:[^:]*:\d*:(\w+):(.+)")
# Where each kind is kept, and AWS's code for one that is not there: AddTagsToResource, API reference.
_KINDS = {
    "cluster": ("cache_clusters", "CacheClusterNotFound"),
    "parametergroup": ("cache_parameter_groups", "CacheParameterGroupNotFound"),
    "replicationgroup": ("replication_groups", "ReplicationGroupNotFoundFault"),
    "snapshot": ("snapshots", "SnapshotNotFoundFault"),
    "subnetgroup": ("cache_subnet_groups", "CacheSubnetGroupNotFoundFault"),
    "user": ("users", "UserNotFound"),
}


def _found(backend: Any, arn: str) -> Any:
    parts = _ARN.fullmatch(arn or "")
    if not parts or parts[1] not in _KINDS:
        raise AwsError("InvalidARN", f"ARN {arn} is invalid.")
    kept, code = _KINDS[parts[1]]
    thing = getattr(backend, kept).get(parts[2])
    if thing is None:
        raise AwsError(code, f"{parts[2]} not found.")
    return thing


def _to_write(backend: Any, arn: str) -> list[str]:
    """The ARN, and those of a group's nodes."""
    thing = _found(backend, arn)
    if arn.split(":")[5] in ("cluster", "replicationgroup") and thing.status != "available":
        # What Terraform waits for: hashicorp/terraform-provider-aws, internal/service/elasticache/tags.go.
        code = "InvalidReplicationGroupState" if hasattr(thing, "landfall_members") else "InvalidCacheClusterState"
        raise AwsError(code, "Cluster not in available state for tagging operations")
    return [arn, *(member.arn for member in getattr(thing, "landfall_members", []))]


def install() -> None:
    @replace(ElastiCacheBackend)
    def iter_tagged_resources(self: Any) -> Iterator[TaggedResource]:
        for kind, (kept, _) in _KINDS.items():
            for thing in list(getattr(self, kept).values()):
                arn = thing["ARN"] if isinstance(thing, dict) else thing.arn
                tags = self.tagging_service.get_tag_dict_for_resource(arn)
                if tags:
                    yield TaggedResource(arn=arn, tags=tags, resource_type=f"elasticache:{kind}")

    @wrap(ElastiCacheBackend, "list_tags_for_resource")
    def listed(_original: Any, self: Any, arn: str) -> Any:
        _found(self, arn)
        return self.tagging_service.list_tags_for_resource(arn)

    @wrap(ElastiCacheBackend, "add_tags_to_resource")
    def add(original: Any, self: Any, arn: str, tags: list[dict[str, str]]) -> None:
        for each in _to_write(self, arn):
            original(self, each, tags)

    @wrap(ElastiCacheBackend, "remove_tags_from_resource")
    def remove(original: Any, self: Any, arn: str, tags: list[str]) -> None:
        for each in _to_write(self, arn):
            original(self, each, tags)
