"""The option group that an instance has, and the one that it is being given.

OptionGroupName of CreateDBInstance, ModifyDBInstance and of the restores, and OptionGroupMembership, API reference.
"""

from typing import Any

from moto.rds.models import DBInstance, DBSnapshot

from ..errors import AwsError
from ..override import wrap
from ..settings import Settings
from . import versions
from .states import before, usable


def default_group(engine: str, version: str) -> str:
    return f"default:{engine}-{versions.major(version).replace('.', '-')}"


def is_default(name: str) -> bool:
    return name.startswith("default:")


def unknown(name: str) -> AwsError:
    return AwsError("OptionGroupNotFoundFault", f"Specified OptionGroupName: {name} not found.", 404)


def check(backend: Any, name: str | None, engine: str, version: str) -> None:
    if name is None:
        return
    if is_default(name):
        fits = name == default_group(engine, version)
    elif name in backend.option_groups:
        group = backend.option_groups[name]
        fits = (group.engine_name, group.major_engine_version) == (engine, versions.major(version))
    else:
        raise unknown(name)
    if not fits:
        raise AwsError(
            "InvalidParameterCombination",
            f"The option group {name} can't be used with engine {engine} of major version {versions.major(version)}.",
        )


def users(backend: Any, name: str) -> list[Any]:
    """The instances that have a group, or are to have it."""
    return [d for d in backend.databases.values() if name in {shown["OptionGroupName"] for shown in d.option_group_memberships}]


def asked(instance: Any, name: str | None, at_once: bool) -> None:
    """Another group is there after the change; without ApplyImmediately in the maintenance window."""
    awaited, _ = _awaited(instance)
    if name is not None:
        awaited = None if name == instance.option_group_name else name
    instance.landfall_option_group = (awaited, at_once)
    if awaited is None and name is not None and at_once:
        instance.landfall_option_status = "in-sync"


def applied(instance: Any) -> None:
    if instance.db_cluster_identifier:
        # A member has what its cluster has, and that is AWS's own: Aurora knows no others.
        return
    awaited, at_once = _awaited(instance)
    if at_once:
        instance.option_group_name = awaited or instance.option_group_name
        instance.landfall_option_group = (None, False)
        instance.landfall_option_status = "in-sync"
    # "RDS might assign the default option group for the new major version": Upgrades of the RDS for MySQL DB engine.
    group = instance.backend.option_groups.get(instance.option_group_name)
    number = versions.major(instance.engine_version)
    if versions.known(instance.engine) and (group is None or group.major_engine_version != number):
        instance.option_group_name = default_group(instance.engine, instance.engine_version)


def _awaited(instance: Any) -> tuple[str | None, bool]:
    return getattr(instance, "landfall_option_group", (None, False))


def _shown(instance: Any) -> list[dict[str, Any]]:
    name, at_once = _awaited(instance)
    if name is None:
        status = getattr(instance, "landfall_option_status", "in-sync")
        return [{"OptionGroupName": instance.option_group_name, "Status": status}]
    way = "pending" if at_once else "pending-maintenance"
    return [
        {"OptionGroupName": instance.option_group_name, "Status": f"{way}-removal"},
        {"OptionGroupName": name, "Status": f"{way}-apply"},
    ]


def install(_settings: Settings) -> None:
    DBInstance.option_group_memberships = property(_shown)  # type: ignore[assignment,method-assign]

    @wrap(DBSnapshot, "__init__")
    def save(original: Any, self: Any, backend: Any, database: Any, *args: Any, **kwargs: Any) -> None:
        original(self, backend, database, *args, **kwargs)
        # It needs the group that its instance had then.
        self.option_group_name = database.option_group_name

    # Added before those of versions.py, so that they see the version that was found for what was asked.
    @before("create_db_instance")
    def check_new(backend: Any, params: Any) -> None:
        name, engine, version = params.get("OptionGroupName"), params.get("Engine"), params.get("EngineVersion")
        if name is None or not version or not versions.known(engine):
            return
        check(backend, name, engine, version)
        if is_default(name):
            # moto has none of these, and gives it where none is named.
            del params["OptionGroupName"]

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        instance, name = usable(backend, params), params.get("OptionGroupName")
        if instance is not None and name is not None and versions.known(instance.engine):
            check(backend, name, instance.engine, params.get("EngineVersion") or instance.engine_version)
