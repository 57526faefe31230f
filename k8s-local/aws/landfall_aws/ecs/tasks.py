"""Tasks: PROVISIONING, PENDING, RUNNING, DEPROVISIONING, STOPPED, and gone a while later; those with an image that
does not exist never run. A task has an interface in a subnet, which lingers. Its containers run only where they are asked
for (containers/hub.py)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.models import Container, EC2ContainerServiceBackend, Task

from .. import containers, lifecycle, service_interfaces
from ..errors import AwsError
from ..override import replace, wrap
from ..patterns import like
from ..settings import Settings
from . import definitions, images, secrets

# An hour in AWS: ListTasks, API reference, desiredStatus.
_LISTED_STEPS = 30


class Life:
    """What becomes of tasks; whoever watches is told of every change."""

    def __init__(self, settings: Settings) -> None:
        self._step = settings.task_seconds
        self._interface_seconds = settings.interface_seconds
        self._failing = settings.failing_images
        self.watch: Callable[[Any, Task], None] = lambda backend, task: None

    def wait(self, task: Task) -> None:
        """For an instance with room."""
        task.landfall_status = "PROVISIONING"  # type: ignore[attr-defined]
        task.created_at = utcnow()  # type: ignore[attr-defined]

    def begin(self, backend: Any, task: Task) -> None:
        self.wait(task)
        _list_containers(backend, task)
        _own_interface(backend, task)
        lifecycle.after(self._step, lambda: self._pend(backend, task))

    def _pend(self, backend: Any, task: Task) -> None:
        if task.desired_status == "RUNNING":
            self._become(backend, task, "PENDING")
            lifecycle.after(self._step, lambda: self._run(backend, task))

    def _run(self, backend: Any, task: Task) -> None:
        if task.desired_status != "RUNNING":
            return
        definition = backend.describe_task_definition(task.task_definition_arn)
        reason = self._why_not(definition) or images.why_not_pulled(backend, task, definition)
        if reason is None and containers.running:
            containers.running.start(self, backend, task, definition, lambda reason: self._begun(backend, task, reason))
        else:
            self._begun(backend, task, reason)

    def _begun(self, backend: Any, task: Task, reason: str | None) -> None:
        if task.desired_status != "RUNNING":
            return
        if reason:
            self.stop(backend, task, "TaskFailedToStart", reason)
            return
        task.started_at = utcnow()  # type: ignore[attr-defined]
        self._become(backend, task, "RUNNING")

    def _why_not(self, definition: Any) -> str | None:
        """Why a task of this definition never runs."""
        for name in ("execution_role_arn", "task_role_arn"):
            arn = getattr(definition, name, None)
            role = definitions.role_of(arn)
            if arn and (role is None or not definitions.lets_tasks_in(role)):
                # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
                return (
                    f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the "
                    "role being passed has the proper trust relationship and permissions and that your IAM user has "
                    "permissions to pass this role."
                )
        without = secrets.why_none(definition)
        if without:
            return without
        for container in definition.container_definitions:
            image = container.get("image") or ""
            if any(like(pattern, image) for pattern in self._failing):
                # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
                return (
                    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
                    f"{image}: {image}: not found"
                )
        return None

    def stop(self, backend: Any, task: Task, code: str, reason: str) -> None:
        if task.desired_status == "STOPPED":
            return
        task.desired_status = "STOPPED"
        task.stop_code, task.stopped_reason = code, reason  # type: ignore[attr-defined]
        task.stopping_at = utcnow()  # type: ignore[attr-defined]
        self._become(backend, task, "DEPROVISIONING")
        lifecycle.after(self._step, lambda: self._leave(backend, task))

    def _leave(self, backend: Any, task: Task) -> None:
        if containers.running:
            containers.running.stop(task, lambda: self._end(backend, task))
        else:
            self._end(backend, task)

    def _end(self, backend: Any, task: Task) -> None:
        task.stopped_at = utcnow()  # type: ignore[attr-defined]
        service_interfaces.linger(backend, interfaces(task), self._interface_seconds)
        for attachment in task.attachments:
            attachment["status"] = "DELETED"
        self._become(backend, task, "STOPPED")
        lifecycle.after(self._step * _LISTED_STEPS, lambda: self._forget(backend, task))

    def _forget(self, backend: Any, task: Task) -> None:
        of_cluster = backend.tasks.get(task.cluster_name, {})
        of_cluster.pop(task.task_arn, None)
        if not of_cluster:
            backend.tasks.pop(task.cluster_name, None)
        definitions.collect(backend)

    def _become(self, backend: Any, task: Task, status: str) -> None:
        task.landfall_status = status  # type: ignore[attr-defined]
        for container in task.containers:
            container.last_status = status if status in ("PENDING", "RUNNING") else "STOPPED"
        self.watch(backend, task)


def _list_containers(backend: Any, task: Task) -> None:
    """moto lists only the first one."""
    definition = backend.describe_task_definition(task.task_definition_arn)
    task.containers = [
        Container(SimpleNamespace(arn=task.task_arn, container_definitions=[container]))  # type: ignore[arg-type]
        for container in definition.container_definitions
    ]
    for container in task.containers:
        container.exitCode = None  # type: ignore[assignment]


def interfaces(task: Task) -> list[str]:
    details = [detail for attachment in task.attachments for detail in attachment["details"]]
    return [detail["value"] for detail in details if detail["name"] == "networkInterfaceId"]


def address(task: Task) -> str | None:
    details = [detail for attachment in task.attachments for detail in attachment["details"]]
    return next((detail["value"] for detail in details if detail["name"] == "privateIPv4Address"), None)


def _own_interface(backend: Any, task: Task) -> None:
    """moto's interface of a task could be deleted by anybody."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for eni_id in interfaces(task):
        eni = ec2.enis[eni_id]
        eni.requester_managed, eni.requester_id = True, "amazon-ecs"
        eni.attachment_id = eni.id.replace("eni-", "eni-attach-")
        stem = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:attachment"
        eni.description = f"{stem}/{task.attachments[0]['id']}"


def install(settings: Settings) -> Life:
    life = Life(settings)
    # moto asks for it, and sets it only in VPCs with DNS hostnames.
    NetworkInterface.private_dns_name = ""  # type: ignore[assignment]
    Task.last_status = property(  # type: ignore[assignment,method-assign]
        lambda self: self.landfall_status, lambda self, value: setattr(self, "landfall_status", value)
    )
    Task.advance = lambda self: None  # type: ignore[method-assign]

    @wrap(EC2ContainerServiceBackend, "run_task")
    def run(original: Any, self: Any, *args: Any, **kwargs: Any) -> list[Task]:
        tasks = original(self, *args, **kwargs)
        for task in tasks:
            life.begin(self, task)
        return tasks

    @replace(EC2ContainerServiceBackend)
    def stop_task(self: Any, cluster_str: str, task_str: str, reason: str | None) -> Task:
        cluster = self._get_cluster(cluster_str)
        of_cluster = self.tasks.get(cluster.name, {}).values()
        task = next((t for t in of_cluster if t.id == task_str.split("/")[-1]), None)
        if task is None:
            raise AwsError("InvalidParameterException", "The referenced task was not found.")
        life.stop(self, task, "UserInitiated", reason or "Task stopped by user")
        return task

    return life
