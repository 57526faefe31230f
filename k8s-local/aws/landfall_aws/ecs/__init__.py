"""ECS: services whose counts follow what is wished, in the time that tasks take to start and to stop.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html and the API reference of
each action.
"""

from typing import Any

from moto.ecs.responses import EC2ContainerServiceResponse

from ..settings import Settings
from . import clusters, definitions, instances, lists, providers, rollouts, services, tasks


def install(settings: Settings) -> Any:
    life = tasks.install(settings)
    services.install(settings, life)
    clusters.install(settings)
    definitions.install(settings)
    rollouts.install()
    providers.install(settings)
    lists.install()
    instances.install(life)
    return EC2ContainerServiceResponse
