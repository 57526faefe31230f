"""Whether tasks pass the checks of their service's load balancers: ECS counts only those that do, and replaces the others.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html, minimumHealthyPercent: "the
service scheduler will wait for the load balancer target group health check to return a healthy status before counting the
task toward the minimum healthy percent total".
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
    return all(found.status == "healthy" for _, found in _checks(backend, service, task))


def failed(backend: Any, service: Any, task: Any) -> tuple[Any, Any] | None:
    """The first target group whose checks a task has failed, with what it says."""
    return next((check for check in _checks(backend, service, task) if check[1].status == "unhealthy"), None)
