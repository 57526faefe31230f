"""Backup and maintenance windows: of half an hour at least, and apart from each other.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupWindow.html and
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
"""

import re
from typing import Any

from moto.rds import models

from ..errors import AwsError
from ..settings import Settings
from .states import before, usable

_DAY, _WEEK, _LEAST = 1_440, 10_080, 30
_DAYS = {name: number * _DAY for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_BACKUP = re.compile(rf"{_CLOCK}-{_CLOCK}")
_MAINTENANCE = re.compile(rf"({'|'.join(_DAYS)}):{_CLOCK}-({'|'.join(_DAYS)}):{_CLOCK}")
# What a database gets that asks for none; the second where the first is in the way of the other window.
_BACKUPS = ("03:14-03:44", "13:14-13:44")
_MAINTENANCES = ("wed:06:38-wed:07:08", "sat:21:38-sat:22:08")


def _backup(window: str) -> tuple[int, int] | None:
    """The minute of the day at which it begins, and how long it is."""
    found = _BACKUP.fullmatch(window)
    if found is None:
        return None
    begin, end = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
    return begin, (end - begin) % _DAY


def _maintenance(window: str) -> tuple[int, int] | None:
    """The minute of the week at which it begins, and how long it is."""
    found = _MAINTENANCE.fullmatch(window.lower())
    if found is None:
        return None
    begin, end = (_DAYS[found[i]] + int(found[i + 1]) * 60 + int(found[i + 2]) for i in (1, 4))
    return begin, (end - begin) % _WEEK


def problem(maintenance: str | None, backup: str | None) -> str | None:
    """What AWS says against them, or None."""
    kept = _maintenance(maintenance) if maintenance else None
    saved = _backup(backup) if backup else None
    if maintenance and kept is None:
        return (
            f"Invalid maintenance window format: {maintenance}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi "
            "(24H Clock UTC). Example: Sun:23:45-Mon:00:15"
        )
    if backup and saved is None:
        return (
            f"Invalid backup window format: {backup}. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC). "
            "Example: 23:45-00:15"
        )
    if kept and kept[1] < _LEAST:
        return "The maintenance window must be at least 30 minutes."
    if kept and kept[1] > _DAY:
        return "Maintenance window must be less than 24 hours."
    if saved and saved[1] < _LEAST:
        return "The backup window must be at least 30 minutes."
    if kept and saved:
        # Every day has a backup; one may follow the other at once.
        for day in range(-_DAY, _WEEK + _DAY, _DAY):
            begin = day + saved[0]
            if begin < kept[0] + kept[1] and kept[0] < begin + saved[1]:
                return "The backup window and maintenance window must not overlap."
    return None


def _check(maintenance: str | None, backup: str | None) -> None:
    words = problem(maintenance, backup)
    if words:
        raise AwsError("InvalidParameterValue", words)


def _choose(params: Any) -> None:
    backup, maintenance = params.get("PreferredBackupWindow"), params.get("PreferredMaintenanceWindow")
    _check(maintenance, backup)
    if not backup:
        backup = next(window for window in _BACKUPS if problem(maintenance, window) is None)
    if not maintenance:
        maintenance = next(window for window in _MAINTENANCES if problem(window, backup) is None)
    params["PreferredBackupWindow"], params["PreferredMaintenanceWindow"] = backup, maintenance.lower()


def install(_settings: Settings) -> None:
    # moto looks at the hours only, so that no window may follow another.
    models.valid_preferred_maintenance_window = problem

    @before("create_db_cluster")
    def check_cluster(backend: Any, params: Any) -> None:
        _choose(params)

    @before("create_db_instance")
    def check_instance(backend: Any, params: Any) -> None:
        if params.get("DBClusterIdentifier"):
            _check(params.get("PreferredMaintenanceWindow"), None)
        else:
            _choose(params)

    @before("modify_db_cluster")
    def check_change(backend: Any, params: Any) -> None:
        cluster = backend.clusters.get(params["DBClusterIdentifier"])
        if cluster is None or cluster.status != "available":
            return
        backup = params.get("PreferredBackupWindow") or cluster.preferred_backup_window
        _check(params.get("PreferredMaintenanceWindow") or cluster.preferred_maintenance_window, backup)
        if params.get("PreferredMaintenanceWindow"):
            params["PreferredMaintenanceWindow"] = params["PreferredMaintenanceWindow"].lower()

    @before("modify_db_instance")
    def check_backup(backend: Any, params: Any) -> None:
        instance = usable(backend, params)
        if instance is not None and params.get("PreferredBackupWindow") and hasattr(instance, "cluster"):
            raise AwsError(
                "InvalidParameterCombination",
                "The specified DB Instance is a member of a DB Cluster. Modify backup window for the DB Cluster using the "
                "ModifyDbCluster API",
            )
