"""The instances of a group: Pending, InService, Terminating, and listed by EC2 a while longer.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
"""

from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState

from .. import lifecycle
from ..ec2.interfaces import remove_managed
from ..ec2.tags import forget
from ..override import replace
from ..settings import Settings

# About an hour in AWS: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html
_LISTED_STEPS = 3
# Told of every instance that is in service, and of every one that ends: group and instance.
on_arrival: list[Callable[[Any, Any], None]] = []
on_end: list[Callable[[Any, Any], None]] = []

_seconds = 0.0


def _live(group: Any) -> list[Any]:
    return [state for state in group.instance_states if state.lifecycle_state in ("Pending", "InService")]


def types_of(group: Any) -> list[str]:
    template = (group.mixed_instances_policy or {}).get("LaunchTemplate") or {}
    return [override["InstanceType"] for override in template.get("Overrides") or []] or [group.instance_type]


def _of_spot(group: Any, number: int) -> bool:
    """Whether the instance of this number, from 0, is of Spot: on-demand ones come first."""
    distribution = (group.mixed_instances_policy or {}).get("InstancesDistribution") or {}
    base = int(distribution.get("OnDemandBaseCapacity") or 0)
    share = int(distribution.get("OnDemandPercentageAboveBaseCapacity", 100))
    return number >= base and (number - base) * (100 - share) // 100 < (number - base + 1) * (100 - share) // 100


def _volumes(version: Any) -> list[dict[str, Any]]:
    """Not encrypted: moto would make the account's key aws/ebs for it, which AWS has from the first time on."""
    mappings = version.data.get("BlockDeviceMappings") or []
    return [{**mapping, "Ebs": {**(mapping.get("Ebs") or {}), "Encrypted": False}} for mapping in mappings]


def _launch(group: Any) -> None:
    version = group.ec2_launch_template.get_version(group.launch_template_version)
    subnets = [subnet for subnet in (group.vpc_zone_identifier or "").split(",") if subnet]
    taken = [state.instance.subnet_id for state in _live(group)]
    image = version.image_id
    if image.startswith("resolve:ssm:"):
        image = next(iter(group.ec2_backend.amis))
    reservation = group.ec2_backend.run_instances(
        image,
        1,
        version.user_data,
        [],
        instance_type=types_of(group)[0],
        is_instance_type_default=False,
        tags={"instance": {**group.get_propagated_tags(), ASG_NAME_TAG: group.name}},
        launch_template={"LaunchTemplateId": group.ec2_launch_template.id, "Version": str(version.number)},
        block_device_mappings=_volumes(version),
        iam_instance_profile=(version.data.get("IamInstanceProfile") or {}).get("Arn"),
        lifecycle="spot" if _of_spot(group, len(taken)) else None,
        associate_public_ip=None,
        # "distributes instances evenly across the Availability Zones".
        subnet_id=min(subnets, key=taken.count),
    )
    instance = reservation.instances[0]
    instance.landfall_reservation = reservation.id
    instance.autoscaling_group = group
    state = InstanceState(instance, "Pending", protected_from_scale_in=group.new_instances_protected_from_scale_in)
    state.landfall_version = version.number  # type: ignore[attr-defined]
    group.instance_states.append(state)

    def arrive() -> None:
        if state.lifecycle_state == "Pending":
            state.lifecycle_state = "InService"
            for told in on_arrival:
                told(group, instance)

    lifecycle.after(_seconds, arrive)


def terminate(group: Any, state: Any) -> None:
    if state.lifecycle_state not in ("Pending", "InService"):
        return
    state.lifecycle_state = "Terminating"
    for told in on_end:
        told(group, state.instance)

    def end() -> None:
        group.instance_states.remove(state)
        _end(group.ec2_backend, state.instance)
        if getattr(group, "landfall_deleting", False):
            if not group.instance_states:
                group.autoscaling_backend.autoscaling_groups.pop(group.name, None)
        else:
            converge(group)

    lifecycle.after(_seconds, end)


def _end(backend: Any, instance: Any) -> None:
    """moto keeps the interface, the address until Python forgets the instance, and the instance for ever."""
    subnet = backend.get_subnet(instance.subnet_id)
    for address in instance._private_ips:
        subnet._subnet_ips.pop(address, None)
    for nic in list(instance.nics.values()):
        remove_managed(backend, nic.id)
    instance.nics = {}
    instance.terminate()

    def gone() -> None:
        backend.reservations.pop(instance.landfall_reservation, None)
        forget(backend, instance.id)

    lifecycle.after(_seconds * _LISTED_STEPS, gone)


def converge(group: Any) -> None:
    live = _live(group)
    for _ in range(max(0, group.desired_capacity - len(live))):
        _launch(group)
    surplus = len(live) - group.desired_capacity
    # "Instance scale-in protection" holds for all that scaling in ends.
    free = [state for state in live if not state.protected_from_scale_in]
    for state in free[: max(0, surplus)]:
        terminate(group, state)


def install(settings: Settings) -> None:
    global _seconds
    _seconds = settings.instance_seconds
    # The version that an instance was started from, not that which is the default now.
    InstanceState.launch_template = property(  # type: ignore[assignment,method-assign]
        lambda self: {
            "LaunchTemplateId": self.auto_scaling_group.ec2_launch_template.id,
            "LaunchTemplateName": self.auto_scaling_group.ec2_launch_template.name,
            "Version": str(self.landfall_version),
        }
    )

    @replace(FakeAutoScalingGroup)
    def set_desired_capacity(self: Any, new_capacity: int | None) -> None:
        self.desired_capacity = self.min_size if new_capacity is None else new_capacity
        converge(self)
