"""Whether tasks pass the checks of their service's load balancers, and of their own containers: ECS counts only those that
do, and replaces the others.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html, minimumHealthyPercent: "the
service scheduler will wait for the load balancer target group health check to return a healthy status before counting the
task toward the minimum healthy percent total", and for containers that have a check "to reach a healthy status" before.
"""

from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends

from . import instances, tasks


def _checks(backend: Any, service: Any, task: Any) -> Iterator[tuple[Any, Any]]:
    """Each target group of the service that there is, with what it finds of a task."""
    groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
    for balancer in service.load_balancers or []:
        group = groups.get(balancer.get("targetGroupArn"))
        target = target_of(backend, group, task) if group else None
        if target is not None:
            yield group, group.health_for({"Id": target}, ec2_backends[backend.account_id][backend.region_name])


def target_of(backend: Any, group: Any, task: Any) -> str | None:
    """By what a target group knows a task."""
    return instances.target_of(backend, task) if group.target_type == "instance" else tasks.address(task)


def passes(backend: Any, service: Any, task: Any) -> bool:
    return all(container.health_status == "HEALTHY" for container in task.containers) and all(
        found.status == "healthy" for _, found in _checks(backend, service, task)
    )


def failed(backend: Any, service: Any, task: Any) -> tuple[str, str] | None:
    """Why a task is stopped that fails its checks, and the event that tells of it.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
    """
    if any(container.health_status == "UNHEALTHY" for container in task.containers):
        return "Task failed container health checks", f"(task {task.id}) failed container health checks."
    for group, found in _checks(backend, service, task):
        if found.status == "unhealthy":
            where = f"(target-group {group.arn})"
            said = f"(port {found.port}) is unhealthy in {where} due to (reason {found.description})."
            return f"Task failed ELB health checks in {where}", said
    return None
