"""Task definitions: numbered for ever, checked as Fargate checks them, and there until nothing uses them any more.

RegisterTaskDefinition, DeregisterTaskDefinition and DeleteTaskDefinitions, API reference; the words of refusals are
those that users report.
"""

import json
import re
from typing import Any

from moto.core.utils import utcnow
from moto.ecs.exceptions import TaskDefinitionNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.iam.models import iam_backends

from .. import lifecycle, memory
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings

_LISTED_STEPS = 10
_FAMILY = re.compile(r"^[A-Za-z0-9_-]{1,255}$")


def _steps(first: int, last: int, step: int) -> set[int]:
    return set(range(first, last + 1, step))


# MiB by CPU units: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html, "Task CPU
# and memory".
_FARGATE = {
    256: {512, 1024, 2048},
    512: _steps(1024, 4096, 1024),
    1024: _steps(2048, 8192, 1024),
    2048: _steps(4096, 16384, 1024),
    4096: _steps(8192, 30720, 1024),
    8192: _steps(16384, 61440, 4096),
    16384: _steps(32768, 122880, 8192),
}


def _client(message: str) -> AwsError:
    return AwsError("ClientException", message)


def role_of(arn: str | None) -> Any:
    """The role of an ARN, of whatever account, or None."""
    found = re.match(r"^arn:aws:iam::(\d{12}):role/", arn or "")
    if not found:
        return None
    return next((role for role in iam_backends[found.group(1)]["aws"].roles.values() if role.arn == arn), None)


def lets_tasks_in(role: Any) -> bool:
    """Whether a role trusts the tasks of ECS."""
    statements = json.loads(role.assume_role_policy_document)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow" and "ecs-tasks.amazonaws.com" in (
            [services] if isinstance(services, str) else services
        ):
            return True
    return False


def _number(text: str, units: dict[str, int]) -> int | None:
    """`256`, and `.25 vCPU` or `1 GB`."""
    found = re.match(r"^\s*([\d.]+)\s*([a-zA-Z]*)\s*$", text)
    if not found or found.group(2).lower() not in units:
        return None
    return round(float(found.group(1)) * units[found.group(2).lower()])


def _check_fargate(get: Any, containers: list[dict[str, Any]]) -> None:
    if get("networkMode") != "awsvpc":
        raise _client("Fargate only supports network mode ‘awsvpc’.")
    for field in ("cpu", "memory"):
        if not get(field):
            raise _client(f"Fargate requires that '{field}' be defined at the task level.")
    cpu = _number(get("cpu"), {"": 1, "vcpu": 1024})
    memory_mib = _number(get("memory"), {"": 1, "gb": 1024})
    if memory_mib not in _FARGATE.get(cpu or 0, set()):
        raise _client(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory_mib} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
    # aws/aws-cdk#24629
    if sum(container.get("cpu") or 0 for container in containers) > (cpu or 0):
        raise _client("The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.")
    for limit in [limit for container in containers for limit in container.get("ulimits") or []]:
        # ContainerDefinition, API reference: tasks on Fargate have the limits of the operating system, "with the exception of
        # the nofile resource limit parameter"; the words are a guess.
        if limit.get("name") != "nofile":
            raise _client(f"Fargate does not support the ulimit '{limit.get('name')}'.")
    storage = (get("ephemeralStorage") or {}).get("sizeInGiB")
    if storage is not None and not 21 <= storage <= 200:
        raise _client("Ephemeral storage must be between 21 GiB and 200 GiB.")
    logs = any((c.get("logConfiguration") or {}).get("logDriver") == "awslogs" for c in containers)
    if logs and not get("executionRoleArn"):
        raise _client("Fargate requires task definition to have execution role ARN to support log driver awslogs.")


def _check(get: Any) -> None:
    containers = get("containerDefinitions") or []
    if not _FAMILY.match(get("family") or ""):
        raise _client("Family contains invalid characters.")
    if not containers:
        raise _client("Container list cannot be empty.")
    names = [container.get("name") for container in containers]
    if len(set(names)) != len(names):
        raise _client("Container names must be unique.")
    if all(container.get("essential") is False for container in containers):
        raise _client("Task definition does not have any essential containers.")
    volumes = {volume.get("name") for volume in get("volumes") or []}
    for container in containers:
        _check_container(get, container, names, volumes)
    if "FARGATE" in (get("requiresCompatibilities") or []):
        _check_fargate(get, containers)
    for parameter in ("executionRoleArn", "taskRoleArn"):
        if get(parameter) and role_of(get(parameter)) is None:
            raise _client("Role is not valid")


def _check_container(get: Any, container: dict[str, Any], names: list[Any], volumes: set[Any]) -> None:
    whole = _number(str(get("memory") or ""), {"": 1, "gb": 1024})
    for setting in ("memory", "memoryReservation"):
        # pulumi/pulumi-awsx#1220
        if whole is not None and (container.get(setting) or 0) > whole:
            raise _client(f"The '{setting}' setting for container '{container.get('name')}' is greater than for the task.")
    if container.get("secrets") and not get("executionRoleArn"):
        raise _client("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
    for needed in container.get("dependsOn") or []:
        if needed.get("containerName") not in names:
            raise _client(f"Container dependency {needed.get('containerName')} does not exist in the task definition.")
    for mount in container.get("mountPoints") or []:
        if mount.get("sourceVolume") not in volumes:
            raise _client(f"Unknown volume '{mount.get('sourceVolume')}'.")
    for mapping in container.get("portMappings") or []:
        host = mapping.get("hostPort")
        if get("networkMode") == "awsvpc" and host and host != mapping.get("containerPort"):
            raise _client("When networkMode=awsvpc, the host ports and container ports in port mappings must match.")


def _number_for_ever(backend: Any, definition: TaskDefinition) -> None:
    key = (backend.account_id, backend.region_name, definition.family)
    number = max(definition.revision, memory.numbers.get(key, 0) + 1)
    memory.numbers[key] = number
    of_family = backend.task_definitions[definition.family]
    del of_family[definition.revision]
    of_family[number] = definition
    definition.revision = number
    definition.arn = f"{definition.arn.rsplit(':', 1)[0]}:{number}"


def _fill_in(definition: TaskDefinition) -> None:
    """What AWS adds to what it is given: no two descriptions would else compare as they do there."""
    definition.registered_at = utcnow()  # type: ignore[attr-defined]
    for container in definition.container_definitions:
        container["portMappings"] = [
            {"protocol": "tcp", "hostPort": m["containerPort"] if definition.network_mode == "awsvpc" else 0, **m}
            for m in container.get("portMappings") or []
        ]
        if container.get("healthCheck"):
            container["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3, **container["healthCheck"]}


def _users(backend: Any) -> set[str]:
    """ARNs of what services and tasks use."""
    services = [service for service in backend.services.values() if service.status != "INACTIVE"]
    tasks = [task for of_cluster in backend.tasks.values() for task in of_cluster.values()]
    return {
        *(service.task_definition for service in services),
        *(deployment["taskDefinition"] for service in services for deployment in service.deployments),
        *(task.task_definition_arn for task in tasks if task.last_status != "STOPPED"),
    }


def collect(backend: Any) -> None:
    """Those whose deletion has been asked for a while ago, and which nothing uses any more, are gone."""
    used = _users(backend)
    for family, of_family in list(backend.task_definitions.items()):
        for number, definition in list(of_family.items()):
            if getattr(definition, "due", False) and definition.arn not in used:
                del of_family[number]
                memory.keep_ghost(
                    backend.account_id, backend.region_name, definition.arn, definition.tags, "ecs:task-definition"
                )
        if not of_family:
            del backend.task_definitions[family]


def active(backend: Any, name: str) -> TaskDefinition:
    """One that may be run. A family's name stands for its last revision that may."""
    definition = backend.describe_task_definition(name)
    if definition.status != "ACTIVE":
        raise _client("TaskDefinition is inactive")
    return definition


def install(settings: Settings) -> None:
    listed = settings.task_seconds * _LISTED_STEPS

    @wrap(EC2ContainerServiceResponse, "register_task_definition")
    def check(original: Any, self: Any) -> Any:
        _check(self._get_param)
        return original(self)

    @wrap(EC2ContainerServiceBackend, "register_task_definition")
    def register(original: Any, self: Any, *args: Any, **kwargs: Any) -> TaskDefinition:
        definition = original(self, *args, **kwargs)
        _number_for_ever(self, definition)
        _fill_in(definition)
        return definition

    @wrap(EC2ContainerServiceBackend, "describe_task_definition")
    def describe(original: Any, self: Any, task_definition_str: str) -> TaskDefinition:
        name = task_definition_str.split("/")[-1]
        if ":" in name:
            return original(self, name)
        numbers = [n for n, found in self.task_definitions.get(name, {}).items() if found.status == "ACTIVE"]
        if not numbers:
            raise TaskDefinitionNotFoundException
        return original(self, f"{name}:{max(numbers)}")

    @wrap(EC2ContainerServiceBackend, "deregister_task_definition")
    def deregister(original: Any, self: Any, task_definition_str: str) -> TaskDefinition:
        definition = original(self, task_definition_str)
        if hasattr(definition, "due"):
            definition.status = "DELETE_IN_PROGRESS"
        return definition

    @wrap(EC2ContainerServiceBackend, "delete_task_definitions")
    def delete(original: Any, self: Any, task_definitions: list[str]) -> Any:
        deleted, failures = original(self, task_definitions)

        def forget(definition: Any) -> None:
            definition.due = True
            collect(self)

        # It is described as DELETE_IN_PROGRESS for a while, which moto leaves out.
        for definition in deleted:
            self.task_definitions[definition.family][definition.revision] = definition
            if not hasattr(definition, "due"):
                definition.due = False
                lifecycle.after(listed, lambda definition=definition: forget(definition))
        return deleted, failures
