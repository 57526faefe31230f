"""What Application Auto Scaling and CloudWatch ask for besides the action itself.

https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html , "Permissions
required for API actions on target services and CloudWatch"; CloudWatch API reference, PutMetricAlarm, Tags.
"""

from moto.applicationautoscaling.models import applicationautoscaling_backends

from ..call import Call
from .conditions import Context
from .policies import Ask

_TARGETS = "scalable-target/*"


def target_arn(call: Call, resource_id: str) -> str:
    """The ARN of what a request names by its resource and dimension, or of what it makes."""
    backend = applicationautoscaling_backends[call.account or ""][call.region or ""]
    dimension = str(call.params.get("ScalableDimension") or "")
    known = backend.targets.get(dimension, {}).get(resource_id)
    if known is not None:
        return str(known.arn)
    return f"arn:aws:application-autoscaling:{call.region}:{call.account}:{_TARGETS}"


def scaled_arn(call: Call) -> str:
    """The ARN of the service or table that is scaled."""
    resource, *_ = str(call.params.get("ResourceId") or "").split("/index/")
    return f"arn:aws:{call.params.get('ServiceNamespace')}:{call.region}:{call.account}:{resource}"


_SCALES = {"ecs": ("DescribeServices", "UpdateService"), "dynamodb": ("DescribeTable", "UpdateTable")}


def further(call: Call, common: Context, given: Context, scaled: Context) -> list[Ask]:
    """`given` are the tags of the request, `scaled` those of what is scaled."""
    action, params = call.action or "", call.params
    resource_id = str(params.get("ResourceId") or "")
    alarms = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:TargetTracking-{resource_id}-*"
    if action == "RegisterScalableTarget":
        namespace = str(params.get("ServiceNamespace"))
        arn = scaled_arn(call)
        found = [Ask(f"{namespace}:{name}", arn, {**common, **scaled}) for name in _SCALES[namespace]]
        if params.get("Tags"):
            found.append(Ask("application-autoscaling:TagResource", target_arn(call, resource_id), {**common, **given}))
        return found
    if action == "PutScalingPolicy" and params.get("PolicyType") == "TargetTrackingScaling":
        return [Ask("cloudwatch:PutMetricAlarm", alarms, common)]
    if action in ("DeleteScalingPolicy", "DeregisterScalableTarget"):
        return [Ask("cloudwatch:DeleteAlarms", alarms, common)]
    return []
