"""What the actions of EC2 Auto Scaling ask: groups by their names, with their tags, and of whoever gives a group a launch
template what he would need to start the instances himself.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html and
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
"""

from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from ..call import Call
from . import ec2
from .conditions import Context, as_list
from .policies import Ask

# What a template's tags are put on.
_TAGGED = ("instance", "volume", "network-interface")


def asks(call: Call, common: Context) -> list[Ask]:
    action, params = call.action or "", call.params
    if action.startswith("Describe"):
        return [Ask(f"autoscaling:{action}", context=common)]
    tags = as_list(params.get("Tags"))
    names = {str(tag.get("ResourceId")) for tag in tags if tag.get("ResourceId")} or {str(params.get("AutoScalingGroupName"))}
    if params.get("AutoScalingGroupName"):
        names = {str(params["AutoScalingGroupName"])}
    given = ec2.tag_context([{"Key": tag["Key"], "Value": tag.get("Value") or ""} for tag in tags])
    found = [_of_group(call, action, name, {**common, **given}) for name in sorted(names)]
    if action == "CreateAutoScalingGroup" and tags:
        found += [Ask("autoscaling:CreateOrUpdateTags", asked.resource, asked.context) for asked in found]
    policy = params.get("MixedInstancesPolicy")
    return found + (_launches(call, policy, common) if policy else [])


def _of_group(call: Call, action: str, name: str, context: Context) -> Ask:
    groups = autoscaling_backends[call.account or ""][call.region or ""].autoscaling_groups
    group = groups.get(name)
    stem = f"arn:aws:autoscaling:{call.region}:{call.account}:autoScalingGroup"
    own = {f"aws:resourcetag/{tag['Key'].lower()}": tag["Value"] for tag in group.tags} if group else {}
    made = action == "CreateAutoScalingGroup"
    arn = group.arn if group else f"{stem}:*:autoScalingGroupName/{name}"
    return Ask(f"autoscaling:{action}", arn, {**own, **context}, group is not None or made)


def _launches(call: Call, policy: dict[str, Any], common: Context) -> list[Ask]:
    specification = policy["LaunchTemplate"]["LaunchTemplateSpecification"]
    backend = ec2_backends[call.account or ""][call.region or ""]
    template = backend.launch_templates.get(specification.get("LaunchTemplateId"))
    if template is None:
        return []
    data = template.get_version(specification.get("Version") or "$Default").data
    common = {**common, "ec2:region": call.region or ""}
    region = ec2.Region(call, common)
    groups = autoscaling_backends[call.account or ""][call.region or ""].autoscaling_groups
    group = groups.get(str(call.params.get("AutoScalingGroupName")))
    subnets = str(call.params.get("VPCZoneIdentifier") or (group.vpc_zone_identifier if group else "") or "").split(",")
    ids = [template.id, *data.get("SecurityGroupIds", []), *(subnet for subnet in subnets if subnet)]
    found = [region.named("RunInstances", resource_id, {}) for resource_id in ids]
    specified = {s.get("ResourceType"): s.get("Tags") or [] for s in as_list(data.get("TagSpecifications"))}
    for kind in _TAGGED:
        context = ec2.tag_context(specified.get(kind, []))
        found.append(region.made("RunInstances", kind, context))
        if specified.get(kind):
            found.append(region.made("CreateTags", kind, {"ec2:createaction": "RunInstances", **context}))
    image = str(data.get("ImageId"))
    found.append(Ask("ec2:RunInstances", f"arn:aws:ec2:{call.region}::image/ami-of-template", common))
    if image.startswith("resolve:ssm:"):
        name = image.removeprefix("resolve:ssm:").lstrip("/")
        found.append(Ask("ssm:GetParameters", f"arn:aws:ssm:{call.region}::parameter/{name}", common))
    profile = (data.get("IamInstanceProfile") or {}).get("Arn")
    for known in iam_backends[call.account or ""]["aws"].instance_profiles.values():
        if known.arn == profile:
            passed = {**common, "iam:passedtoservice": "ec2.amazonaws.com"}
            found += [Ask("iam:PassRole", role.arn, passed) for role in known.roles]
    return found
