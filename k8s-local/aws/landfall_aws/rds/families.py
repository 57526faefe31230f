"""Parameter groups of the family that a version has: named ones that are there, and new ones for an upgrade.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
"""

from typing import Any

from ..errors import AwsError
from ..settings import Settings
from . import versions
from .states import before, usable


def default_group(engine: str, version: str) -> str:
    return f"default.{versions.family(engine, version)}"


def _is_default(name: str | None) -> bool:
    return not name or name.startswith("default.")


def check_instance_group(backend: Any, name: str | None, engine: str, version: str) -> None:
    if name is None:
        return
    if _is_default(name):
        found = name.removeprefix("default.")
    elif name in backend.db_parameter_groups:
        found = backend.db_parameter_groups[name].family
    else:
        raise AwsError("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")
    wanted = versions.family(engine, version)
    if found != wanted:
        raise AwsError(
            "InvalidParameterCombination",
            f"The parameter group {name} with DBParameterGroupFamily {found} can't be used for this instance. "
            f"Use a parameter group with DBParameterGroupFamily {wanted}.",
        )


def check_cluster_group(backend: Any, name: str | None, engine: str, version: str) -> None:
    if name is None:
        return
    if _is_default(name):
        found = name.removeprefix("default.")
    elif name in backend.db_cluster_parameter_groups:
        found = backend.db_cluster_parameter_groups[name].db_parameter_group_family
    else:
        raise AwsError("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}")
    wanted = versions.family(engine, version)
    if found != wanted:
        # The words are those of https://github.com/hashicorp/terraform-provider-aws/issues/33968.
        raise AwsError(
            "InvalidParameterCombination",
            f"The Parameter Group {name} with DBParameterGroupFamily {found} cannot be used for this instance. "
            f"Please use a Parameter Group with DBParameterGroupFamily {wanted}",
        )


def _check_replaced(kind: str, current: str | None, given: str | None) -> None:
    """A group of one's own has to be replaced by name when the family changes; the default one changes by itself."""
    if not _is_default(current) and given is None:
        # The words are those of https://github.com/aws-controllers-k8s/community/issues/2778.
        raise AwsError(
            "InvalidParameterCombination",
            f"The current {kind} parameter group {current} is custom. You must explicitly specify a new {kind} parameter "
            "group, either default or custom, for the engine version upgrade.",
        )


def install(_settings: Settings) -> None:
    @before("create_db_parameter_group", "create_db_cluster_parameter_group")
    def check_family(backend: Any, params: Any) -> None:
        name = params.get("DBParameterGroupFamily") or ""
        for engine in ("mysql", "aurora-postgresql"):
            if name.startswith(engine) and name not in versions.families(engine):
                raise AwsError("InvalidParameterValue", f"ParameterGroupFamily {name} is not a valid parameter group family")

    # Added before those of versions.py, so that they see the version that was found for what was asked.
    @before("create_db_instance")
    def check_new(backend: Any, params: Any) -> None:
        engine, version = params.get("Engine"), params.get("EngineVersion")
        cluster = backend.clusters.get(params.get("DBClusterIdentifier") or "")
        if cluster is not None:
            engine, version = cluster.engine, cluster.engine_version
        if version and versions.known(engine):
            check_instance_group(backend, params.get("DBParameterGroupName"), engine, version)

    @before("create_db_cluster")
    def check_new_cluster(backend: Any, params: Any) -> None:
        if versions.known(params.get("Engine")):
            name = params.get("DBClusterParameterGroupName")
            check_cluster_group(backend, name, params["Engine"], params["EngineVersion"])

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        instance = usable(backend, params)
        if instance is None or not versions.known(instance.engine):
            return
        given, version = params.get("DBParameterGroupName"), params.get("EngineVersion") or instance.engine_version
        if versions.major(version) != versions.major(instance.engine_version):
            _check_replaced("DB instance", instance.db_parameter_group_name, given)
        check_instance_group(backend, given, instance.engine, version)

    @before("modify_db_cluster")
    def check_cluster_change(backend: Any, params: Any) -> None:
        cluster = backend.clusters.get(params["DBClusterIdentifier"])
        if cluster is None or cluster.status != "available" or not versions.known(cluster.engine):
            return
        given, of_members = params.get("DBClusterParameterGroupName"), params.get("DBInstanceParameterGroupName")
        version = params.get("EngineVersion") or cluster.engine_version
        upgrade = versions.major(version) != versions.major(cluster.engine_version)
        if of_members is not None and not upgrade:
            # "Valid in combination with the AllowMajorVersionUpgrade parameter for a major version upgrade only":
            # DBInstanceParameterGroupName of ModifyDBCluster, API reference.
            raise AwsError(
                "InvalidParameterCombination",
                "DBInstanceParameterGroupName can only be specified for a major engine version upgrade.",
            )
        if upgrade:
            _check_replaced("DB cluster", cluster.parameter_group, given)
            for member in cluster.members:
                _check_replaced("DB instance", member.db_parameter_group_name, of_members)
        check_cluster_group(backend, given, cluster.engine, version)
        check_instance_group(backend, of_members, cluster.engine, version)
