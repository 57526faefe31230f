"""Secrets that are kept for a while when they are deleted, versions whose labels move as AWS moves them, and secrets that another
service manages.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/ of each action.
"""

from typing import Any

from moto.secretsmanager.responses import SecretsManagerResponse

from ..settings import Settings
from . import deletion, managed, secrets, versions


def install(settings: Settings) -> Any:
    deletion.install(settings)
    secrets.install()
    versions.install()
    managed.install()
    return SecretsManagerResponse
