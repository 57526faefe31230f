"""Databases with AWS's states: what is creating, modified, backed up or deleted refuses what AWS refuses meanwhile.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status and the API
reference of each action.
"""

from typing import Any

from moto.rds.responses import RDSResponse

from ..settings import Settings
from . import (
    backups,
    classes,
    clusters,
    families,
    groups,
    insights,
    instances,
    keys,
    names,
    option_groups,
    option_memberships,
    parameter_groups,
    passwords,
    restores,
    secrets,
    serverless,
    snapshots,
    storage,
    tags,
    versions,
    windows,
)

# In this order: what is put in later sees a call first. States are around what was restored, and the families of
# parameter groups are compared with the version that was found for what was asked.
_PARTS = (
    instances,
    clusters,
    backups,
    restores,
    snapshots,
    groups,
    parameter_groups,
    secrets,
    storage,
    tags,
    families,
    option_groups,
    option_memberships,
    serverless,
    classes,
    versions,
    insights,
    windows,
    keys,
    passwords,
    names,
)


def install(settings: Settings) -> Any:
    for part in _PARTS:
        part.install(settings)
    return RDSResponse
