"""Services, as they are asked for: what AWS refuses, what it keeps, and when it begins a deployment.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
"""

import re
from typing import Any

from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ecs.exceptions import ServiceNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend, Service
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends

from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import clusters, definitions, placement, providers
from .scheduler import Scheduler, is_on_fargate
from .tasks import Life

# Parameters of CreateService that moto drops, shown as they were given.
_KEPT = (
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "placementConstraints",
)
# What UpdateService starts a deployment for, besides another task definition.
_REDEPLOYS = ("network_configuration", "load_balancers", "platform_version", "capacity_provider_strategy")
# CreateService, API reference, deploymentConfiguration: the defaults of replica services.
_DEPLOYMENT = {
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
}
_NAME = re.compile(r"^[A-Za-z0-9_-]{1,255}$")


def _no_longer_scaled(backend: Any, service: Service) -> None:
    # Imported when something is deleted: most starts never come to it.
    from ..application_autoscaling import targets

    resource_id = f"service/{service.cluster_name}/{service.name}"
    targets.service_deleted(backend.account_id, backend.region_name, resource_id)


def _refused(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def _check_targets(backend: Any, definition: Any, balancers: list[dict[str, Any]]) -> None:
    groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
    containers = {container["name"]: container for container in definition.container_definitions}
    for balancer in balancers:
        arn, name, port = (balancer.get(key) for key in ("targetGroupArn", "containerName", "containerPort"))
        if arn and arn not in groups:
            raise _refused(f"The specified target group does not exist: {arn}")
        if arn and not groups[arn].load_balancer_arns:
            raise _refused(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")
        if name not in containers:
            raise _refused(f"The container {name} does not exist in the task definition.")
        if port not in [mapping["containerPort"] for mapping in containers[name]["portMappings"]]:
            raise _refused(f"The container {name} did not have a container port {port} defined.")


def _check_network(definition: Any, on_fargate: bool, network: Any) -> None:
    if definition.network_mode == "awsvpc" and not network:
        raise _refused("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if definition.network_mode != "awsvpc" and network:
        raise _refused("Network Configuration is not valid for the given networkMode of this task definition.")
    if on_fargate and "FARGATE" not in (definition.requires_compatibilities or []):
        raise _refused("Task definition does not support launch_type FARGATE.")


def _check_rebalancing(service: Service, asked: dict[str, Any]) -> None:
    """What is asked for together with what stays has to go with it: no update turns it off by itself."""

    def new(name: str) -> Any:
        return getattr(service, name, None) if asked.get(name) is None else asked[name]

    percent = new("deployment_configuration")["maximumPercent"]
    strategy, constraints = new("placement_strategy") or [], new("placement_constraints") or []
    placement.rebalancing(new("availability_zone_rebalancing"), percent, strategy, constraints)


def _check_strategy(backend: Any, service: Service, strategy: list[dict[str, Any]], force: bool) -> None:
    providers.check_strategy(backend._get_cluster(service.cluster_name), strategy)
    # Its words: pipe-cd/pipecd#6385.
    if strategy != (getattr(service, "capacity_provider_strategy", None) or []) and not force:
        raise _refused(
            "When switching from launch type to capacity provider strategy on an existing service, or making a change to a "
            "capacity provider strategy on a service that is already using one, you must force a new deployment."
        )


def install(settings: Settings, life: Life) -> None:
    scheduler = Scheduler(settings, life)

    @wrap(EC2ContainerServiceResponse, "create_service")
    def create(original: Any, self: Any) -> Any:
        backend, get = self.ecs_backend, self._get_param
        cluster = clusters.active(backend, get("cluster", "default"))
        if not _NAME.match(get("serviceName") or ""):
            raise _refused("Invalid service name.")
        if len(get("clientToken") or "") > 36:
            raise _refused("The client token must not be longer than 36 characters.")
        found = backend.services.get(f"{cluster.name}:{get('serviceName')}")
        if found is not None and found.status == "DRAINING":
            raise _refused("Unable to Start a service that is still Draining.")
        if found is not None and found.status == "ACTIVE":
            raise _refused("Creation of service was not idempotent.")
        if get("launchType") and get("capacityProviderStrategy"):
            raise _refused("Specifying both a launch type and capacity provider strategy is not supported.")
        definition = definitions.active(backend, get("taskDefinition") or "")
        _check_targets(backend, definition, get("loadBalancers") or [])
        if get("healthCheckGracePeriodSeconds") is not None and not get("loadBalancers"):
            raise _refused("Health check grace period is only valid for services configured to use load balancers")
        network = get("networkConfiguration")
        if network:
            network["awsvpcConfiguration"].setdefault("securityGroups", [])
            network["awsvpcConfiguration"].setdefault("assignPublicIp", "DISABLED")
        capacity = get("capacityProviderStrategy") or []
        providers.check_strategy(cluster, capacity)
        names = [item["capacityProvider"] for item in capacity]
        on_fargate = get("launchType") == "FARGATE" or any(name.startswith("FARGATE") for name in names)
        _check_network(definition, on_fargate, network)
        deployment = {**_DEPLOYMENT, **(get("deploymentConfiguration") or {})}
        strategy, constraints = get("placementStrategy") or [], get("placementConstraints") or []
        rebalancing = get("availabilityZoneRebalancing")
        rebalancing = placement.rebalancing(rebalancing, deployment["maximumPercent"], strategy, constraints)
        result = original(self)
        service = backend.services[f"{cluster.name}:{get('serviceName')}"]
        for name in _KEPT:
            if get(name) is not None:
                setattr(service, camelcase_to_underscores(name), get(name))
        service.placement_strategy = placement.told(strategy)
        service.availability_zone_rebalancing = rebalancing
        service.deployment_configuration = deployment
        if names:
            service.launch_type = None
        if on_fargate and not service.platform_version:
            service.platform_version = "LATEST"
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
        named = asked.pop("task_definition", None)
        # Without one the revision that is in force stays, whatever has become of it.
        definition = definitions.active(self, named) if named else self.describe_task_definition(service.task_definition)
        network = asked.get("network_configuration")
        if network:
            network["awsvpcConfiguration"].setdefault("securityGroups", [])
            network["awsvpcConfiguration"].setdefault("assignPublicIp", "DISABLED")
            service._validate_network(network)
        balancers = service.load_balancers if asked.get("load_balancers") is None else asked["load_balancers"]
        _check_targets(self, definition, balancers)
        _check_network(definition, is_on_fargate(service), network or service.network_configuration)
        if asked.get("health_check_grace_period_seconds") is not None and not balancers:
            raise _refused("Health check grace period is only valid for services configured to use load balancers")
        if asked.get("deployment_configuration") is not None:
            asked["deployment_configuration"] = {**service.deployment_configuration, **asked["deployment_configuration"]}
        if asked.get("placement_strategy") is not None:
            asked["placement_strategy"] = placement.told(asked["placement_strategy"])
        _check_rebalancing(service, asked)
        strategy = asked.get("capacity_provider_strategy")
        if strategy is not None:
            _check_strategy(self, service, strategy, force)
            # "if you previously created (or updated) a service with …" one of a launch type, it goes back to that
            # (aws/containers-roadmap#838).
            service.launch_type = None if strategy else "FARGATE" if is_on_fargate(service) else "EC2"
        anew = force
        if named:
            anew = anew or definition.arn != service.task_definition
            service.task_definition = definition.arn
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
        _no_longer_scaled(self, service)
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
