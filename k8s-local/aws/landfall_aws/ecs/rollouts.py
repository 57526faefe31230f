"""What AWS remembers of the rollouts of a service, and of the revisions of the service that they led to.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html and service-revision.html: a rollback
is part of the deployment that failed, and makes no revision of its own; all of it goes with the service.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from .. import pages
from ..errors import AwsError
from ..override import replace

# What a revision holds of a service, by moto's names.
_REVISED = (
    "task_definition",
    "network_configuration",
    "load_balancers",
    "platform_version",
    "launch_type",
    "capacity_provider_strategy",
)


@dataclass
class Rollout:
    # The id of the service's deployment, ecs-svc/….
    deployment: str
    # Of what is to run: moto's attributes of the service.
    target: dict[str, Any]
    number: int = field(default_factory=lambda: mock_random.randint(10**18, 10**19 - 1))
    status: str = "IN_PROGRESS"
    reason: str | None = None
    created_at: datetime = field(default_factory=utcnow)
    finished_at: datetime | None = None


def _of(service: Any) -> list[Rollout]:
    if not hasattr(service, "rollouts"):
        service.rollouts = []
    return service.rollouts


def _arn(service: Any, kind: str, number: object) -> str:
    return f"{service.arn.split(':service/')[0]}:{kind}/{service.cluster_name}/{service.name}/{number}"


def begin(service: Any, deployment: str) -> None:
    for rollout in _of(service):
        if rollout.finished_at is None:
            rollout.status, rollout.finished_at = "STOPPED", utcnow()
    rollout = Rollout(deployment, {name: getattr(service, name, None) for name in _REVISED})
    _of(service).append(rollout)
    service.current_service_deployment = _arn(service, "service-deployment", rollout.number)


def complete(service: Any) -> None:
    for rollout in _of(service):
        if rollout.finished_at is None:
            rollout.status = "ROLLBACK_SUCCESSFUL" if rollout.status == "ROLLBACK_IN_PROGRESS" else "SUCCESSFUL"
            rollout.finished_at = utcnow()


def fail(service: Any, deployment: str, reason: str, rolls_back: bool) -> bool:
    """Whether the service is again what it was when a rollout last succeeded. Of a rollback that fails nothing is gone back to."""
    failed = next((rollout for rollout in _of(service) if rollout.deployment == deployment), None)
    if failed is None:
        for rollout in _of(service):
            if rollout.status == "ROLLBACK_IN_PROGRESS":
                rollout.status, rollout.finished_at = "ROLLBACK_FAILED", utcnow()
        return False
    good = next((rollout for rollout in reversed(_of(service)) if rollout.status == "SUCCESSFUL"), None)
    failed.reason = reason
    if not rolls_back or good is None:
        failed.status, failed.finished_at = "STOPPED", utcnow()
        return False
    failed.status = "ROLLBACK_IN_PROGRESS"
    for name, value in good.target.items():
        setattr(service, name, value)
    return True


def _found(self: Any) -> Any:
    backend = self.ecs_backend
    return backend._get_service(self._get_param("cluster", "default"), self._get_param("service"))


def _described(service: Any, rollout: Rollout) -> dict[str, Any]:
    target = rollout.target
    return {
        "serviceRevisionArn": _arn(service, "service-revision", rollout.number),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": target["task_definition"],
        "networkConfiguration": target["network_configuration"] or None,
        "loadBalancers": target["load_balancers"],
        # The number that LATEST meant.
        "platformVersion": "1.4.0" if target["platform_version"] == "LATEST" else target["platform_version"],
        "launchType": target["launch_type"],
        "capacityProviderStrategy": target["capacity_provider_strategy"],
        "createdAt": rollout.created_at,
    }


def install() -> None:
    @replace(EC2ContainerServiceResponse)
    def list_service_deployments(self: Any) -> ActionResult:
        service = _found(self)
        wanted = self._get_param("status") or []
        shown = [
            {
                "serviceDeploymentArn": _arn(service, "service-deployment", rollout.number),
                "serviceArn": service.arn,
                "clusterArn": service.cluster_arn,
                "startedAt": rollout.created_at,
                "createdAt": rollout.created_at,
                "finishedAt": rollout.finished_at,
                "targetServiceRevisionArn": _arn(service, "service-revision", rollout.number),
                "status": rollout.status,
                "statusReason": rollout.reason,
            }
            for rollout in _of(service)
            if not wanted or rollout.status in wanted
        ]
        size, token = self._get_int_param("maxResults", 20), self._get_param("nextToken")
        if not 1 <= size <= 100:
            raise AwsError("InvalidParameterException", "maxResults must be between 1 and 100.")
        names = [entry["serviceDeploymentArn"] for entry in shown]
        try:
            page, following = pages.page("ListServiceDeployments", shown, names, token, size)
        except KeyError as error:
            raise AwsError("InvalidParameterException", "Invalid token.") from error
        return ActionResult({"serviceDeployments": page, "nextToken": following})

    @replace(EC2ContainerServiceResponse)
    def describe_service_revisions(self: Any) -> ActionResult:
        asked = self._get_param("serviceRevisionArns") or []
        if not 1 <= len(asked) <= 20:
            raise AwsError("InvalidParameterException", "Between 1 and 20 service revisions can be described at once.")
        known = {
            found["serviceRevisionArn"]: found
            for service in self.ecs_backend.services.values()
            for found in (_described(service, rollout) for rollout in _of(service))
        }
        return ActionResult(
            {
                "serviceRevisions": [known[arn] for arn in asked if arn in known],
                "failures": [{"arn": arn, "reason": "MISSING"} for arn in asked if arn not in known],
            }
        )
