"""Aurora Serverless v2: a cluster's range of capacity, without which it has no serverless members.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-administration.html
"""

from typing import Any

from ..errors import AwsError
from ..settings import Settings
from .states import before

_RANGE = "ServerlessV2ScalingConfiguration"
# "The smallest value that you can use is 0" where a cluster can pause, which these are the first to do:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
_FIRST_TO_PAUSE = {"14": 12, "15": 7, "16": 3}


def _invalid(message: str) -> AwsError:
    # Code and words are guesses, but for the limits.
    return AwsError("InvalidParameterValue", message)


def _can_pause(version: str) -> bool:
    number, _, minor = version.partition(".")
    # A major version alone becomes one of its newer ones.
    return not minor or int(minor) >= _FIRST_TO_PAUSE.get(number, 0)


def _check(asked: Any, known: Any, version: str | None) -> None:
    """`known` is what the cluster has, of which a change may name a part."""
    lowest, highest = (asked.get(name, (known or {}).get(name)) for name in ("MinCapacity", "MaxCapacity"))
    if lowest is None or highest is None:
        raise _invalid("Serverless v2 scaling wants both a MinCapacity and a MaxCapacity.")
    for capacity in (lowest, highest):
        if not 0 <= capacity <= 256 or capacity * 2 != int(capacity * 2):
            raise _invalid(f"Invalid Serverless v2 capacity {capacity}. Specify 0 to 256 in half-step increments.")
    if highest < 1:
        raise _invalid(f"Invalid Serverless v2 maximum capacity {highest}. The smallest value that you can use is 1.")
    if lowest > highest:
        raise _invalid(f"The minimum capacity {lowest} must be less than or equal to the maximum capacity {highest}.")
    if lowest == 0 and version and not _can_pause(version):
        raise _invalid("Serverless v2 auto-pause isn't supported by this engine version; the smallest value is 0.5.")
    pause = asked.get("SecondsUntilAutoPause")
    if pause is not None and (lowest > 0 or not 300 <= pause <= 86_400):
        raise _invalid(f"Invalid SecondsUntilAutoPause {pause}. Specify 300 to 86400, with a MinCapacity of 0.")


def install(_settings: Settings) -> None:
    @before("create_db_cluster", "restore_db_cluster_from_snapshot", "restore_db_cluster_to_point_in_time")
    def check_new(backend: Any, params: Any) -> None:
        if params.get(_RANGE) is not None:
            _check(params[_RANGE], None, params.get("EngineVersion"))

    @before("modify_db_cluster")
    def check_change(backend: Any, params: Any) -> None:
        cluster = backend.clusters.get(params["DBClusterIdentifier"])
        if cluster is None or params.get(_RANGE) is None:
            return
        known = cluster.serverless_v2_scaling_configuration
        _check(params[_RANGE], known, cluster.engine_version)
        for name, value in (known or {}).items():
            # What is not named stays as it is.
            if name not in params[_RANGE]:
                params[_RANGE][name] = value

    @before("create_db_instance")
    def check_member(backend: Any, params: Any) -> None:
        cluster = backend.clusters.get(params.get("DBClusterIdentifier") or "")
        serverless = params.get("DBInstanceClass") == "db.serverless"
        if serverless and cluster is not None and not cluster.serverless_v2_scaling_configuration:
            raise AwsError(
                "InvalidDBClusterStateFault",
                "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB "
                "instance.",
            )
