"""The versions of the engines that are as strict as AWS's here, and what may be upgraded to what.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html and
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html
"""

from typing import Any

from moto.core.responses import PaginatedResult
from moto.rds.responses import RDSResponse

from ..errors import AwsError
from ..override import replace
from ..settings import Settings
from .states import before, usable

# By engine and major version: the minor ones, and which of them is the default. That is never the newest here, as it
# seldom is with AWS, so that nobody takes one for the other.
_MINORS = {
    "mysql": {
        "8.0": ([35, 36, 37, 39, 40, 41, 42, 43, 44], 42),
        "8.4": ([3, 4, 5, 6, 7], 6),
    },
    "aurora-postgresql": {
        "14": ([9, 10, 11, 12, 13, 15, 17, 18, 19], 17),
        "15": ([4, 5, 6, 7, 8, 10, 12, 13, 14], 12),
        "16": ([1, 2, 3, 4, 6, 8, 9, 10], 8),
        "17": ([4, 5, 6], 5),
    },
}
# What a database gets that names no version.
_DEFAULT_MAJORS = {"mysql": "8.0", "aurora-postgresql": "16"}
_DESCRIPTIONS = {"mysql": "MySQL Community Edition", "aurora-postgresql": "Aurora PostgreSQL"}
_LOGS = {"mysql": ["audit", "error", "general", "slowquery"], "aurora-postgresql": ["instance", "postgresql"]}


def known(engine: str | None) -> bool:
    return engine in _MINORS


def major(version: str) -> str:
    return version.rpartition(".")[0]


def family(engine: str, version: str) -> str:
    return f"{engine}{major(version)}"


def families(engine: str) -> list[str]:
    return [f"{engine}{number}" for number in _MINORS[engine]]


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _default(engine: str, number: str) -> str:
    return f"{number}.{_MINORS[engine][number][1]}"


def _all(engine: str) -> list[str]:
    return [f"{number}.{minor}" for number, (minors, _) in _MINORS[engine].items() for minor in minors]


def resolve(engine: str, version: str | None) -> str:
    """The version that a new database gets: "if you specify only a major version", its default minor one."""
    if not version:
        return _default(engine, _DEFAULT_MAJORS[engine])
    if version in _MINORS[engine]:
        return _default(engine, version)
    if version not in _all(engine):
        raise AwsError("InvalidParameterCombination", f"Cannot find version {version} for {engine}")
    return version


def target(engine: str, now: str, wanted: str, allowed: Any) -> str:
    """The version that an upgrade leads to. Raises where AWS refuses it."""
    # "If you specify only a major version, Amazon RDS updates the DB instance to the default minor version if the current
    # minor version is lower": EngineVersion of ModifyDBInstance, API reference.
    if wanted == major(now):
        return max(now, resolve(engine, wanted), key=_order)
    version = resolve(engine, wanted)
    if _order(version) < _order(now):
        raise AwsError("InvalidParameterCombination", f"Cannot upgrade {engine} from {now} to {version}")
    if major(version) != major(now) and not allowed:
        raise AwsError(
            "InvalidParameterCombination",
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
        )
    return version


def _upgrades(engine: str, version: str) -> list[dict[str, Any]]:
    return [
        {
            "Engine": engine,
            "EngineVersion": higher,
            "Description": f"{_DESCRIPTIONS[engine]} {higher}",
            "AutoUpgrade": higher == _default(engine, major(version)),
            "IsMajorVersionUpgrade": major(higher) != major(version),
        }
        for higher in _all(engine)
        if _order(higher) > _order(version)
    ]


def _describe(engine: str, version: str) -> dict[str, Any]:
    return {
        "Engine": engine,
        "EngineVersion": version,
        "MajorEngineVersion": major(version),
        "DBParameterGroupFamily": family(engine, version),
        "DBEngineDescription": _DESCRIPTIONS[engine],
        "DBEngineVersionDescription": f"{_DESCRIPTIONS[engine]} {version}",
        "ExportableLogTypes": _LOGS[engine],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportedEngineModes": ["provisioned"],
        "Status": "available",
        "ValidUpgradeTarget": _upgrades(engine, version),
    }


def _is_default(engine: str, version: str, asked: str | None) -> bool:
    """Of the engine, or of the major version that was asked for."""
    number = asked if asked in _MINORS[engine] else _DEFAULT_MAJORS[engine]
    return version == _default(engine, number)


def _asked_for(params: Any) -> list[dict[str, Any]]:
    filters = {entry["Name"]: entry["Values"] for entry in params.get("Filters") or []}
    asked, default_only = params.get("EngineVersion"), params.get("DefaultOnly")
    for parameter, name in (("Engine", "engine"), ("DBParameterGroupFamily", "db-parameter-group-family")):
        if params.get(parameter):
            filters[name] = [params[parameter]]
    fields = {
        "engine": "Engine",
        "engine-version": "EngineVersion",
        "db-parameter-group-family": "DBParameterGroupFamily",
    }
    return [
        shown
        for engine in _MINORS
        for version in _all(engine)
        if asked in (None, version, major(version)) and (not default_only or _is_default(engine, version, asked))
        for shown in [_describe(engine, version)]
        if all(shown[field] in filters[name] for name, field in fields.items() if name in filters)
    ]


def install(_settings: Settings) -> None:
    @replace(RDSResponse)
    def describe_db_engine_versions(self: Any) -> PaginatedResult:
        return PaginatedResult({"DBEngineVersions": _asked_for(self.params)})

    @before("create_db_cluster")
    def check_cluster(backend: Any, params: Any) -> None:
        if known(params.get("Engine")):
            params["EngineVersion"] = resolve(params["Engine"], params.get("EngineVersion"))

    @before("create_db_instance")
    def check_instance(backend: Any, params: Any) -> None:
        if not known(params.get("Engine")):
            return
        asked = params.get("EngineVersion")
        if not params.get("DBClusterIdentifier"):
            params["EngineVersion"] = resolve(params["Engine"], asked)
            return
        cluster = backend.clusters.get(params["DBClusterIdentifier"])
        if cluster is not None and asked and asked not in (cluster.engine_version, major(cluster.engine_version)):
            raise AwsError(
                "InvalidParameterCombination",
                f"The engine version that you requested for your DB instance ({asked}) does not match the engine version "
                f"of your DB cluster ({cluster.engine_version}).",
            )

    @before("modify_db_instance")
    def check_upgrade(backend: Any, params: Any) -> None:
        instance = usable(backend, params)
        if instance is None or not params.get("EngineVersion") or not known(instance.engine):
            return
        if instance.db_cluster_identifier is not None:
            raise AwsError(
                "InvalidParameterCombination",
                "The specified DB Instance is a member of a DB Cluster. Modify database engine version for the DB Cluster "
                "using the ModifyDbCluster API",
            )
        params["EngineVersion"] = target(
            instance.engine, instance.engine_version, params["EngineVersion"], params.get("AllowMajorVersionUpgrade")
        )

    @before("modify_db_cluster")
    def check_cluster_upgrade(backend: Any, params: Any) -> None:
        cluster = backend.clusters.get(params["DBClusterIdentifier"])
        if cluster is None or cluster.status != "available" or not params.get("EngineVersion") or not known(cluster.engine):
            return
        params["EngineVersion"] = target(
            cluster.engine, cluster.engine_version, params["EngineVersion"], params.get("AllowMajorVersionUpgrade")
        )
