"""On which instance a task is put: one with room for it, by the service's strategy.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
"""

from typing import Any

from moto.ec2.models import ec2_backends

from ..autoscaling import instances as scaled
from ..errors import AwsError
from . import instances, providers

_ZONE = "attribute:ecs.availability-zone"


def needs(definition: Any) -> tuple[int, int, list[int]]:
    """CPU units, MiB and host ports of a task: those of the task, else those of its containers together."""
    containers = definition.container_definitions
    cpu = int(definition.cpu) if definition.cpu else sum(int(c.get("cpu") or 0) for c in containers)
    of = [int(c.get("memory") or c.get("memoryReservation") or 0) for c in containers]
    memory = int(definition.memory) if definition.memory else sum(of)
    ports = [int(m["hostPort"]) for c in containers for m in c.get("portMappings") or [] if m.get("hostPort")]
    return cpu, memory, ports


def tasks_on(backend: Any, instance: Any) -> list[Any]:
    of_cluster = backend.tasks.get(instance.cluster_name, {}).values()
    arn = instance.container_instance_arn
    return [task for task in of_cluster if task.container_instance_arn == arn and task.last_status != "STOPPED"]


def _left(backend: Any, instance: Any) -> tuple[int, int, set[int]]:
    cpu, memory = (
        next(r["integerValue"] for r in instance.registered_resources if r["name"] == name) for name in ("CPU", "MEMORY")
    )
    ports: set[int] = set()
    for task in tasks_on(backend, instance):
        used = needs(backend.describe_task_definition(task.task_definition_arn))
        cpu, memory, ports = cpu - used[0], memory - used[1], ports | set(used[2])
    return cpu, memory, ports


def show(backend: Any, cluster_name: str) -> None:
    """What instances say of themselves."""
    for instance in instances.all_of(backend, cluster_name):
        cpu, memory, _ = _left(backend, instance)
        for resource in instance.remaining_resources:
            if resource["name"] in ("CPU", "MEMORY"):
                resource["integerValue"] = cpu if resource["name"] == "CPU" else memory
        own = tasks_on(backend, instance)
        instance.running_tasks_count = sum(task.last_status == "RUNNING" for task in own)
        instance.pending_tasks_count = sum(task.last_status in ("PROVISIONING", "PENDING") for task in own)


def _lacks(backend: Any, instance: Any, definition: Any) -> str | None:
    cpu, memory, ports = needs(definition)
    left = _left(backend, instance)
    if cpu > left[0]:
        return "has insufficient CPU units available"
    if memory > left[1]:
        return "has insufficient memory available"
    return "is already using a port required by your task" if set(ports) & left[2] else None


def _candidates(backend: Any, service: Any) -> list[Any]:
    active = [i for i in instances.all_of(backend, service.cluster_name) if i.status == "ACTIVE"]
    names = providers.of_service(backend, service)
    if not names:
        return active
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    groups = {providers.group_of(backend, name).name for name in names}
    return [i for i in active if ec2.get_instance(i.ec2_instance_id).autoscaling_group.name in groups]


def told(strategy: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """AWS takes `cpu` and `memory`, and tells them in upper case (terraform-provider-aws, flattenPlacementStrategy)."""
    upper = {field: field.upper() for field in ("cpu", "memory")}
    return [{**one, "field": upper.get(one["field"], one["field"])} if "field" in one else one for one in strategy]


def _why_not_rebalanced(percent: int, strategy: list[Any], constraints: list[Any]) -> str | None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html"""
    if percent <= 100:
        return "AvailabilityZoneRebalancing does not support maximumPercent <= 100"
    if strategy and (strategy[0].get("type"), strategy[0].get("field")) != ("spread", _ZONE):
        return "Availability Zone Rebalancing only supports availability zone spread as task placement strategy."
    if any(_ZONE in (one.get("expression") or "") for one in constraints):
        return f"Availability Zone Rebalancing does not support {_ZONE} as task placement constraint."
    return None


def rebalancing(asked: str | None, percent: int, strategy: list[Any], constraints: list[Any]) -> str:
    """What becomes of the wish for a new service, or of what a service has; by default it is on where it can be."""
    why = _why_not_rebalanced(percent, strategy, constraints)
    if asked == "ENABLED" and why:
        raise AwsError("InvalidParameterException", why)
    return asked or ("DISABLED" if why else "ENABLED")


def choose(backend: Any, service: Any, definition: Any) -> Any:
    """The instance for another task of a service; None where none has room."""
    fitting = [i for i in _candidates(backend, service) if _lacks(backend, i, definition) is None]
    strategy = (getattr(service, "placement_strategy", None) or [{"type": "spread"}])[0]
    if strategy["type"] == "binpack":
        resource = 0 if strategy.get("field") == "CPU" else 1
        return min(fitting, key=lambda i: _left(backend, i)[resource], default=None)
    if strategy["type"] == "random":
        return fitting[0] if fitting else None
    return min(fitting, key=lambda i: len(tasks_on(backend, i)), default=None)


def how_many_fit(backend: Any, service: Any, definition: Any) -> int:
    """Tasks that an empty instance of the service's capacity provider has room for."""
    group = next(filter(None, (providers.group_of(backend, name) for name in providers.of_service(backend, service))), None)
    if group is None:
        return 0
    room = instances.size_of(scaled.types_of(group)[0])
    cpu, memory, ports = needs(definition)
    return min(room[0] // max(1, cpu), room[1] // max(1, memory), 1 if ports else 1_000)


def why_none(backend: Any, service: Any, definition: Any) -> str:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"""
    said = "was unable to place a task because no container instance met all of its requirements."
    more = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
    found = _candidates(backend, service)
    if not found:
        return f"{said} Reason: No Container Instances were found in your cluster. {more}"
    closest = found[0]
    lacks = _lacks(backend, closest, definition)
    return f"{said} The closest matching container-instance {closest.id} {lacks}. {more}"
