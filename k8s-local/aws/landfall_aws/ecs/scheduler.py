"""The scheduler of services: it starts and stops tasks until what runs is what is wished, deployment by deployment.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from typing import Any

from moto.core.utils import utcnow
from moto.ecs.models import Service, Task, ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.moto_api._internal import mock_random

from .. import containers, lifecycle, memory
from ..elbv2 import health as targets
from ..settings import Settings
from . import definitions, health, instances, placement, providers, rollouts
from .tasks import Life

# Without a circuit breaker AWS tries for ever, ever more slowly; here it gives up, so that a dump can wait for it.
_PATIENCE = 10
_LISTED_STEPS = 10


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
        # What LATEST means: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
        "platformVersion": "1.4.0" if service.platform_version == "LATEST" else service.platform_version,
        "capacityProviderStrategy": getattr(service, "capacity_provider_strategy", None),
        "networkConfiguration": service.network_configuration or None,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {deployment_id} in progress.",
    }


def _event(service: Service, message: str) -> None:
    said = f"(service {service.name}) {message}"
    if not service.events or service.events[0]["message"] != said:
        service.events.insert(0, {"id": str(mock_random.uuid4()), "createdAt": utcnow(), "message": said})


def is_on_fargate(service: Service) -> bool:
    strategy = getattr(service, "capacity_provider_strategy", None) or []
    return service.launch_type == "FARGATE" or any(s["capacityProvider"].startswith("FARGATE") for s in strategy)


class Scheduler:
    """Keeps as many tasks of each deployment as are wished, and goes back from one that fails."""

    def __init__(self, settings: Settings, life: Life) -> None:
        self._step = settings.task_seconds
        self._grace = settings.target_seconds
        self._life = life
        life.watch = self._changed
        targets.on_change.append(self._checked)

    def deploy(self, backend: Any, service: Service) -> None:
        """A new deployment; the ones before it keep their tasks until it has its own."""
        for older in service.deployments:
            older["status"] = "ACTIVE"
        service.deployments.insert(0, _new_deployment(service))
        rollouts.begin(service, service.deployments[0]["id"])
        self.converge(backend, service)

    def _changed(self, backend: Any, task: Task) -> None:
        name = task.group.removeprefix("service:")
        service = backend.services.get(f"{task.cluster_name}:{name}") if name != task.group else None
        if service is None:
            return
        self._route(backend, service, task)
        if task.last_status == "RUNNING" and not hasattr(task, "landfall_graced"):
            self._give_grace(backend, service, task)
        if task.container_instance_arn:
            placement.show(backend, task.cluster_name)
        # That a task counts which ends before it ever served is a guess.
        starting = ("TaskFailedToStart",) if getattr(task, "landfall_served", False) else ("TaskFailedToStart", "EssentialContainerExited")
        if task.last_status == "DEPROVISIONING" and getattr(task, "stop_code", "") in starting:
            self._failed(service, task)
        self._look_after(backend, service)
        if task.last_status == "STOPPED" and task.container_instance_arn:
            # Somebody else may have waited for its room.
            for other in list(backend.services.values()):
                if other is not service and other.cluster_name == service.cluster_name and other.status == "ACTIVE":
                    self.converge(backend, other)

    def _route(self, backend: Any, service: Service, task: Task) -> None:
        """Targets come and go with running tasks."""
        groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
        for balancer in service.load_balancers:
            group = groups.get(balancer.get("targetGroupArn"))
            target = health.target_of(backend, group, task) if group else None
            if group is None or target is None:
                continue
            if task.last_status == "RUNNING":
                port = instances.port_of(task) if group.target_type == "instance" else balancer.get("containerPort")
                group.register([{"Id": target, "Port": port}])
            elif not instances.serves(backend, service, task):
                # It drains for a while.
                group.deregister([{"Id": target}])

    def _give_grace(self, backend: Any, service: Service, task: Task) -> None:
        """healthCheckGracePeriodSeconds: until then failed checks are not looked at. It is short where nothing is real."""
        seconds = getattr(service, "health_check_grace_period_seconds", None) or 0
        task.landfall_graced = not seconds  # type: ignore[attr-defined]

        def over() -> None:
            task.landfall_graced = True  # type: ignore[attr-defined]
            self._look_after(backend, service)

        if seconds and containers.running:
            containers.running.later(seconds, over)
        elif seconds:
            lifecycle.after(min(self._grace, seconds), over)

    def _checked(self, group: Any) -> None:
        """A target group has found something else of its targets."""
        region, account = group.arn.split(":")[3:5]
        backend = (ecs_backends.get(account) or {}).get(region)
        for service in list(backend.services.values()) if backend else []:
            if any(balancer.get("targetGroupArn") == group.arn for balancer in service.load_balancers or []):
                self._look_after(backend, service)

    def _look_after(self, backend: Any, service: Service) -> None:
        """Replaces what fails its checks. AWS starts the other task first where there is room for it; here it does not wait."""
        for task in _of_service(backend, service) if service.status == "ACTIVE" else []:
            primary = service.deployments[0]
            if task.started_by != primary["id"] or task.last_status != "RUNNING" or not getattr(task, "landfall_graced", False):
                continue
            found = health.failed(backend, service, task)
            # Who has lost patience leaves them as they are: running, and unhealthy.
            if found is None or primary["failedTasks"] >= _PATIENCE - 1:
                continue
            reason, said = found
            _event(service, said)
            self._failed(service, task)
            self._life.stop(backend, task, "ServiceSchedulerInitiated", reason)
        self.converge(backend, service)

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
        reason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
        if not rollouts.fail(service, deployment["id"], reason, rollback):
            return
        before = next((d for d in service.deployments if d["rolloutState"] == "COMPLETED"), None)
        for older in service.deployments:
            older["status"] = "ACTIVE"
        again = _new_deployment(service)
        again["rolloutStateReason"] = (
            f"ECS deployment circuit breaker: rolling back to deploymentId {before['id'] if before else again['id']}."
        )
        service.deployments.insert(0, again)
        _event(service, f"rolling back to deployment {before['id'] if before else again['id']}.")

    def converge(self, backend: Any, service: Service) -> None:
        living = [task for task in _of_service(backend, service) if task.desired_status == "RUNNING"]
        if service.status != "ACTIVE":
            self._drain(backend, service, living)
            return
        primary = service.deployments[0]
        own = [task for task in living if task.started_by == primary["id"]]
        others = [task for task in living if task not in own]
        primary["desiredCount"] = service.desired_count
        serving = [task for task in own if task.last_status == "RUNNING" and health.passes(backend, service, task)]
        if serving:
            # "Once a service deployment has one or more successfully running tasks, the failed task count resets to zero":
            # Deployment, API reference, failedTasks.
            primary["failedTasks"] = 0
        for task in serving:
            task.landfall_served = True  # type: ignore[attr-defined]
        gave_up = primary["rolloutState"] == "FAILED" or primary["failedTasks"] >= _PATIENCE
        if not gave_up:
            self._place(backend, service, own)
            self._launch(backend, service, primary, service.desired_count - len(own))
        for task in own[service.desired_count :]:
            self._life.stop(backend, task, "ServiceSchedulerInitiated", f"Scaling activity initiated by deployment {primary['id']}")
        if len(serving) >= service.desired_count:
            for task in others:
                self._life.stop(backend, task, "ServiceSchedulerInitiated", f"Scaling activity initiated by deployment {primary['id']}")
            if not others and not gave_up:
                self._complete(service, primary)
        self._count(backend, service)

    def _place(self, backend: Any, service: Service, own: list[Task]) -> None:
        """Puts tasks that wait for an instance on one that has room by now."""
        for task in own:
            if not getattr(task, "landfall_waiting", False):
                continue
            instance = placement.choose(backend, service, backend.describe_task_definition(task.task_definition_arn))
            if instance is not None:
                task.landfall_waiting = False  # type: ignore[attr-defined]
                task.container_instance_arn = instance.container_instance_arn
                self._life.begin(backend, task)

    def _launch(self, backend: Any, service: Service, primary: dict[str, Any], missing: int) -> None:
        cluster = backend._get_cluster(service.cluster_name)
        definition = backend.describe_task_definition(primary["taskDefinition"])
        on_fargate = is_on_fargate(service)
        for _ in range(missing):
            instance = None if on_fargate else placement.choose(backend, service, definition)
            waits = instance is None and not on_fargate
            # With a capacity provider a task waits, PROVISIONING, for an instance to come.
            if waits and not providers.of_service(backend, service):
                _event(service, placement.why_none(backend, service, definition))
                return
            task = self._new_task(backend, service, cluster, primary, instance)
            backend.tasks.setdefault(cluster.name, {})[task.task_arn] = task
            task.landfall_waiting = waits  # type: ignore[attr-defined]
            if waits:
                self._life.wait(task)
            else:
                self._life.begin(backend, task)
        self._scale_out(backend, service, definition)

    def _scale_out(self, backend: Any, service: Service, definition: Any) -> None:
        waiting = [task for task in _of_service(backend, service) if getattr(task, "landfall_waiting", False)]
        if not waiting:
            return
        _event(service, placement.why_none(backend, service, definition))
        providers.scale_out(backend, service, len(waiting), placement.how_many_fit(backend, service, definition))

    def _new_task(self, backend: Any, service: Service, cluster: Any, primary: dict[str, Any], instance: Any) -> Task:
        network = dict(primary["networkConfiguration"] or {})
        vpc = dict(network.get("awsvpcConfiguration") or {})
        if vpc:
            turn = len(_of_service(backend, service)) % len(vpc["subnets"])
            vpc["subnets"] = vpc["subnets"][turn:] + vpc["subnets"][:turn]
            vpc["securityGroups"] = vpc.get("securityGroups") or []
            network["awsvpcConfiguration"] = vpc
        return Task(
            cluster=cluster,
            task_definition=backend.describe_task_definition(primary["taskDefinition"]),
            container_instance_arn=instance.container_instance_arn if instance else None,
            resource_requirements={},
            backend=backend,
            group=f"service:{service.name}",
            launch_type="FARGATE" if is_on_fargate(service) else "EC2",
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
            rollouts.complete(service)
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
            definitions.collect(backend)
            key = f"{service.cluster_name}:{service.name}"

            def forget() -> None:
                if backend.services.get(key) is service:
                    del backend.services[key]
                    memory.keep_ghost(
                        backend.account_id, backend.region_name, service.arn, service.tags, "ecs:service"
                    )

            lifecycle.after(self._step * _LISTED_STEPS, forget)
