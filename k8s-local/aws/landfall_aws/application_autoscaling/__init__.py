"""Application Auto Scaling of ECS services and DynamoDB's tables: scalable targets with tags, and what scales them, which goes with them.

https://docs.aws.amazon.com/autoscaling/application/APIReference/ of each action.
"""

from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from ..settings import Settings
from . import actions, policies, targets


def install(_settings: Settings) -> Any:
    targets.install()
    policies.install()
    actions.install()
    return ApplicationAutoScalingResponse
