"""Where the parts meet: tasks of ECS with their containers, target groups with what checks find, load balancers with what
listens for them. One thread beats: it lets happen what is due, also where nobody calls."""

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.logs.models import logs_backends

from .. import containers, lifecycle
from ..settings import Settings
from . import daemon, plans
from .balancing import Balancing
from .checks import Checks
from .forwarding import Address
from .runner import Runner, Started

_BEAT_SECONDS = 0.1
# Between two checks of a target; their own interval is what AWS takes, and everything is quicker here.
_CHECK_SECONDS = 0.5
# How long a task whose target drains serves what it has been asked; as long as its deregistration delay in AWS.
_DRAIN_SECONDS = 1


@dataclass
class _Known:
    life: Any
    backend: Any
    task: Any
    plan: plans.TaskPlan


class Hub:
    def __init__(self, settings: Settings, lock: threading.RLock) -> None:
        self._settings = settings
        self._lock = lock
        self._client = daemon.connect()
        daemon.sweep(self._client)
        self._runner = Runner(self._client)
        self._runner.on_exit, self._runner.on_health = self._exited, self._checked
        self._checks = Checks(self._resolve)
        self._balancing = Balancing(lock, self._resolve)
        self._tasks: dict[str, _Known] = {}
        # Where tasks are on Docker's bridge: by the address that they have in their subnet, with whatever port, or by
        # instance and port.
        self._hosts: dict[str, str] = {}
        self._ports: dict[tuple[str, int], Address] = {}
        threading.Thread(target=self._beat, daemon=True).start()

    def start(self, life: Any, backend: Any, task: Any, definition: Any, then: Callable[[str | None], None]) -> None:
        """Tells why the task has not started, or None."""
        plan = plans.of_task(self._settings, backend, task, definition)
        missing = self._no_logs(backend, plan)
        if missing:
            then(missing)
            return
        self._tasks[task.id] = _Known(life, backend, task, plan)
        for container in task.containers:
            if any(each.name == container.name and each.health_check for each in plan.containers):
                container.health_status = "UNKNOWN"

        def say(group: str, stream: str, lines: list[tuple[int, str]]) -> None:
            lifecycle.tell(lambda: _put(backend, group, stream, lines))

        def over(started: Started) -> None:
            if task.id in self._tasks:
                self._place(backend, task, definition, started)
            for container in task.containers:
                if started.reason and container.name == started.container:
                    container.reason = started.reason
            then(started.reason)

        self._runner.start(plan, say, over)

    def stop(self, task: Any, then: Callable[[], None]) -> None:
        """Ends and removes its containers when nobody waits for them any more, and notes their exit codes."""

        def over(codes: dict[str, int]) -> None:
            for container in task.containers:
                container.exitCode = codes.get(container.name, container.exitCode)
            then()

        self._tasks.pop(task.id, None)
        self._forget(task)
        lifecycle.after(_DRAIN_SECONDS, lambda: self._runner.stop(task.id, over))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Nobody waits for it, as the dump does for what is under way."""
        timer = threading.Timer(seconds, lambda: lifecycle.tell(action))
        timer.daemon = True
        timer.start()

    def addresses(self) -> list[dict[str, Any]]:
        self._balancing.look()
        return self._balancing.shown()

    def clear(self) -> None:
        self._tasks.clear()
        self._hosts.clear()
        self._ports.clear()
        self._checks.clear()
        self._balancing.look()
        self._runner.clear()

    def close(self) -> None:
        """The process ends: nothing of it stays in the daemon."""
        daemon.remove_own(self._client, last=True)

    def _beat(self) -> None:
        last = 0.0
        while True:
            try:
                with self._lock:
                    lifecycle.tick()
                    self._balancing.look()
                    if time.monotonic() - last >= _CHECK_SECONDS:
                        last = time.monotonic()
                        self._checks.look()
            except Exception:  # noqa: BLE001 - one bug must not hold everything up
                traceback.print_exc()
            time.sleep(_BEAT_SECONDS)

    def _resolve(self, target_id: str, port: int) -> Address | None:
        host = self._hosts.get(target_id)
        return (host, port) if host else self._ports.get((target_id, port))

    def _place(self, backend: Any, task: Any, definition: Any, started: Started) -> None:
        from ..ecs import tasks

        own = tasks.address(task)
        for name, host in started.addresses.items():
            if own:
                self._hosts[own] = host
                continue
            key = plans.target_key(backend, task)
            mappings = [m for c in definition.container_definitions if c["name"] == name for m in c["portMappings"]]
            if key and mappings:
                self._ports[key] = (host, mappings[0]["containerPort"])
        task.landfall_places = (own, plans.target_key(backend, task))

    def _forget(self, task: Any) -> None:
        own, key = getattr(task, "landfall_places", (None, None))
        self._hosts.pop(own, None)
        self._ports.pop(key, None)

    def _no_logs(self, backend: Any, plan: plans.TaskPlan) -> str | None:
        groups = logs_backends[backend.account_id][backend.region_name].groups
        if all(container.logs is None or container.logs[0] in groups for container in plan.containers):
            return None
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
        return (
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create "
            "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1"
        )

    def _exited(self, task_id: str, name: str, code: int) -> None:
        known = self._tasks.get(task_id)
        if known is None:
            return
        for container in known.task.containers:
            if container.name == name:
                container.exitCode, container.last_status = code, "STOPPED"
        if any(container.name == name and container.is_essential for container in known.plan.containers):
            known.life.stop(known.backend, known.task, "EssentialContainerExited", "Essential container in task exited")

    def _checked(self, task_id: str, name: str, status: str) -> None:
        """The container's own check; those of containers that are not essential do not count."""
        known = self._tasks.get(task_id)
        essential = known and any(c.name == name and c.is_essential for c in known.plan.containers)
        for container in known.task.containers if known and essential else []:
            if container.name == name:
                container.health_status = status.upper()
        if known and essential and known.task.last_status == "RUNNING":
            known.life.watch(known.backend, known.task)


def _put(backend: Any, group: str, stream: str, lines: list[tuple[int, str]]) -> None:
    logs = logs_backends[backend.account_id][backend.region_name]
    try:
        if stream not in logs.groups[group].streams:
            logs.create_log_stream(group, stream)
        logs.put_log_events(group, stream, [{"timestamp": at, "message": text} for at, text in lines])
    except (KeyError, ServiceException):
        # The log group has been deleted under it.
        pass


def begin(settings: Settings, lock: threading.RLock) -> None:
    """Raises ValueError with one sentence where no daemon answers."""
    containers.running = Hub(settings, lock)
