"""Capacity providers: one a group, kept while a cluster has them; and ECS's scaling of their groups.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html and the API reference of each
action; the words of refusals are those that users report.
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult
from moto.ecs.models import CapacityProvider, EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from .. import lifecycle, memory, pages
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings

_LISTED_STEPS = 10
# "This value can be between 1 and 10. If this parameter is not used, then DescribeCapacityProviders returns up to 10
# results and a nextToken value": DescribeCapacityProviders, API reference.
_PAGE = 10
_NAME = re.compile(r"^(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}$", re.IGNORECASE)
_FARGATE = ("FARGATE", "FARGATE_SPOT")
_MANAGED = "AmazonECSManaged"


def _client(message: str) -> AwsError:
    return AwsError("ClientException", message)


def of_service(backend: Any, service: Any) -> list[str]:
    """The names of those in its strategy that stand for instances."""
    strategy = getattr(service, "capacity_provider_strategy", None) or []
    names = [item["capacityProvider"].split("/")[-1] for item in strategy]
    return [name for name in names if name not in _FARGATE and name in backend.capacity_providers]


def _group(backend: Any, arn: str) -> Any:
    groups = autoscaling_backends[backend.account_id][backend.region_name].autoscaling_groups.values()
    return next((group for group in groups if group.arn == arn), None)


def group_of(backend: Any, name: str) -> Any:
    return _group(backend, backend.capacity_providers[name].auto_scaling_group_provider["autoScalingGroupArn"])


def check_strategy(cluster: Any, strategy: list[dict[str, Any]] | None) -> None:
    """A service may use only what its cluster has."""
    known = cluster.capacity_providers or []
    for item in strategy or []:
        if item["capacityProvider"].split("/")[-1] not in known:
            raise AwsError(
                "InvalidParameterException",
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated with "
                "the cluster. Associate the capacity provider with the cluster and try again.",
            )


def scale_out(backend: Any, service: Any, waiting: int, fit: int) -> None:
    """Managed scaling: as many more instances as the waiting tasks fill, up to the group's largest number."""
    for name in of_service(backend, service):
        provider = backend.capacity_providers[name].auto_scaling_group_provider
        group = group_of(backend, name)
        if group is None or provider["managedScaling"]["status"] != "ENABLED" or fit < 1:
            continue
        coming = sum(state.lifecycle_state == "Pending" for state in group.instance_states)
        arrived = sum(state.lifecycle_state == "InService" for state in group.instance_states)
        wanted = min(group.max_size, arrived + max(coming, -(-waiting // fit)))
        if wanted > group.desired_capacity:
            group.set_desired_capacity(wanted)


def _check_protection(group: Any, given: dict[str, Any]) -> None:
    if given.get("managedTerminationProtection") != "ENABLED":
        return
    invalid = "The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, "
    if (given.get("managedScaling") or {}).get("status") != "ENABLED":
        raise _client(f"{invalid}managed scaling must be enabled.")
    if not group.new_instances_protected_from_scale_in:
        raise _client(f"{invalid}the Auto Scaling group must have instance protection from scale in enabled.")


def install(settings: Settings) -> None:
    step = settings.task_seconds

    @wrap(CapacityProvider, "_prepare_asg_provider")
    def prepare(original: Any, self: Any, details: dict[str, Any]) -> dict[str, Any]:
        return {"managedDraining": "ENABLED", **original(self, details)}

    @wrap(CapacityProvider, "update")
    def updated(original: Any, self: Any, details: dict[str, Any]) -> None:
        original(self, details)
        if details.get("managedDraining"):
            self.auto_scaling_group_provider["managedDraining"] = details["managedDraining"]

    @wrap(EC2ContainerServiceBackend, "create_capacity_provider")
    def create(original: Any, self: Any, name: str, asg_details: dict[str, Any], tags: Any) -> CapacityProvider:
        if not _NAME.match(name or ""):
            raise _client(
                "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper "
                "and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with \"aws\", \"ecs\", or \"fargate\"."
            )
        found = self.capacity_providers.get(name)
        if found is not None and found.status == "ACTIVE":
            raise _client(
                "The specified capacity provider already exists. To change the configuration of an existing capacity "
                "provider, update the capacity provider."
            )
        arn = (asg_details or {}).get("autoScalingGroupArn") or ""
        group = _group(self, arn)
        if group is None:
            raise _client("The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group ARN and try again.")
        others = [p for p in self.capacity_providers.values() if p.status == "ACTIVE"]
        if any(p.auto_scaling_group_provider.get("autoScalingGroupArn") == arn for p in others):
            raise _client(
                "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique "
                "Auto Scaling group ARN and try again."
            )
        _check_protection(group, asg_details)
        if not any(tag["Key"] == _MANAGED for tag in group.tags):
            group.tags = [*group.tags, {"Key": _MANAGED, "Value": "", "PropagateAtLaunch": True}]
        return original(self, name, asg_details, tags)

    @replace(EC2ContainerServiceBackend)
    def delete_capacity_provider(self: Any, name_or_arn: str) -> CapacityProvider:
        provider = self._get_provider(name_or_arn)
        if provider is None or provider.status != "ACTIVE":
            raise _client("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
        # The call succeeds all the same (hashicorp/terraform-provider-aws#48156).
        users = [c.name for c in self.clusters.values() if c.status == "ACTIVE" and provider.name in (c.capacity_providers or [])]
        if users:
            provider.update_status = "DELETE_FAILED"
            provider.update_status_reason = (
                f"The capacity provider cannot be deleted because it is associated with cluster: {users[0]}. Remove the "
                "capacity provider from the cluster and try again."
            )
            return provider
        provider.update_status, provider.update_status_reason = "DELETE_IN_PROGRESS", None

        def end() -> None:
            provider.status, provider.update_status = "INACTIVE", "DELETE_COMPLETE"

        def forget() -> None:
            if self.capacity_providers.get(provider.name) is provider:
                del self.capacity_providers[provider.name]
                memory.keep_ghost(
                    self.account_id, self.region_name, provider.capacity_provider_arn, provider.tags, "ecs:capacity-provider"
                )

        lifecycle.after(step, end)
        lifecycle.after(step * _LISTED_STEPS, forget)
        return provider

    @wrap(EC2ContainerServiceBackend, "put_cluster_capacity_providers")
    def put(original: Any, self: Any, cluster_name: str, capacity_providers: list[str], strategy: Any) -> Any:
        cluster = self._get_cluster(cluster_name)
        if getattr(cluster, "attachments_status", None) == "UPDATE_IN_PROGRESS":
            raise AwsError("UpdateInProgressException", "The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated. Wait and try again.")
        names = [name.split("/")[-1] for name in capacity_providers or []]
        for name in names:
            known = self.capacity_providers.get(name)
            if name not in _FARGATE and (known is None or known.status != "ACTIVE"):
                raise AwsError("InvalidParameterException", "The specified capacity provider was not found. Specify a valid name or ARN and try again.")
        gone = set(cluster.capacity_providers or []) - set(names)
        of_cluster = [s for s in self.services.values() if s.cluster_name == cluster.name and s.status != "INACTIVE"]
        used = {item["capacityProvider"].split("/")[-1] for s in of_cluster for item in getattr(s, "capacity_provider_strategy", None) or []}
        used |= {
            item["capacityProvider"].split("/")[-1]
            for s in of_cluster
            for deployment in s.deployments
            for item in deployment["capacityProviderStrategy"] or []
        }
        if gone & used:
            raise AwsError("ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")
        changed = gone | (set(names) - set(cluster.capacity_providers or []))
        result = original(self, cluster_name, names, strategy)
        if changed - set(_FARGATE):
            cluster.attachments_status = "UPDATE_IN_PROGRESS"

            def done() -> None:
                cluster.attachments_status = "UPDATE_COMPLETE"

            lifecycle.after(step, done)
        return result

    # moto leaves them out.
    @wrap(EC2ContainerServiceBackend, "iter_tagged_resources")
    def tagged(original: Any, self: Any) -> Iterator[TaggedResource]:
        yield from original(self)
        for provider in self.capacity_providers.values():
            tags = {tag["key"]: tag["value"] for tag in provider.tags or []}
            yield TaggedResource(arn=provider.capacity_provider_arn, tags=tags, resource_type="ecs:capacity-provider")

    @wrap(EC2ContainerServiceResponse, "describe_capacity_providers")
    def describe(original: Any, self: Any) -> ActionResult:
        if len(self._get_param("capacityProviders", [])) > 100:
            raise AwsError("InvalidParameterException", "A maximum of 100 capacity providers can be described at once.")
        size, token = self._get_int_param("maxResults", _PAGE), self._get_param("nextToken")
        if not 1 <= size <= _PAGE:
            raise AwsError("InvalidParameterException", f"maxResults must be between 1 and {_PAGE}.")
        result: Any = original(self).result
        found = result["capacityProviders"]
        try:
            shown, following = pages.page("DescribeCapacityProviders", found, [p.name for p in found], token, size)
        except KeyError as error:
            raise AwsError("InvalidParameterException", "Invalid token.") from error
        return ActionResult({**result, "capacityProviders": shown, "nextToken": following})

    # "You can specify up to 100 capacity providers"; without names AWS describes all: DescribeCapacityProviders, API reference.
    @wrap(EC2ContainerServiceBackend, "describe_capacity_providers")
    def all_or_named(original: Any, self: Any, names: list[str] | None) -> Any:
        return original(self, names or list(self.capacity_providers))
