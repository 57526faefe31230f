"""Tags: up to 50 of them, read for 20 resources a call, of everything that there is, listeners and rules included."""

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.elbv2.models import ELBv2Backend

from ..errors import AwsError
from ..override import replace

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-tags.html , "Restrictions".
_TAGS_MAX = 50
# "You can specify up to 20 resources in a single call": DescribeTags, API reference.
_ARNS_MAX = 20


def check(tags: list[dict[str, str]]) -> None:
    keys = [tag.get("Key", "") for tag in tags]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise AwsError("ValidationError", f"Tag key '{key}' is reserved for AWS")
        if not 1 <= len(key) <= 128:
            raise AwsError("ValidationError", f"Tag key '{key}' must have 1 to 128 characters")
        if keys.count(key) > 1:
            raise AwsError("DuplicateTagKeys", f"Tag key '{key}' was specified more than once")
    if any(len(tag.get("Value") or "") > 256 for tag in tags):
        raise AwsError("ValidationError", "A tag's value must have at most 256 characters")
    if len(tags) > _TAGS_MAX:
        raise AwsError("TooManyTags", "The quota for the number of tags that can be assigned to a resource has been reached")


def install() -> None:
    @replace(ELBv2Backend)
    def add_tags(self: Any, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
        check(tags)
        for arn in resource_arns:
            self._get_resource_by_arn(arn)
            merged = {**self.tagging_service.get_tag_dict_for_resource(arn), **{tag["Key"]: "" for tag in tags}}
            check([{"Key": key} for key in merged])
        for arn in resource_arns:
            self.tagging_service.tag_resource(arn, tags)

    @replace(ELBv2Backend)
    def describe_tags(self: Any, resource_arns: list[str]) -> dict[str, dict[str, str]]:
        if not 1 <= len(resource_arns) <= _ARNS_MAX:
            raise AwsError("ValidationError", f"The number of resource ARNs must be between '1-{_ARNS_MAX}' inclusive")
        for arn in resource_arns:
            self._get_resource_by_arn(arn)
        return {arn: self.tagging_service.get_tag_dict_for_resource(arn) for arn in resource_arns}

    @replace(ELBv2Backend)
    def iter_tagged_resources(self: Any) -> Iterator[TaggedResource]:
        # moto leaves out listeners and rules.
        for arn in _arns(self):
            tags = self.tagging_service.get_tag_dict_for_resource(arn)
            if tags:
                kind = arn.split(":", 5)[5].split("/", 1)[0]
                yield TaggedResource(arn=arn, tags=tags, resource_type=f"elasticloadbalancing:{kind}")


def _arns(backend: Any) -> Iterator[str]:
    yield from backend.target_groups
    for balancer in backend.load_balancers.values():
        yield balancer.arn
        for listener in balancer.listeners.values():
            yield listener.arn
            yield from (rule.arn for rule in listener.rules.values())
