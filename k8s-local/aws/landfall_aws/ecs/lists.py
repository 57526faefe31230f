"""Lists in pages, and descriptions that say what is missing."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from .. import pages
from ..errors import AwsError
from ..override import wrap
from . import clusters

# Method, key of the list, the most that a page holds, and what it holds when nothing is asked: API reference of each.
_LISTS = [
    ("list_clusters", "clusterArns", 100, 100),
    ("list_services", "serviceArns", 100, 10),
    ("list_tasks", "taskArns", 100, 100),
    ("list_task_definitions", "taskDefinitionArns", 100, 100),
    ("list_task_definition_families", "families", 100, 100),
]


def _paginated(method: str, key: str, most: int, default: int) -> None:
    @wrap(EC2ContainerServiceResponse, method)
    def paginated(original: Any, self: Any) -> ActionResult:
        arns = list(original(self).result[key])
        size, token = self._get_int_param("maxResults", default), self._get_param("nextToken")
        if not 1 <= size <= most:
            raise AwsError("InvalidParameterException", f"maxResults must be between 1 and {most}.")
        try:
            shown, following = pages.page(method, arns, arns, token, size)
        except KeyError as error:
            raise AwsError("InvalidParameterException", "Invalid token.") from error
        return ActionResult({key: shown, "nextToken": following})


def install() -> None:
    @wrap(EC2ContainerServiceBackend, "list_tasks")
    def list_tasks(
        original: Any,
        self: Any,
        cluster_str: str | None = None,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desiredStatus: str | None = None,  # noqa: N803 - moto's name
    ) -> Any:
        # "The default status filter is RUNNING": ListTasks, API reference.
        found = original(self, cluster_str, container_instance, family, started_by, None, desiredStatus or "RUNNING")
        group = f"service:{(service_name or '').split('/')[-1]}"
        return [task for task in found if not service_name or task.group == group]

    for entry in _LISTS:
        _paginated(*entry)

    @wrap(EC2ContainerServiceResponse, "describe_services")
    def describe_services(original: Any, self: Any) -> ActionResult:
        if len(self._get_param("services", [])) > 10:
            raise AwsError("InvalidParameterException", "A maximum of 10 services can be described at once.")
        clusters.active(self.ecs_backend, self._get_param("cluster", "default"))
        return original(self)

    @wrap(EC2ContainerServiceResponse, "describe_tasks")
    def describe_tasks(original: Any, self: Any) -> ActionResult:
        result: Any = original(self).result
        asked = self._get_param("tasks", [])
        if len(asked) > 100:
            raise AwsError("InvalidParameterException", "A maximum of 100 tasks can be described at once.")
        known = {task.id for task in result["tasks"]}
        stem = f"arn:aws:ecs:{self.region}:{self.current_account}:task"
        cluster = str(self._get_param("cluster", "default")).split("/")[-1]
        missing = [task.split("/")[-1] for task in asked if task.split("/")[-1] not in known]
        failures = [{"arn": f"{stem}/{cluster}/{task}", "reason": "MISSING"} for task in missing]
        return ActionResult({"tasks": result["tasks"], "failures": failures})
