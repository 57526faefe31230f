"""EC2 Auto Scaling: groups whose instances come and go in the time that AWS takes for it."""

from typing import Any

from moto.autoscaling.responses import AutoScalingResponse

from ..settings import Settings
from . import groups, instances


def install(settings: Settings) -> Any:
    instances.install(settings)
    groups.install()
    return AutoScalingResponse
