"""Elastic Load Balancing, of application and network load balancers.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ of each action.
"""

from ..settings import Settings
from . import attributes, balancers, health, listeners, lists, tags, target_groups


def install(settings: Settings) -> None:
    """None: its calls go through Flask's routing, which tells them from the classic load balancers'."""
    balancers.install(settings)
    target_groups.install()
    listeners.install(settings)
    attributes.install()
    health.install(settings)
    tags.install()
    lists.install()
