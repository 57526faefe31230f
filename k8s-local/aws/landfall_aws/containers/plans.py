"""What Docker is to run of a task: read from moto's state in one go, so that the rest needs nothing of it."""

import fnmatch
from dataclasses import dataclass, field
from typing import Any

from docker.types import Ulimit

from ..ecs import instances, secrets
from ..settings import Settings
from . import daemon

# Seconds; a check in between would make everything wait that is quick here.
_CHECK_SECONDS = 1
_STOP_SECONDS = 30
_NANOSECONDS = 10**9


@dataclass
class ContainerPlan:
    name: str
    # As the task definition names it, and as the daemon does.
    image: str
    local_image: str
    is_essential: bool
    stop_seconds: int
    # By name: START, HEALTHY, COMPLETE or SUCCESS.
    waits_for: dict[str, str]
    # Of docker's create.
    options: dict[str, Any]
    # Log group and stream, where its words go to CloudWatch Logs.
    logs: tuple[str, str] | None
    health_check: bool


@dataclass
class TaskPlan:
    id: str
    # Whether its containers share one address.
    shares_address: bool
    containers: list[ContainerPlan] = field(default_factory=list)


def _health(check: dict[str, Any] | None) -> dict[str, Any] | None:
    if not check:
        return None
    return {
        "Test": check["command"],
        "Interval": min(check["interval"], _CHECK_SECONDS) * _NANOSECONDS,
        "Timeout": check["timeout"] * _NANOSECONDS,
        "Retries": check["retries"],
        "StartPeriod": (check.get("startPeriod") or 0) * _NANOSECONDS,
    }


def _environment(backend: Any, task: Any, container: dict[str, Any]) -> dict[str, str]:
    return {
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html and its like.
        "AWS_REGION": backend.region_name,
        "AWS_DEFAULT_REGION": backend.region_name,
        "AWS_EXECUTION_ENV": f"AWS_ECS_{task.launch_type}",
        **{entry["name"]: entry["value"] for entry in container.get("environment") or []},
        **{entry["name"]: secrets.value(entry["valueFrom"]) for entry in container.get("secrets") or []},
    }


def _logs(task: Any, container: dict[str, Any]) -> tuple[str, str] | None:
    config = container.get("logConfiguration") or {}
    if config.get("logDriver") != "awslogs":
        return None
    options = config.get("options") or {}
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html, awslogs-stream-prefix.
    prefix = options.get("awslogs-stream-prefix")
    return options["awslogs-group"], f"{prefix}/{container['name']}/{task.id}" if prefix else task.id


def _options(backend: Any, task: Any, definition: Any, container: dict[str, Any]) -> dict[str, Any]:
    memory = container.get("memory") or definition.memory
    options: dict[str, Any] = {
        "environment": _environment(backend, task, container),
        "labels": daemon.labels(task.id, container["name"]),
        "read_only": bool(container.get("readonlyRootFilesystem")),
        "init": bool((container.get("linuxParameters") or {}).get("initProcessEnabled")),
        "command": container.get("command"),
        "entrypoint": container.get("entryPoint"),
        "user": container.get("user"),
        "working_dir": container.get("workingDirectory"),
        "healthcheck": _health(container.get("healthCheck")),
        "ulimits": [Ulimit(name=u["name"], soft=u["softLimit"], hard=u["hardLimit"]) for u in container.get("ulimits") or []],
        "mem_limit": f"{memory}m" if memory else None,
    }
    if definition.network_mode == "bridge":
        # Published on the loopback interface only.
        ports = {f"{m['containerPort']}/{m['protocol']}": m.get("hostPort") for m in container["portMappings"]}
        options["ports"] = {port: ("127.0.0.1", host or None) for port, host in ports.items()}
    return {name: value for name, value in options.items() if value is not None}


def _local(settings: Settings, image: str) -> str:
    return next((local for pattern, local in settings.images if fnmatch.fnmatch(image, pattern)), image)


def _ordered(containers: list[ContainerPlan]) -> list[ContainerPlan]:
    """Each after those that it waits for."""
    done: list[ContainerPlan] = []
    left = list(containers)
    while left:
        names = {container.name for container in done}
        ready = next((c for c in left if c.waits_for.keys() <= names), left[0])
        done.append(ready)
        left.remove(ready)
    return done


def of_task(settings: Settings, backend: Any, task: Any, definition: Any) -> TaskPlan:
    plan = TaskPlan(task.id, shares_address=definition.network_mode == "awsvpc")
    plan.containers = _ordered(
        [
            ContainerPlan(
                name=container["name"],
                image=container["image"],
                local_image=_local(settings, container["image"]),
                is_essential=container.get("essential") is not False,
                stop_seconds=int(container.get("stopTimeout") or _STOP_SECONDS),
                waits_for={d["containerName"]: d["condition"] for d in container.get("dependsOn") or []},
                options=_options(backend, task, definition, container),
                logs=_logs(task, container),
                health_check=bool(container.get("healthCheck")),
            )
            for container in definition.container_definitions
        ]
    )
    return plan


def target_key(backend: Any, task: Any) -> tuple[str, int] | None:
    """On an instance: what a target group knows the task by, and the port that Docker chose there."""
    target = instances.target_of(backend, task)
    return (target, instances.port_of(task)) if target else None
