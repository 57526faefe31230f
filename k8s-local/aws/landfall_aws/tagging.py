"""Resource Groups Tagging API: stable pages of 100, without anything kept between them."""

from typing import Any

from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

from . import pages
from .errors import AwsError
from .override import replace


def _resources(backend: ResourceGroupsTaggingAPIBackend, get: Any) -> list[Any]:
    found = backend._get_resources_generator(
        tag_filters=get("TagFilters", []),
        resource_type_filters=get("ResourceTypeFilters", []),
        resource_arn_list=get("ResourceARNList", []) or None,
    )
    return sorted(found, key=lambda resource: resource.arn)


def install() -> None:
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
