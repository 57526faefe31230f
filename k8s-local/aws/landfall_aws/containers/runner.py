"""Runs the containers of tasks in Docker. Whatever waits for the daemon is done elsewhere (see lifecycle.elsewhere), and
what the daemon says of containers by itself, that one ended or is unhealthy, is told from there."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from docker.errors import APIError, DockerException, ImageNotFound

from .. import lifecycle
from . import daemon, words
from .plans import ContainerPlan, TaskPlan

# How long a container waits for another one that it depends on.
_PATIENCE_SECONDS = 60


@dataclass
class _Run:
    plan: TaskPlan
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_ending: bool = False
    containers: dict[str, Any] = field(default_factory=dict)
    readers: list[threading.Thread] = field(default_factory=list)


@dataclass
class Started:
    """What came of starting a task: why it failed, or the address of each of its containers on Docker's bridge."""

    reason: str | None = None
    # Name of the container that failed.
    container: str | None = None
    addresses: dict[str, str] = field(default_factory=dict)


class _FailedToStart(Exception):
    pass


class Runner:
    def __init__(self, client: Any) -> None:
        self._client = client
        self._runs: dict[str, _Run] = {}
        # Told of a container of a task that ended, with its exit code, and of one that its own check finds (un)healthy.
        self.on_exit: Callable[[str, str, int], None] = lambda task, name, code: None
        self.on_health: Callable[[str, str, str], None] = lambda task, name, status: None
        threading.Thread(target=self._follow, daemon=True).start()

    def start(self, plan: TaskPlan, say: words.Say, then: Callable[[Started], None]) -> None:
        run = self._runs[plan.id] = _Run(plan)
        lifecycle.elsewhere(lambda: self._start(run, say), then)

    def stop(self, task_id: str, then: Callable[[dict[str, int]], None]) -> None:
        """Tells the exit codes, by container."""
        run = self._runs.pop(task_id, None)
        if run is None:
            then({})
            return
        run.is_ending = True
        lifecycle.elsewhere(lambda: self._stop(run), then)

    def clear(self) -> None:
        runs = list(self._runs.values())
        self._runs.clear()
        for run in runs:
            run.is_ending = True
            with run.lock:
                # Nothing of it is being made any more.
                pass
        daemon.remove_own(self._client)

    def _start(self, run: _Run, say: words.Say) -> Started:
        started = Started()
        with run.lock:
            for plan in run.plan.containers:
                if run.is_ending or daemon.is_closing():
                    break
                try:
                    self._start_one(run, plan, say)
                except _FailedToStart as error:
                    return Started(reason=str(error), container=plan.name)
            for name, container in run.containers.items():
                started.addresses[name] = self._address(run, name, container)
        return started

    def _start_one(self, run: _Run, plan: ContainerPlan, say: words.Say) -> None:
        self._wait_for_others(run, plan)
        options = dict(plan.options)
        if run.plan.shares_address and run.containers:
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html: "containers that belong to
            # the same task can communicate over the localhost interface".
            options["network_mode"] = f"container:{next(iter(run.containers.values())).id}"
        try:
            container = self._client.containers.create(plan.local_image, **options)
        except ImageNotFound as error:
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
            raise _FailedToStart(
                "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
                f"{plan.image}: {plan.image}: not found (the Docker daemon has no image {plan.local_image}; nothing is pulled)"
            ) from error
        except (APIError, DockerException) as error:
            raise _FailedToStart(f"CannotCreateContainerError: Error response from daemon: {_said(error)}") from error
        run.containers[plan.name] = container
        try:
            container.start()
        except (APIError, DockerException) as error:
            raise _FailedToStart(f"CannotStartContainerError: Error response from daemon: {_said(error)}") from error
        if plan.logs:
            reader = threading.Thread(target=words.read, args=(container, plan.logs, say), daemon=True)
            reader.start()
            run.readers.append(reader)

    def _wait_for_others(self, run: _Run, plan: ContainerPlan) -> None:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html"""
        for name, condition in plan.waits_for.items():
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while not self._is(run.containers.get(name), condition):
                if run.is_ending or time.monotonic() > deadline:
                    raise _FailedToStart(f"Dependency {name} of container {plan.name} did not become {condition} in time")
                time.sleep(0.1)

    def _is(self, container: Any, condition: str) -> bool:
        if container is None:
            return False
        if condition == "START":
            return True
        container.reload()
        state = container.attrs["State"]
        if condition == "HEALTHY":
            return bool((state.get("Health") or {}).get("Status") == "healthy")
        return bool(state["Status"] == "exited" and (condition == "COMPLETE" or state["ExitCode"] == 0))

    def _address(self, run: _Run, name: str, container: Any) -> str:
        owner = next(iter(run.containers.values())) if run.plan.shares_address else container
        owner.reload()
        networks = owner.attrs["NetworkSettings"]["Networks"]
        return next((network["IPAddress"] for network in networks.values() if network.get("IPAddress")), "")

    def _stop(self, run: _Run) -> dict[str, int]:
        codes: dict[str, int] = {}
        with run.lock:
            seconds = {plan.name: plan.stop_seconds for plan in run.plan.containers}
            for name, container in reversed(run.containers.items()):
                try:
                    container.stop(timeout=seconds[name])
                    container.reload()
                    codes[name] = container.attrs["State"]["ExitCode"]
                except (APIError, DockerException):
                    # Somebody has removed it.
                    codes[name] = 137
            for reader in run.readers:
                reader.join(timeout=5)
            for container in run.containers.values():
                try:
                    container.remove(force=True, v=True)
                except (APIError, DockerException):
                    pass
        return codes

    def _follow(self) -> None:
        filters = {"type": "container", "label": daemon.OWNER, "event": ["die", "health_status"]}
        while not daemon.is_closing():
            try:
                for event in self._client.events(filters=filters, decode=True):
                    self._happened(event)
            except (DockerException, OSError):
                # The connection is quiet for longer than it may be, or the daemon is restarted.
                time.sleep(0.1)

    def _happened(self, event: dict[str, Any]) -> None:
        attributes = event["Actor"]["Attributes"]
        task_id, name, action = attributes.get(daemon.TASK), attributes.get(daemon.CONTAINER), event["Action"]
        if task_id not in self._runs or name is None:
            return
        if action == "die":
            code = int(attributes.get("exitCode", "137"))
            lifecycle.tell(lambda: self.on_exit(task_id, name, code))
        elif action.startswith("health_status: "):
            status = action.removeprefix("health_status: ")
            lifecycle.tell(lambda: self.on_health(task_id, name, status))


def _said(error: Exception) -> str:
    return str(getattr(error, "explanation", None) or error)
