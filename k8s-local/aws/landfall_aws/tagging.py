"""Resource Groups Tagging API: stable pages of 100, and things that are gone already among those that are there."""

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix
from moto.logs.models import LogsBackend
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

from . import memory, pages
from .errors import AwsError
from .override import replace, wrap

# Where the type in an ARN is not the one that moto calls the resource by.
_TYPE = {"flow-logs": "vpc-flow-log", "nat-gateway": "natgateway", "vpc-elastic-ip": "elastic-ip"}


def arn_type(kind: str) -> str:
    """The type in the ARN of what moto calls `kind`."""
    return _TYPE.get(kind, kind)


def _resources(backend: ResourceGroupsTaggingAPIBackend, get: Any) -> list[Any]:
    filters, types, arns = get("TagFilters", []), get("ResourceTypeFilters", []), get("ResourceARNList", []) or None
    has_tags = make_tag_matcher(filters)

    def matches(ghost: TaggedResource) -> bool:
        fits = match_resource_type(ghost.resource_type, types) and has_tags(ghost.tags)
        return fits and (arns is None or ghost.arn in arns)

    found = {ghost.arn: ghost for ghost in memory.ghosts(backend.account_id, backend.region_name, matches)}
    for resource in backend._get_resources_generator(
        tag_filters=filters, resource_type_filters=types, resource_arn_list=arns
    ):
        found[resource.arn] = resource
    return sorted(found.values(), key=lambda resource: resource.arn)


def install() -> None:
    @wrap(LogsBackend, "iter_tagged_resources")
    def log_groups(original: Any, self: Any) -> Iterator[TaggedResource]:
        for resource in original(self):
            # The resource type is what the ARN says; moto says logs:loggroup.
            resource.resource_type = "logs:log-group"
            yield resource

    @replace(EC2Backend)
    def iter_tagged_resources(self: Any) -> Iterator[TaggedResource]:
        # moto leaves out endpoints, ACLs, rules and more; what has tags is in the table of tags.
        for resource_id, tags in list(self.tags.items()):
            kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(resource_id))
            if kind and tags:
                kind = arn_type(kind)
                arn = f"arn:{self.partition}:ec2:{self.region_name}:{self.account_id}:{kind}/{resource_id}"
                yield TaggedResource(arn=arn, tags=dict(tags), resource_type=f"ec2:{kind}")

    @replace(ResourceGroupsTaggingAPIResponse)
    def get_resources(self: Any) -> ActionResult:
        size = int(self._get_param("ResourcesPerPage") or 100)
        if not 1 <= size <= 100:
            # "You can set ResourcesPerPage to a minimum of 1 and the maximum value is 100."
            raise AwsError("InvalidParameterException", "ResourcesPerPage must be between 1 and 100")
        resources = _resources(self.backend, self._get_param)
        token = self._get_param("PaginationToken") or None
        try:
            shown, following = pages.page("GetResources", resources, [r.arn for r in resources], token, size)
        except KeyError as error:
            raise AwsError("PaginationTokenExpiredException", "The PaginationToken is not valid.") from error
        mappings = [
            {"ResourceARN": r.arn, "Tags": [{"Key": key, "Value": value} for key, value in r.tags.items()]}
            for r in shown
        ]
        # The last page has an empty token, not none.
        return ActionResult({"ResourceTagMappingList": mappings, "PaginationToken": following or ""})
