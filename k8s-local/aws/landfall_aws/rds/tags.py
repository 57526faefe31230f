"""What of RDS the tagging API lists: of its groups moto lists none.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.rds.models import RDSBackend

from ..override import wrap
from ..settings import Settings

# By the type in an ARN, where moto has them.
_GROUPS = {
    "cluster-pg": "db_cluster_parameter_groups",
    "og": "option_groups",
    "pg": "db_parameter_groups",
    "subgrp": "subnet_groups",
}


def install(_settings: Settings) -> None:
    @wrap(RDSBackend, "iter_tagged_resources")
    def tagged(original: Any, self: Any) -> Iterator[TaggedResource]:
        yield from original(self)
        for kind, groups in _GROUPS.items():
            for group in list(getattr(self, groups).values()):
                tags = {tag["Key"]: tag["Value"] for tag in group.get_tags()}
                yield TaggedResource(arn=group.arn, tags=tags, resource_type=f"rds:{kind}")
