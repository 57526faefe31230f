"""What becomes of a parameter that is set, and of a group that is attached: at once, or after a reboot.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html: "when you change a dynamic parameter
[…] the change takes effect immediately", "when you change a static parameter […] after you manually reboot the associated DB
instances", "when you associate a new DB parameter group with a DB instance, the modified static and dynamic parameters are
applied only after the DB instance is rebooted".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult, PaginatedResult
from moto.rds.models import DBCluster, DBInstance
from moto.rds.responses import RDSResponse

from .. import lifecycle
from ..errors import AwsError
from ..override import replace
from ..settings import Settings
from . import names, parameters


@dataclass(frozen=True)
class _Kind:
    """Groups of instances, or those of clusters."""

    cluster: bool
    # The parameter of a call that names one, where moto has them, and where an instance has what became of them.
    name: str
    groups: str
    status: str
    family: str
    words: str
    users: Callable[[Any, str], list[Any]]


def _users(backend: Any, name: str) -> list[Any]:
    return [d for d in backend.databases.values() if (d.db_parameter_group_name or "").lower() == name]


def _members(backend: Any, name: str) -> list[Any]:
    clusters = [cluster for cluster in backend.clusters.values() if cluster.parameter_group.lower() == name]
    return [member for cluster in clusters for member in cluster.members]


_INSTANCES = _Kind(
    cluster=False,
    name="DBParameterGroupName",
    groups="db_parameter_groups",
    status="landfall_parameters",
    family="family",
    words="DBParameterGroup not found: {}",
    users=_users,
)
_CLUSTERS = _Kind(
    cluster=True,
    name="DBClusterParameterGroupName",
    groups="db_cluster_parameter_groups",
    status="landfall_cluster_parameters",
    family="db_parameter_group_family",
    words="DBClusterParameterGroup not found: {}",
    users=_members,
)


def attached(instance: Any) -> None:
    setattr(instance, _INSTANCES.status, "pending-reboot")


def attached_to_cluster(cluster: Any) -> None:
    for member in cluster.members:
        setattr(member, _CLUSTERS.status, "pending-reboot")


def rebooted(instance: Any) -> None:
    """An upgrade is a reboot, too."""
    setattr(instance, _INSTANCES.status, "in-sync")
    setattr(instance, _CLUSTERS.status, "in-sync")


def _status(instance: Any, kind: _Kind) -> str:
    return getattr(instance, kind.status, "in-sync")


def _apply(instance: Any, kind: _Kind, seconds: float) -> None:
    """A dynamic parameter; what waits for a reboot goes on waiting for it."""
    if _status(instance, kind) == "pending-reboot":
        return
    setattr(instance, kind.status, "applying")

    def done() -> None:
        if _status(instance, kind) == "applying":
            setattr(instance, kind.status, "in-sync")

    lifecycle.after(seconds, done)


def _find(kind: _Kind, backend: Any, name: str) -> Any:
    groups = getattr(backend, kind.groups)
    if name not in groups:
        # "DBParameterGroupNotFound" for both: ModifyDBClusterParameterGroup, API reference.
        raise AwsError("DBParameterGroupNotFound", kind.words.format(name))
    return groups[name]


def _known(kind: _Kind, group: Any) -> dict[str, parameters.Parameter] | None:
    return parameters.of_family(getattr(group, kind.family), kind.cluster)


def _asked(kind: _Kind, group: Any, params: Any) -> list[dict[str, Any]]:
    asked = [parameter.original_dict() for parameter in params.get("Parameters") or []]
    # "A maximum of 20 parameters can be modified in a single request": ModifyDBParameterGroup, API reference.
    if len(asked) > 20:
        raise AwsError("InvalidParameterValue", "The request contains more than 20 parameters.")
    known = _known(kind, group)
    for parameter in asked if known is not None else []:
        method, value = parameter.get("ApplyMethod"), parameter.get("ParameterValue")
        parameters.check(known or {}, parameter["ParameterName"], method, value)
    return asked


def _set(kind: _Kind, backend: Any, params: Any, seconds: float) -> Any:
    # The default ones have a dot in their name, and are nobody's to change.
    names.check_identifier(kind.name, params[kind.name], longest=255)
    group = _find(kind, backend, params[kind.name])
    asked = _asked(kind, group, params)
    had = {name: dict(values) for name, values in group.parameters.items()}
    for parameter in asked:
        group.parameters[parameter["ParameterName"]].update(parameter)
    changed = [
        parameter
        for parameter in asked
        if had.get(parameter["ParameterName"], {}).get("ParameterValue") != parameter.get("ParameterValue")
    ]
    _follow(kind, backend, group, changed, seconds)
    return group


def _reset(kind: _Kind, backend: Any, params: Any, seconds: float) -> Any:
    """Takes what was set away; all of it, or what is named."""
    names.check_identifier(kind.name, params[kind.name], longest=255)
    group = _find(kind, backend, params[kind.name])
    asked = _asked(kind, group, params)
    if params.get("ResetAllParameters"):
        asked = [{"ParameterName": name} for name in group.parameters]
    gone = [parameter for parameter in asked if parameter["ParameterName"] in group.parameters]
    for parameter in gone:
        del group.parameters[parameter["ParameterName"]]
    _follow(kind, backend, group, gone, seconds)
    return group


def _follow(kind: _Kind, backend: Any, group: Any, changed: list[dict[str, Any]], seconds: float) -> None:
    """What the users of a group show of a change."""
    if not changed:
        return
    known = _known(kind, group) or {}
    static = {name for name, parameter in known.items() if parameter.apply_type == "static"}
    waits = any(p.get("ApplyMethod") == "pending-reboot" or p["ParameterName"] in static for p in changed)
    for instance in kind.users(backend, group.name):
        if waits:
            setattr(instance, kind.status, "pending-reboot")
        else:
            _apply(instance, kind, seconds)


def _describe(kind: _Kind, backend: Any, params: Any) -> list[dict[str, Any]]:
    name, source = params[kind.name], params.get("Source")
    default = parameters.of_family(name.removeprefix("default."), kind.cluster) if name.startswith("default.") else None
    if default is not None:
        listed = parameters.shown(default, {})
    else:
        group = _find(kind, backend, name)
        known = _known(kind, group)
        if known is None:
            listed = [{"ParameterName": set_, **values} for set_, values in group.parameters.items()]
        else:
            listed = parameters.shown(known, group.parameters)
    return [parameter for parameter in listed if source in (None, parameter.get("Source"))]


def install(settings: Settings) -> None:
    seconds = settings.database_seconds

    DBInstance.db_parameter_group_status_list = property(  # type: ignore[assignment,method-assign]
        lambda self: [
            {"DBParameterGroupName": group.name, "ParameterApplyStatus": _status(self, _INSTANCES)}
            for group in self.db_parameter_groups()
        ]
    )
    moto_members = DBCluster.db_cluster_members.fget  # type: ignore[attr-defined]
    DBCluster.db_cluster_members = property(  # type: ignore[assignment,method-assign]
        lambda self: [
            {**shown, "DBClusterParameterGroupStatus": _status(member, _CLUSTERS)}
            for shown, member in zip(moto_members(self), self.members, strict=True)
        ]
    )

    @replace(RDSResponse)
    def modify_db_parameter_group(self: Any) -> ActionResult:
        return ActionResult({_INSTANCES.name: _set(_INSTANCES, self.backend, self.params, seconds).name})

    @replace(RDSResponse)
    def modify_db_cluster_parameter_group(self: Any) -> ActionResult:
        return ActionResult({_CLUSTERS.name: _set(_CLUSTERS, self.backend, self.params, seconds).name})

    # moto has none of these two.
    @replace(RDSResponse)
    def reset_db_parameter_group(self: Any) -> ActionResult:
        return ActionResult({_INSTANCES.name: _reset(_INSTANCES, self.backend, self.params, seconds).name})

    @replace(RDSResponse)
    def reset_db_cluster_parameter_group(self: Any) -> ActionResult:
        return ActionResult({_CLUSTERS.name: _reset(_CLUSTERS, self.backend, self.params, seconds).name})

    # moto lists nothing but what was set.
    @replace(RDSResponse)
    def describe_db_parameters(self: Any) -> PaginatedResult:
        return PaginatedResult({"Parameters": _describe(_INSTANCES, self.backend, self.params)})

    @replace(RDSResponse)
    def describe_db_cluster_parameters(self: Any) -> PaginatedResult:
        return PaginatedResult({"Parameters": _describe(_CLUSTERS, self.backend, self.params)})
