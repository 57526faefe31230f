"""Databases with AWS's states: what is creating, modified, backed up or deleted refuses what AWS refuses meanwhile.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status and the API
reference of each action.
"""

from typing import Any

from moto.rds.responses import RDSResponse

from ..settings import Settings
from . import backups, clusters, families, groups, insights, instances, names, parameter_groups, passwords, restores, secrets, snapshots, storage, versions


def install(settings: Settings) -> Any:
    instances.install(settings)
    clusters.install(settings)
    backups.install(settings)
    restores.install(settings)
    snapshots.install(settings)
    groups.install()
    parameter_groups.install(settings)
    secrets.install(settings)
    storage.install(settings)
    families.install(settings)
    versions.install(settings)
    insights.install(settings)
    passwords.install(settings)
    names.install(settings)
    return RDSResponse
