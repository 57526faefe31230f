"""Groups: one of a name, between their smallest and largest number, and listed until their last instance has ended.

API reference of each action; the words of refusals are those that users report.
"""

from typing import Any

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import iam_backends

from ..errors import AwsError
from ..override import replace, wrap
from . import instances


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def found(backend: Any, name: str) -> Any:
    group = backend.autoscaling_groups.get(name)
    if group is None:
        raise _invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return group


def _check_sizes(least: int, most: int, desired: int) -> None:
    if least > most:
        raise _invalid(f"Max bound, {most}, must be greater than or equal to min bound, {least}")
    if desired < least:
        raise _invalid(f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}")
    if desired > most:
        raise _invalid(f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}")


def _check_template(backend: Any, policy: dict[str, Any] | None) -> None:
    """What the template names has to be there when a group is given it, as if an instance were started."""
    if not policy:
        return
    specification = policy["LaunchTemplate"]["LaunchTemplateSpecification"]
    ec2 = backend.ec2_backend
    template = ec2.launch_templates.get(specification.get("LaunchTemplateId"))
    prefix = "You must use a valid fully-formed launch template. "
    if template is None:
        raise _invalid(f"{prefix}The specified launch template, with template ID {specification.get('LaunchTemplateId')}, does not exist.")
    data = template.get_version(specification.get("Version") or "$Default").data
    profile = (data.get("IamInstanceProfile") or {}).get("Arn")
    profiles = iam_backends[backend.account_id]["aws"].instance_profiles.values()
    if profile and profile not in [known.arn for known in profiles]:
        raise _invalid(f"{prefix}Value ({profile}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN")
    for group_id in data.get("SecurityGroupIds") or []:
        if ec2.get_security_group_from_id(group_id) is None:
            raise _invalid(f"{prefix}The security group '{group_id}' does not exist")


def install() -> None:
    @wrap(AutoScalingResponse, "create_auto_scaling_group")
    def create(original: Any, self: Any) -> ActionResult:
        backend, name = self.autoscaling_backend, self._get_param("AutoScalingGroupName")
        if name in backend.autoscaling_groups:
            raise AwsError("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name " + name + " already exists")
        least, most = self._get_int_param("MinSize"), self._get_int_param("MaxSize")
        desired = self._get_int_param("DesiredCapacity")
        _check_sizes(least, most, least if desired is None else desired)
        _check_template(backend, self._get_param("MixedInstancesPolicy"))
        return original(self)

    @replace(FakeAutoScalingGroup)
    def update(self: Any, **given: Any) -> None:
        """Of what the call does not name moto forgets the policy."""
        self._set_azs_and_vpcs(given["availability_zones"], given["vpc_zone_identifier"], update=True)
        if given["mixed_instances_policy"]:
            self.mixed_instances_policy = given["mixed_instances_policy"]
            self._set_launch_configuration("", {}, mixed_instances_policy=self.mixed_instances_policy)
        elif given["launch_template"]:
            self._set_launch_configuration("", given["launch_template"], mixed_instances_policy=None)
        for name in ("max_size", "min_size", "health_check_type", "new_instances_protected_from_scale_in"):
            if given.get(name) is not None:
                setattr(self, name, given[name])
        desired = given["desired_capacity"]
        # "If a new value for MinSize is larger than the current size of the group, this sets the group's DesiredCapacity":
        # UpdateAutoScalingGroup, API reference.
        bounded = max(self.min_size, min(self.max_size, self.desired_capacity))
        self.set_desired_capacity(bounded if desired is None else desired)

    @wrap(AutoScalingResponse, "update_auto_scaling_group")
    def checked_update(original: Any, self: Any) -> ActionResult:
        group = found(self.autoscaling_backend, self._get_param("AutoScalingGroupName"))
        least, most = self._get_int_param("MinSize"), self._get_int_param("MaxSize")
        least, most = (group.min_size if least is None else least), (group.max_size if most is None else most)
        desired = self._get_int_param("DesiredCapacity")
        _check_sizes(least, most, max(least, min(most, group.desired_capacity)) if desired is None else desired)
        _check_template(self.autoscaling_backend, self._get_param("MixedInstancesPolicy"))
        return original(self)

    @wrap(AutoScalingBackend, "set_desired_capacity")
    def set_desired(original: Any, self: Any, group_name: str, desired_capacity: int | None) -> None:
        group = found(self, group_name)
        if desired_capacity is not None and not group.min_size <= desired_capacity <= group.max_size:
            side, bound = ("above max", group.max_size) if desired_capacity > group.max_size else ("below min", group.min_size)
            raise _invalid(f"New SetDesiredCapacity value {desired_capacity} is {side} value {bound} for the AutoScalingGroup.")
        original(self, group_name, desired_capacity)

    @replace(AutoScalingResponse)
    def delete_auto_scaling_group(self: Any) -> ActionResult:
        group = found(self.autoscaling_backend, self._get_param("AutoScalingGroupName"))
        if getattr(group, "landfall_deleting", False):
            raise AwsError("ScalingActivityInProgress", "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.")
        if group.instance_states and not self._get_bool_param("ForceDelete", False):
            raise AwsError(
                "ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
            )
        group.landfall_deleting, group.desired_capacity, group.min_size = True, 0, 0
        group.status = "Delete in progress"
        for state in list(group.instance_states):
            instances.terminate(group, state)
        if not group.instance_states:
            del self.autoscaling_backend.autoscaling_groups[group.name]
        return EmptyResult()

    for method in ("create_or_update_tags", "delete_tags"):

        @wrap(AutoScalingBackend, method)
        def of_known(original: Any, self: Any, tags: list[dict[str, str]]) -> None:
            for tag in tags:
                found(self, tag["ResourceId"])
            original(self, tags)

    @wrap(AutoScalingResponse, "describe_auto_scaling_groups")
    def describe(original: Any, self: Any) -> ActionResult:
        # MaxRecords: "The default value is 50 and the maximum value is 100".
        if not 1 <= self._get_int_param("MaxRecords", 50) <= 100:
            raise _invalid("The maximum number of records must be between 1 and 100")
        return original(self)
