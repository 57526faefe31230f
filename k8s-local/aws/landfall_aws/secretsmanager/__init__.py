"""Secrets that are kept for a while when they are deleted, and versions whose labels move as AWS moves them.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/ of each action.
"""

from typing import Any

from moto.secretsmanager.responses import SecretsManagerResponse

from ..settings import Settings
from . import deletion, secrets, versions


def install(settings: Settings) -> Any:
    deletion.install(settings)
    secrets.install()
    versions.install()
    return SecretsManagerResponse
