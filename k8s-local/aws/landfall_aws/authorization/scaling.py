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
    """The ARN of what a request names by its resource, or of what it makes."""
    backend = applicationautoscaling_backends[call.account or ""][call.region or ""]
    for targets in backend.targets.values():
        if resource_id in targets:
            return str(targets[resource_id].arn)
    return f"arn:aws:application-autoscaling:{call.region}:{call.account}:{_TARGETS}"


def further(call: Call, common: Context, given: Context, service: Context) -> list[Ask]:
    """`given` are the tags of the request, `service` those of the service that is scaled."""
    action, params = call.action or "", call.params
    resource_id = str(params.get("ResourceId") or "")
    alarms = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:TargetTracking-{resource_id}-*"
    if action == "RegisterScalableTarget":
        arn = f"arn:aws:ecs:{call.region}:{call.account}:{resource_id}"
        found = [Ask(f"ecs:{name}", arn, {**common, **service}) for name in ("DescribeServices", "UpdateService")]
        if params.get("Tags"):
            found.append(Ask("application-autoscaling:TagResource", target_arn(call, resource_id), {**common, **given}))
        return found
    if action == "PutScalingPolicy" and params.get("PolicyType") == "TargetTrackingScaling":
        return [Ask("cloudwatch:PutMetricAlarm", alarms, common)]
    if action in ("DeleteScalingPolicy", "DeregisterScalableTarget"):
        return [Ask("cloudwatch:DeleteAlarms", alarms, common)]
    return []
