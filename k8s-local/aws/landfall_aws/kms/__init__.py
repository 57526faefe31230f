"""KMS: keys with AWS's states, policies that nobody locks himself out by, and lists in pages.

https://docs.aws.amazon.com/kms/latest/APIReference/ of each action.
"""

from typing import Any

from moto.kms.responses import KmsResponse

from ..settings import Settings
from . import aliases, lists, policies, rotation, states


def install(settings: Settings) -> Any:
    policies.install()
    states.install(settings)
    rotation.install()
    aliases.install()
    lists.install()
    return KmsResponse
