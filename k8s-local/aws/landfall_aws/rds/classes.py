"""Instance classes: those that there are, and those that an engine has.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html and
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.SupportAurora.html
"""

import re
from typing import Any

from ..errors import AwsError
from ..settings import Settings
from .states import before, usable

_SHAPE = re.compile(
    r"db\.(?P<family>[a-z]\d[a-z]*|x2[a-z]+)\.(?P<size>micro|small|medium|large|xlarge|\d+xlarge)(\.tpc\d\.mem\d+x)?"
)
_SERVERLESS = "db.serverless"
_ENGINES = ("mysql", "aurora-postgresql")
_BURSTABLE = {"t3", "t4g"}
# Older than any of the versions here.
_RETIRED = {"m1", "m2", "m3", "r3", "t1", "t2"}
# Of Aurora, only what has memory enough, and of the burstable ones the larger.
_AURORA_FAMILIES, _AURORA_SIZES = ("r", "x2"), {"medium", "large"}


def _has(engine: str, instance_class: str) -> bool:
    if instance_class == _SERVERLESS:
        return engine.startswith("aurora")
    found = _SHAPE.fullmatch(instance_class)
    if found is None:
        return False
    family, size = found["family"], found["size"]
    if family in _RETIRED:
        return False
    if not engine.startswith("aurora"):
        # The smallest are burstable.
        return family in _BURSTABLE or size not in ("micro", "small")
    if family in _BURSTABLE:
        return size in _AURORA_SIZES
    return family.startswith(_AURORA_FAMILIES) and size not in ("micro", "small", "medium")


def _check(engine: str, version: str | None, instance_class: str) -> None:
    if instance_class != _SERVERLESS and _SHAPE.fullmatch(instance_class) is None:
        raise AwsError("InvalidParameterValue", f"Invalid DB Instance class: {instance_class}")
    if not _has(engine, instance_class):
        licence = "general-public-license" if engine == "mysql" else "postgresql-license"
        raise AwsError(
            "InvalidParameterCombination",
            f"RDS does not support creating a DB instance with the following combination: DBInstanceClass={instance_class}, "
            f"Engine={engine}, EngineVersion={version}, LicenseModel={licence}. For supported combinations of instance class "
            "and database engine version, see the documentation.",
        )


def install(_settings: Settings) -> None:
    # Added before that of versions.py, so that the words have the version that was found for what was asked.
    @before("create_db_instance")
    def check_new(backend: Any, params: Any) -> None:
        cluster = backend.clusters.get(params.get("DBClusterIdentifier") or "")
        version = params.get("EngineVersion") if cluster is None else cluster.engine_version
        if params.get("Engine") in _ENGINES:
            _check(params["Engine"], version, params.get("DBInstanceClass") or "")

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        instance, wanted = usable(backend, params), params.get("DBInstanceClass")
        if instance is not None and wanted and instance.engine in _ENGINES:
            _check(instance.engine, instance.engine_version, wanted)

    # These are none of Aurora's actions.
    @before("restore_db_instance_from_db_snapshot", "restore_db_instance_to_point_in_time")
    def check_restored(backend: Any, params: Any) -> None:
        if params.get("DBInstanceClass") and params.get("Engine") in (None, "mysql"):
            _check("mysql", params.get("EngineVersion"), params["DBInstanceClass"])
