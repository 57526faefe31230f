"""The health of targets: initial for a while, then as their checks find them; draining when they leave.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

import fnmatch
from collections.abc import Callable
from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup

from .. import lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings

# Told of every target group whose checks may find something else than before.
on_change: list[Callable[[Any], None]] = []
_seconds = 0.0


# What real checks find of a target, state, reason and words, where there are any.
probe: Callable[[Any, dict[str, Any]], tuple[str, str | None, str | None]] | None = None


def tell(group: Any) -> None:
    for told in on_change:
        told(group)


def changed(group: Any) -> None:
    """The checks of a group begin anew; what they find is there after a while."""
    lifecycle.after(_seconds, lambda: tell(group))


def _status(group: Any, target: dict[str, Any], state: str, reason: str | None = None, words: str | None = None) -> Any:
    return FakeHealthStatus(target["Id"], target.get("Port", group.port), group.health_check_port, state, reason, words)


def install(settings: Settings) -> None:
    global _seconds
    _seconds = settings.target_seconds

    def fails(group: Any) -> bool:
        return any(fnmatch.fnmatch(group.health_check_path or "", pattern) for pattern in settings.failing_paths)

    @wrap(FakeTargetGroup, "__init__")
    def begin(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        # Ids of targets whose first checks are still under way.
        self.landfall_initial = set()

    @wrap(FakeTargetGroup, "register")
    def register(original: Any, self: Any, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            if self.target_type == "instance" and not target["Id"].startswith("i-"):
                raise AwsError("ValidationError", f"Instance ID '{target['Id']}' is not valid")
        new = [target["Id"] for target in targets if target["Id"] not in self.targets]
        for target_id in new:
            self.terminated_targets.pop(target_id, None)
        original(self, targets)
        self.landfall_initial.update(new)

        def checked() -> None:
            self.landfall_initial.difference_update(new)

        lifecycle.after(settings.target_seconds, checked)
        changed(self)

    @replace(FakeTargetGroup)
    def deregister(self: Any, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            known = self.targets.pop(target["Id"], None)
            if known is None:
                # "If the specified target does not exist, the action returns successfully": DeregisterTargets.
                continue
            self.landfall_initial.discard(target["Id"])
            self.terminated_targets[target["Id"]] = known

            def drained(target_id: str = target["Id"]) -> None:
                self.terminated_targets.pop(target_id, None)

            delay = float(self.attributes["deregistration_delay.timeout_seconds"])
            lifecycle.after(min(delay, settings.target_seconds), drained)

    @replace(FakeTargetGroup)
    def health_for(self: Any, target: dict[str, Any], ec2_backend: Any) -> Any:
        target_id = target["Id"]
        if target_id in self.terminated_targets:
            words = "Target deregistration is in progress"
            return _status(self, self.terminated_targets[target_id], "draining", "Target.DeregistrationInProgress", words)
        if target_id not in self.targets:
            return _status(self, target, "unused", "Target.NotRegistered", "Target is not registered to the target group")
        known = self.targets[target_id]
        if not self.load_balancer_arns:
            words = "Target group is not configured to receive traffic from the load balancer"
            return _status(self, known, "unused", "Target.NotInUse", words)
        if target_id.startswith("i-"):
            instance = ec2_backend.get_instance_by_id(target_id)
            if instance is None or instance.state != "running":
                return _status(self, known, "unused", "Target.InvalidState", "Target is in the stopped state")
        if probe:
            return _status(self, known, *probe(self, known))
        if target_id in self.landfall_initial:
            return _status(self, known, "initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
        if fails(self):
            words = "Health checks failed with these codes: [404]"
            return _status(self, known, "unhealthy", "Target.ResponseCodeMismatch", words)
        return _status(self, known, "healthy")

    @wrap(ELBv2Backend, "describe_target_health")
    def describe(original: Any, self: Any, target_group_arn: str, targets: list[dict[str, Any]]) -> Any:
        group = self.target_groups.get(target_group_arn)
        if group is not None and not targets:
            targets = [*group.targets.values(), *group.terminated_targets.values()]
            if not targets:
                return []
        return original(self, target_group_arn, targets)
