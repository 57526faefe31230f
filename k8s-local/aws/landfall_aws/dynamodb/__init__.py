"""Tables with AWS's states, checks and backups.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/ of each action.
"""

from typing import Any

from moto.dynamodb.responses import DynamoHandler

from ..settings import Settings
from . import backups, changes, encryption, keys, restores, tables, tags


def install(settings: Settings) -> Any:
    of_all = tables.Tables(settings)
    encryption.install()
    tables.install(of_all)
    keys.install()
    changes.install(of_all)
    backups.install(of_all)
    restores.install(of_all)
    tags.install()
    return DynamoHandler
