"""Services: their scheduler starts and stops tasks until what runs is what is wished, deployment by deployment.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from typing import Any

from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ecs.exceptions import ServiceNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend, Service, Task
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends
from moto.moto_api._internal import mock_random

from .. import lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import tasks
from .tasks import Life

# Without a circuit breaker AWS tries for ever, ever more slowly; here it gives up, so that a dump can wait for it.
_PATIENCE = 10
_LISTED_STEPS = 10
# Parameters of CreateService that moto drops, shown as they were given.
_KEPT = (
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "placementConstraints",
    "placementStrategy",
)
# What UpdateService starts a deployment for, besides another task definition.
_REDEPLOYS = ("network_configuration", "load_balancers", "platform_version", "capacity_provider_strategy")


def _of_service(backend: Any, service: Service) -> list[Task]:
    live = backend.tasks.get(service.cluster_name, {}).values()
    return [task for task in live if task.group == f"service:{service.name}" and task.last_status != "STOPPED"]


def _new_deployment(service: Service) -> dict[str, Any]:
    deployment_id = f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"
    return {
        "id": deployment_id,
        "status": "PRIMARY",
        "taskDefinition": service.task_definition,
        "desiredCount": service.desired_count,
        "pendingCount": 0,
        "runningCount": 0,
        "failedTasks": 0,
        "createdAt": utcnow(),
        "updatedAt": utcnow(),
        "launchType": service.launch_type,
        "platformVersion": service.platform_version,
        "networkConfiguration": service.network_configuration or None,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {deployment_id} in progress.",
    }


def _event(service: Service, message: str) -> None:
    said = f"(service {service.name}) {message}"
    if not service.events or service.events[0]["message"] != said:
        service.events.insert(0, {"id": str(mock_random.uuid4()), "createdAt": utcnow(), "message": said})


def _on_fargate(service: Service) -> bool:
    strategy = getattr(service, "capacity_provider_strategy", None) or []
    return service.launch_type == "FARGATE" or any(s["capacityProvider"].startswith("FARGATE") for s in strategy)


class _Scheduler:
    def __init__(self, settings: Settings, life: Life) -> None:
        self._step = settings.task_seconds
        self._life = life
        life.watch = self._changed

    def deploy(self, backend: Any, service: Service) -> None:
        """A new deployment; the ones before it keep their tasks until it has its own."""
        for older in service.deployments:
            older["status"] = "ACTIVE"
        service.deployments.insert(0, _new_deployment(service))
        self.converge(backend, service)

    def _changed(self, backend: Any, task: Task) -> None:
        name = task.group.removeprefix("service:")
        service = backend.services.get(f"{task.cluster_name}:{name}") if name != task.group else None
        if service is None:
            return
        self._route(backend, service, task)
        if task.last_status == "DEPROVISIONING" and getattr(task, "stop_code", "") == "TaskFailedToStart":
            self._failed(service, task)
        self.converge(backend, service)

    def _route(self, backend: Any, service: Service, task: Task) -> None:
        """Targets come and go with running tasks."""
        groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
        for balancer in service.load_balancers:
            group, ip = groups.get(balancer.get("targetGroupArn")), tasks.address(task)
            if group is None or ip is None:
                continue
            if task.last_status == "RUNNING":
                group.register([{"Id": ip, "Port": balancer.get("containerPort")}])
            else:
                group.targets.pop(ip, None)

    def _failed(self, service: Service, task: Task) -> None:
        deployment = next((d for d in service.deployments if d["id"] == task.started_by), None)
        if deployment is None:
            return
        deployment["failedTasks"] += 1
        breaker = (getattr(service, "deployment_configuration", None) or {}).get("deploymentCircuitBreaker") or {}
        # "Minimum threshold <= 0.5 * desired task count => maximum threshold", which are 3 and 200:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
        threshold = max(3, min(200, -(-service.desired_count // 2)))
        if breaker.get("enable") and deployment["failedTasks"] >= threshold and deployment["rolloutState"] == "IN_PROGRESS":
            self._break(service, deployment, bool(breaker.get("rollback")))
        elif deployment["failedTasks"] >= _PATIENCE:
            _event(service, "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.")

    def _break(self, service: Service, deployment: dict[str, Any], rollback: bool) -> None:
        deployment["rolloutState"] = "FAILED"
        deployment["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start."
        _event(service, f"(deployment {deployment['id']}) deployment failed: tasks failed to start.")
        before = next((d for d in service.deployments if d["rolloutState"] == "COMPLETED"), None)
        if rollback and before:
            service.task_definition = before["taskDefinition"]
            for older in service.deployments:
                older["status"] = "ACTIVE"
            again = _new_deployment(service)
            again["rolloutStateReason"] = f"ECS deployment circuit breaker: rolling back to deploymentId {before['id']}."
            service.deployments.insert(0, again)

    def converge(self, backend: Any, service: Service) -> None:
        living = [task for task in _of_service(backend, service) if task.desired_status == "RUNNING"]
        if service.status != "ACTIVE":
            self._drain(backend, service, living)
            return
        primary = service.deployments[0]
        own = [task for task in living if task.started_by == primary["id"]]
        others = [task for task in living if task not in own]
        primary["desiredCount"] = service.desired_count
        gave_up = primary["rolloutState"] == "FAILED" or primary["failedTasks"] >= _PATIENCE
        if not gave_up:
            self._launch(backend, service, primary, service.desired_count - len(own))
        for task in own[service.desired_count :]:
            self._life.stop(backend, task, "ServiceSchedulerInitiated", f"Scaling activity initiated by deployment {primary['id']}")
        running = [task for task in own if task.last_status == "RUNNING"]
        if len(running) >= service.desired_count:
            for task in others:
                self._life.stop(backend, task, "ServiceSchedulerInitiated", f"Scaling activity initiated by deployment {primary['id']}")
            if not others and not gave_up:
                self._complete(service, primary)
        self._count(backend, service)

    def _launch(self, backend: Any, service: Service, primary: dict[str, Any], missing: int) -> None:
        if missing <= 0:
            return
        cluster = backend._get_cluster(service.cluster_name)
        instances = backend.container_instances.get(cluster.name, {})
        if not _on_fargate(service) and not any(i.status == "ACTIVE" for i in instances.values()):
            _event(service, "was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.")
            return
        for _ in range(missing):
            task = self._new_task(backend, service, cluster, primary, instances)
            backend.tasks.setdefault(cluster.name, {})[task.task_arn] = task
            self._life.begin(backend, task)

    def _new_task(self, backend: Any, service: Service, cluster: Any, primary: dict[str, Any], instances: Any) -> Task:
        network = dict(primary["networkConfiguration"] or {})
        vpc = dict(network.get("awsvpcConfiguration") or {})
        if vpc:
            turn = len(_of_service(backend, service)) % len(vpc["subnets"])
            vpc["subnets"] = vpc["subnets"][turn:] + vpc["subnets"][:turn]
            vpc["securityGroups"] = vpc.get("securityGroups") or []
            network["awsvpcConfiguration"] = vpc
        active = [i.container_instance_arn for i in instances.values() if i.status == "ACTIVE"]
        return Task(
            cluster=cluster,
            task_definition=backend.describe_task_definition(primary["taskDefinition"]),
            container_instance_arn=None if _on_fargate(service) else active[0],
            resource_requirements={},
            backend=backend,
            group=f"service:{service.name}",
            launch_type="FARGATE" if _on_fargate(service) else "EC2",
            started_by=primary["id"],
            tags=list(service.tags) if service.propagate_tags == "SERVICE" else [],
            networking_configuration=network or None,
            platform_version=service.platform_version,
        )

    def _complete(self, service: Service, primary: dict[str, Any]) -> None:
        service.deployments = [primary]
        if primary["rolloutState"] == "IN_PROGRESS":
            primary["rolloutState"] = "COMPLETED"
            primary["rolloutStateReason"] = f"ECS deployment {primary['id']} completed."
            primary["updatedAt"] = utcnow()
            _event(service, "has reached a steady state.")

    def _count(self, backend: Any, service: Service) -> None:
        everyone = _of_service(backend, service)
        for deployment in service.deployments:
            own = [task for task in everyone if task.started_by == deployment["id"]]
            deployment["runningCount"] = sum(task.last_status == "RUNNING" for task in own)
            deployment["pendingCount"] = sum(task.last_status in ("PROVISIONING", "PENDING") for task in own)
        service.running_count = sum(task.last_status == "RUNNING" for task in everyone)
        service.pending_count = sum(task.last_status in ("PROVISIONING", "PENDING") for task in everyone)

    def _drain(self, backend: Any, service: Service, living: list[Task]) -> None:
        for task in living:
            self._life.stop(backend, task, "ServiceSchedulerInitiated", f"Scaling activity initiated by (service {service.name})")
        self._count(backend, service)
        if service.status == "DRAINING" and not _of_service(backend, service):
            service.status = "INACTIVE"
            service.deployments = []
            key = f"{service.cluster_name}:{service.name}"

            def forget() -> None:
                if backend.services.get(key) is service:
                    del backend.services[key]

            lifecycle.after(self._step * _LISTED_STEPS, forget)


def _check_targets(backend: Any, balancers: list[dict[str, Any]]) -> None:
    groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
    for balancer in balancers:
        arn = balancer.get("targetGroupArn")
        if arn and arn not in groups:
            raise AwsError("InvalidParameterException", f"The specified target group does not exist: {arn}")
        if arn and not groups[arn].load_balancer_arns:
            raise AwsError(
                "InvalidParameterException",
                f"The target group with targetGroupArn {arn} does not have an associated load balancer.",
            )


def install(settings: Settings, life: Life) -> None:
    scheduler = _Scheduler(settings, life)

    @wrap(EC2ContainerServiceResponse, "create_service")
    def create(original: Any, self: Any) -> Any:
        backend, get = self.ecs_backend, self._get_param
        cluster = backend._get_cluster(get("cluster", "default"))
        found = backend.services.get(f"{cluster.name}:{get('serviceName')}")
        if found is not None and found.status == "DRAINING":
            raise AwsError("InvalidParameterException", "Unable to Start a service that is still Draining.")
        if found is not None and found.status == "ACTIVE":
            raise AwsError("InvalidParameterException", "Creation of service was not idempotent.")
        _check_targets(backend, get("loadBalancers") or [])
        result = original(self)
        service = backend.services[f"{cluster.name}:{get('serviceName')}"]
        for name in _KEPT:
            if get(name) is not None:
                setattr(service, camelcase_to_underscores(name), get(name))
        if get("capacityProviderStrategy"):
            service.launch_type = None
        service.created_at = utcnow()
        service.deployments = []
        scheduler.deploy(backend, service)
        return result

    @replace(EC2ContainerServiceBackend)
    def update_service(self: Any, service_properties: dict[str, Any]) -> Service:
        asked = dict(service_properties)
        service = self._get_service(asked.pop("cluster", "default"), asked.pop("service"))
        if service.status != "ACTIVE":
            raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
        force = bool(asked.pop("force_new_deployment", False))
        definition = asked.pop("task_definition", None)
        anew = force
        if definition:
            arn = self.describe_task_definition(definition).arn
            anew = anew or arn != service.task_definition
            service.task_definition = arn
        for name, value in asked.items():
            if value is not None:
                anew = anew or (name in _REDEPLOYS and getattr(service, name, None) != value)
                setattr(service, name, value)
        if anew:
            scheduler.deploy(self, service)
        else:
            scheduler.converge(self, service)
        return service

    @replace(EC2ContainerServiceBackend)
    def delete_service(self: Any, cluster_name: str, service_name: str, force: bool) -> Service:
        service = self._get_service(cluster_name, service_name)
        if service.status == "INACTIVE":
            raise ServiceNotFoundException
        if service.desired_count > 0 and not force:
            raise AwsError(
                "InvalidParameterException", "The service cannot be stopped while it is scaled above 0."
            )
        service.status, service.desired_count = "DRAINING", 0
        scheduler.converge(self, service)
        return service

    @wrap(EC2ContainerServiceBackend, "register_container_instance")
    def register(original: Any, self: Any, cluster_str: str, *args: Any, **kwargs: Any) -> Any:
        instance = original(self, cluster_str, *args, **kwargs)
        cluster = self._get_cluster(cluster_str)
        for service in self.services.values():
            if service.cluster_name == cluster.name and service.status == "ACTIVE":
                scheduler.converge(self, service)
        return instance
