"""Container instances: what Auto Scaling has started joins the cluster that its user data names, if its role and its
network let the agent; what ends leaves it, with its tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html
"""

import base64
import re
from collections.abc import Iterator
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.iam.models import iam_backends

from .. import reach
from ..authorization import policies
from ..autoscaling import instances as scaled
from ..override import wrap
from .tasks import Life

_CLUSTER = re.compile(r"^.*\bECS_CLUSTER=([A-Za-z0-9_-]+)", re.MULTILINE)
# What the system and the agent keep of an instance's memory, in percent: users see 904 to 952 of a t3.micro's 1024 MiB.
_KEPT_PERCENT = 8


def size_of(instance_type: str) -> tuple[int, int]:
    """CPU units and MiB that an instance of this type registers."""
    found = INSTANCE_TYPES.get(instance_type, {})
    memory = int(found.get("MemoryInfo", {}).get("SizeInMiB", 1024))
    return int(found.get("VCpuInfo", {}).get("DefaultVCpus", 2)) * 1024, memory - memory * _KEPT_PERCENT // 100


def all_of(backend: Any, cluster_name: str) -> list[Any]:
    return list(backend.container_instances.get(cluster_name, {}).values())


def _cluster_of(instance: Any) -> str | None:
    text = str(instance.user_data or "")
    try:
        text = base64.b64decode(text, validate=True).decode()
    except ValueError:
        pass
    found = _CLUSTER.search(text)
    return found.group(1) if found else None


def _may_register(account: str, instance: Any, cluster_arn: str) -> bool:
    """Whether its role, which EC2 has to be able to assume, lets the agent join."""
    iam = iam_backends[account]["aws"]
    profile = next((p for p in iam.instance_profiles.values() if p.arn == instance.iam_instance_profile), None)
    role = next(iter(profile.roles), None) if profile else None
    if role is None or "ec2.amazonaws.com" not in role.assume_role_policy_document:
        return False
    managed = [next(v.document for v in p.versions if v.is_default) for p in role.managed_policies.values()]
    ask = policies.Ask("ecs:RegisterContainerInstance", cluster_arn, {"ecs:cluster": cluster_arn})
    return policies.not_allowed_by(policies.Principal([*role.policies.values(), *managed]), ask) is None


def _in_service(backend: Any) -> Iterator[tuple[Any, Any]]:
    # Only what there is: to look must not make moto's backends of Auto Scaling and of what it uses.
    known = autoscaling_backends.get(backend.account_id) or {}
    scaling = known.get(backend.region_name)
    for group in scaling.autoscaling_groups.values() if scaling else []:
        for state in group.instance_states:
            if state.lifecycle_state == "InService":
                yield group, state.instance


def _known(backend: Any, instance: Any) -> Any:
    for of_cluster in backend.container_instances.values():
        for known in of_cluster.values():
            if known.ec2_instance_id == instance.id:
                return known
    return None


def join(backend: Any) -> None:
    """The agents of instances that are in no cluster yet try again, as they do for ever."""
    for group, instance in _in_service(backend):
        cluster = backend.clusters.get(_cluster_of(instance) or "")
        if cluster is None or cluster.status != "ACTIVE" or _known(backend, instance):
            continue
        if not _may_register(backend.account_id, instance, cluster.arn):
            continue
        if reach.missing(instance.ec2_backend, instance.subnet_id, reach.AGENT, bool(instance.public_ip)):
            continue
        backend.register_container_instance(cluster.name, instance.id)


def _of_task(backend: Any, task: Any) -> Any:
    of_cluster = backend.container_instances.get(task.cluster_name, {}).values()
    return next((i for i in of_cluster if i.container_instance_arn == task.container_instance_arn), None)


def target_of(backend: Any, task: Any) -> str | None:
    """By what a target group of instances knows where a task runs."""
    instance = _of_task(backend, task)
    return instance.ec2_instance_id if instance else None


def port_of(task: Any) -> int:
    """The port that Docker chose on the instance: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html"""
    return 32768 + int(task.id.replace("-", "")[:4], 16) % 28232


def serves(backend: Any, service: Any, task: Any) -> bool:
    """Whether another task of the service runs on the same instance, which is one target here."""
    own = backend.tasks.get(task.cluster_name, {}).values()
    beside = [other for other in own if other is not task and other.group == task.group and other.last_status == "RUNNING"]
    arn = task.container_instance_arn
    return arn is not None and any(other.container_instance_arn == arn for other in beside)


def _size(instance: Any, instance_type: str) -> None:
    cpu, memory = size_of(instance_type)
    for resources in (instance.registered_resources, instance.remaining_resources):
        for resource in resources:
            if resource["name"] in ("CPU", "MEMORY"):
                resource["integerValue"] = cpu if resource["name"] == "CPU" else memory


def install(life: Life) -> None:
    def arrived(group: Any, instance: Any) -> None:
        join(ecs_backends[group.account_id][group.region])

    def ended(group: Any, instance: Any) -> None:
        backend = ecs_backends[group.account_id][group.region]
        known = _known(backend, instance)
        if known is None:
            return
        # "Terminating a container instance … automatically deregisters it" where its agent is connected:
        # DeregisterContainerInstance, API reference.
        known.status = "DRAINING"
        for task in list(backend.tasks.get(known.cluster_name, {}).values()):
            if task.container_instance_arn == known.container_instance_arn:
                life.stop(backend, task, "TerminationNotice", f"Host EC2 (instance {instance.id}) terminated.")
        of_cluster = backend.container_instances[known.cluster_name]
        of_cluster.pop(known.id, None)
        if not of_cluster:
            backend.container_instances.pop(known.cluster_name)
        backend.clusters[known.cluster_name].registered_container_instances_count -= 1

    scaled.on_arrival.append(arrived)
    scaled.on_end.append(ended)

    @wrap(EC2ContainerServiceBackend, "register_container_instance")
    def register(original: Any, self: Any, cluster_str: str, ec2_instance_id: str) -> Any:
        instance = original(self, cluster_str, ec2_instance_id)
        _size(instance, instance.attributes["ecs.instance-type"])
        return instance

    for method in ("describe_services", "describe_clusters", "list_container_instances"):

        @wrap(EC2ContainerServiceResponse, method)
        def look(original: Any, self: Any) -> Any:
            join(self.ecs_backend)
            return original(self)
