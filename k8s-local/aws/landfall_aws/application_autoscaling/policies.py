"""Scaling policies: of targets that there are, each with the alarms by which AWS tracks its metric."""

import re
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeApplicationAutoscalingPolicy
from moto.elbv2.models import elbv2_backends

from ..override import wrap
from . import found, targets

# DescribeScalingPolicies, API reference, MaxResults.
_PAGE = 10
_OF_SERVICES = ("ALBRequestCountPerTarget", "ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization")
# PredefinedMetricSpecification, API reference, ResourceLabel.
_LABEL = re.compile(r"^(app/[^/]+/[0-9a-f]+)/(targetgroup/[^/]+/[0-9a-f]+)$")


def _check_label(backend: Any, resource_id: str, label: str) -> None:
    """"You can't specify a resource label unless … there is a target group attached to the … ECS service": ibid."""
    named = _LABEL.match(label)
    if named is None:
        raise found.invalid(f"Invalid ResourceLabel '{label}'")
    elb = elbv2_backends[backend.account_id][backend.region_name]
    balancer = next((arn for arn in elb.load_balancers if arn.endswith(f":loadbalancer/{named.group(1)}")), None)
    if balancer is None:
        raise found.invalid(f"Invalid ResourceLabel '{label}': there is no load balancer {named.group(1)}")
    group = next((group for arn, group in elb.target_groups.items() if arn.endswith(f":{named.group(2)}")), None)
    if group is None:
        raise found.invalid(f"Invalid ResourceLabel '{label}': there is no target group {named.group(2)}")
    if balancer not in group.load_balancer_arns:
        raise found.invalid(f"Invalid ResourceLabel '{label}': the load balancer sends nothing to the target group")
    service = targets.service_of(backend, resource_id)
    if group.arn not in [of.get("targetGroupArn") for of in service.load_balancers or []]:
        raise found.invalid(f"Invalid ResourceLabel '{label}': the target group is not attached to {resource_id}")


def _metrics(dimension: str) -> tuple[str, ...]:
    """Those of a table's units are of these units alone: PredefinedMetricSpecification, API reference."""
    if dimension.startswith("ecs:"):
        return _OF_SERVICES
    return (f"DynamoDB{dimension.split(':')[-1].removesuffix('Units')}Utilization",)


def _check(backend: Any, resource_id: str, dimension: str, policy_type: str | None, body: dict[str, Any]) -> None:
    if policy_type != "TargetTrackingScaling":
        return
    metric = body.get("PredefinedMetricSpecification") or {}
    if not metric and not body.get("CustomizedMetricSpecification"):
        raise found.invalid("A target tracking scaling policy needs a metric specification")
    kind = metric.get("PredefinedMetricType")
    if metric and kind not in _metrics(dimension):
        raise found.invalid(f"Predefined metric type {kind} is not supported for {dimension}")
    # "the target utilization … between 20 and 90 percent": DynamoDB, "Managing throughput capacity with auto scaling".
    if dimension.startswith("dynamodb:") and not 20 <= float(body.get("TargetValue") or 0) <= 90:
        raise found.invalid(f"Target value {body.get('TargetValue')} is not between 20 and 90")
    # "You can't specify a resource label unless the metric type is ALBRequestCountPerTarget": PredefinedMetricSpecification.
    if (kind == "ALBRequestCountPerTarget") != bool(metric.get("ResourceLabel")):
        raise found.invalid(f"Invalid ResourceLabel '{metric.get('ResourceLabel')}' for {kind}")
    if metric.get("ResourceLabel"):
        _check_label(backend, resource_id, metric["ResourceLabel"])


def install() -> None:
    @wrap(ApplicationAutoscalingBackend, "put_scaling_policy")
    def put(original: Any, self: Any, **kwargs: Any) -> Any:
        at = (kwargs["resource_id"], kwargs["scalable_dimension"])
        found.target(self, *at)
        _check(self, *at, kwargs.get("policy_type"), kwargs.get("policy_body") or {})
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            kwargs["service_namespace"], kwargs["resource_id"], kwargs["scalable_dimension"], kwargs["policy_name"]
        )
        former = self.policies.get(key)
        if former is not None:
            former.delete_alarms(self.account_id, self.region_name)
        policy = original(self, **kwargs)
        if former is not None:
            policy.policy_arn, policy.creation_time = former.policy_arn, former.creation_time
        return policy

    @wrap(ApplicationAutoscalingBackend, "delete_scaling_policy")
    def delete(original: Any, self: Any, **kwargs: Any) -> None:
        resource_id, name = kwargs["resource_id"], kwargs["policy_name"]
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            kwargs["service_namespace"], resource_id, kwargs["scalable_dimension"], name
        )
        if key not in self.policies:
            raise found.not_found("scaling policy", resource_id, kwargs["scalable_dimension"], name)
        original(self, **kwargs)

    @wrap(ApplicationAutoscalingBackend, "describe_scaling_policies")
    def describe(original: Any, self: Any, **kwargs: Any) -> Any:
        size = kwargs.get("max_results") or _PAGE
        if not 1 <= size <= _PAGE:
            raise found.invalid(f"MaxResults must be between 1 and {_PAGE}")
        # moto takes the parts of these for what is looked for.
        for name in ("resource_id", "scalable_dimension"):
            kwargs[name] = [kwargs[name]] if kwargs.get(name) else None
        return original(self, **{**kwargs, "max_results": size})
