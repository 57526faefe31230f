"""Scalable targets: of what there is alone; they pull what they scale into their bounds. Those of a service go with it."""

import json
from collections.abc import Iterator
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, applicationautoscaling_backends
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse, _build_target
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.ecs.models import ecs_backends

from .. import pages
from ..errors import AwsError
from ..override import replace
from . import found, tables

SERVICES = "ecs:service:DesiredCount"
_ROLES = {"ecs": "AWSServiceRoleForApplicationAutoScaling_ECSService", "dynamodb": tables.ROLE}
# The largest page, and the one that comes unasked: DescribeScalableTargets, API reference, MaxResults.
_PAGE = 50


def service_of(backend: Any, resource_id: str) -> Any:
    """An active service by its resource id, `service/CLUSTER/NAME`."""
    _, cluster, name = resource_id.split("/")
    ecs = ecs_backends[backend.account_id][backend.region_name]
    service = ecs.services.get(f"{cluster}:{name}")
    if service is None or service.status != "ACTIVE":
        raise found.invalid(f"ECS service doesn't exist: {resource_id}")
    return service


def _pull(backend: Any, target: Any) -> None:
    """"Otherwise, it changes the resource's current capacity to a value that is inside of this range": RegisterScalableTarget."""
    if target.service_namespace == "dynamodb":
        tables.pull(backend, target)
        return
    _, cluster, name = target.resource_id.split("/")
    service = service_of(backend, target.resource_id)
    count = min(max(service.desired_count, target.min_capacity), target.max_capacity)
    if count != service.desired_count:
        ecs = ecs_backends[backend.account_id][backend.region_name]
        ecs.update_service({"cluster": cluster, "service": name, "desired_count": count})


def forget(backend: Any, resource_id: str, dimension: str) -> None:
    """A target with everything that scales it; nothing where there is none."""
    targets = backend.targets.get(dimension, {})
    if targets.pop(resource_id, None) is None:
        return
    if not targets:
        del backend.targets[dimension]

    def scales(other: Any) -> bool:
        return (other.resource_id, other.scalable_dimension) == (resource_id, dimension)

    for key, policy in list(backend.policies.items()):
        if scales(policy):
            policy.delete_alarms(backend.account_id, backend.region_name)
            del backend.policies[key]
    backend.scheduled_actions = [action for action in backend.scheduled_actions if not scales(action)]


def service_deleted(account: str, region: str, resource_id: str) -> None:
    """AWS takes a service's target away together with it (eagletmt/hako#69)."""
    if region in applicationautoscaling_backends[account]:
        forget(applicationautoscaling_backends[account][region], resource_id, SERVICES)


def _all(backend: Any) -> Iterator[Any]:
    for targets in backend.targets.values():
        yield from targets.values()


def _by_arn(backend: Any, arn: str) -> Any:
    for known in _all(backend):
        if known.arn == arn:
            return known
    raise AwsError("ResourceNotFoundException", f"The scalable target {arn} was not found")


def install() -> None:
    # The tagging API lists what is of this class.
    ApplicationAutoscalingBackend.__bases__ = (*ApplicationAutoscalingBackend.__bases__, TaggableResourcesMixin)
    ApplicationAutoscalingBackend.SERVICE_NAMESPACE = "application-autoscaling"  # type: ignore[attr-defined]

    @replace(ApplicationAutoscalingBackend)
    def iter_tagged_resources(self: Any) -> Iterator[TaggedResource]:
        for target in _all(self):
            kind = "application-autoscaling:scalable-target"
            yield TaggedResource(arn=target.arn, tags=dict(target.tags), resource_type=kind)

    @replace(ApplicationAutoScalingResponse)
    def register_scalable_target(self: Any) -> str:
        backend, get = self.applicationautoscaling_backend, self._get_param
        resource_id, dimension, tags = get("ResourceId"), get("ScalableDimension"), get("Tags")
        known = backend.targets.get(dimension, {}).get(resource_id)
        if known is not None and tags:
            raise found.invalid(
                "The scalable target that you tried to tag already exists. To update tags on an existing scalable target, "
                "use the TagResource API."
            )
        if get("ServiceNamespace") == "dynamodb":
            tables.units_of(backend, resource_id)
        else:
            service_of(backend, resource_id)
        low, high = self._get_int_param("MinCapacity"), self._get_int_param("MaxCapacity")
        if known is None and (low is None or high is None):
            raise found.invalid("MinCapacity and MaxCapacity must be specified for a new scalable target")
        found.check_bounds(
            known.min_capacity if low is None else low,
            known.max_capacity if high is None else high,
        )
        target = backend.register_scalable_target(
            get("ServiceNamespace"), resource_id, dimension, low, high, get("RoleARN"), get("SuspendedState")
        )
        if known is None:
            target.tags = dict(tags or {})
            namespace = get("ServiceNamespace")
            target.role_arn = (
                f"arn:aws:iam::{backend.account_id}:role/aws-service-role/{namespace}.application-autoscaling.amazonaws.com/"
                f"{_ROLES[namespace]}"
            )
        _pull(backend, target)
        return json.dumps({"ScalableTargetARN": target.arn})

    @replace(ApplicationAutoscalingBackend)
    def deregister_scalable_target(self: Any, namespace: str, r_id: str, dimension: str) -> None:
        found.target(self, r_id, dimension)
        forget(self, r_id, dimension)

    @replace(ApplicationAutoScalingResponse)
    def describe_scalable_targets(self: Any) -> str:
        size, ids = self._get_int_param("MaxResults") or _PAGE, self._get_param("ResourceIds")
        if not 1 <= size <= _PAGE:
            raise found.invalid(f"MaxResults must be between 1 and {_PAGE}")
        if len(ids or []) > _PAGE:
            raise found.invalid(f"At most {_PAGE} resource IDs can be given")
        everything = self.applicationautoscaling_backend.describe_scalable_targets(
            self._get_param("ServiceNamespace"), ids, self._get_param("ScalableDimension")
        )
        names = [f"{target.resource_id} {target.scalable_dimension}" for target in everything]
        token = self._get_param("NextToken")
        try:
            shown, following = pages.page("DescribeScalableTargets", everything, names, token, size)
        except KeyError as error:
            raise AwsError("InvalidNextTokenException", "The next token is not valid") from error
        return json.dumps({"ScalableTargets": [_build_target(target) for target in shown], "NextToken": following})

    @replace(ApplicationAutoScalingResponse)
    def list_tags_for_resource(self: Any) -> str:
        target = _by_arn(self.applicationautoscaling_backend, self._get_param("ResourceARN"))
        return json.dumps({"Tags": target.tags})

    @replace(ApplicationAutoScalingResponse)
    def tag_resource(self: Any) -> str:
        target = _by_arn(self.applicationautoscaling_backend, self._get_param("ResourceARN"))
        target.tags.update(self._get_param("Tags"))
        return json.dumps({})

    @replace(ApplicationAutoScalingResponse)
    def untag_resource(self: Any) -> str:
        target = _by_arn(self.applicationautoscaling_backend, self._get_param("ResourceARN"))
        for key in self._get_param("TagKeys"):
            target.tags.pop(key, None)
        return json.dumps({})
