"""Scaling policies: of targets that there are, each with the alarms by which AWS tracks its metric."""

from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeApplicationAutoscalingPolicy

from ..override import wrap
from . import found

# DescribeScalingPolicies, API reference, MaxResults.
_PAGE = 10
_METRICS = ("ALBRequestCountPerTarget", "ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization")


def _check(policy_type: str | None, body: dict[str, Any]) -> None:
    if policy_type != "TargetTrackingScaling":
        return
    metric = body.get("PredefinedMetricSpecification") or {}
    if not metric and not body.get("CustomizedMetricSpecification"):
        raise found.invalid("A target tracking scaling policy needs a metric specification")
    kind = metric.get("PredefinedMetricType")
    if metric and kind not in _METRICS:
        raise found.invalid(f"Predefined metric type {kind} is not supported for ecs:service:DesiredCount")
    # "You can't specify a resource label unless the metric type is ALBRequestCountPerTarget": PredefinedMetricSpecification.
    if (kind == "ALBRequestCountPerTarget") != bool(metric.get("ResourceLabel")):
        raise found.invalid(f"Invalid ResourceLabel '{metric.get('ResourceLabel')}' for {kind}")


def install() -> None:
    @wrap(ApplicationAutoscalingBackend, "put_scaling_policy")
    def put(original: Any, self: Any, **kwargs: Any) -> Any:
        found.target(self, kwargs["resource_id"])
        _check(kwargs.get("policy_type"), kwargs.get("policy_body") or {})
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
            raise found.not_found("scaling policy", resource_id, name)
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
