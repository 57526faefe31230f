"""Master passwords: one of one's own, or one that RDS keeps in Secrets Manager, and never both.

MasterUserPassword, ManageMasterUserPassword and MasterUserSecretKmsKeyId of CreateDBInstance and ModifyDBInstance, API
reference. The words of what does not go together are guesses.
"""

from typing import Any

from ..errors import AwsError
from ..settings import Settings
from .states import before, usable

# By the engine and what Aurora is compatible with.
_LONGEST = {"mysql": 41, "aurora-mysql": 41, "postgres": 128, "aurora-postgresql": 128}
_FORBIDDEN = "/@\" "


def _invalid(reason: str) -> AwsError:
    return AwsError("InvalidParameterValue", f"The parameter MasterUserPassword is not a valid password{reason}")


def _combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def _check(engine: str, password: str | None) -> None:
    if password is None or engine not in _LONGEST:
        return
    if len(password) < 8:
        raise _invalid(" because it is shorter than 8 characters.")
    if len(password) > _LONGEST[engine]:
        raise _invalid(f" because it is longer than {_LONGEST[engine]} characters.")
    if any(not " " < letter <= "~" or letter in _FORBIDDEN for letter in password):
        raise _invalid(". Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.")


def _check_new(params: Any) -> None:
    password, managed = params.get("MasterUserPassword"), params.get("ManageMasterUserPassword")
    if managed and password is not None:
        raise _combination("You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.")
    if params.get("MasterUserSecretKmsKeyId") and not managed:
        raise _combination("You can't specify MasterUserSecretKmsKeyId unless ManageMasterUserPassword is enabled.")
    if not managed and not password:
        raise AwsError(
            "InvalidParameterValue", "The parameter MasterUserPassword must be provided and must not be blank."
        )
    _check(params["Engine"], password)


def _check_change(thing: Any, params: Any) -> None:
    password, wanted = params.get("MasterUserPassword"), params.get("ManageMasterUserPassword")
    managed = bool(thing.manage_master_user_password)
    after = managed if wanted is None else wanted
    if after and password is not None:
        raise _combination("You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.")
    if managed and not after and password is None:
        raise _combination("You must specify MasterUserPassword when you turn off ManageMasterUserPassword.")
    # "If the DB instance already manages the master user password in AWS Secrets Manager, you can't change the KMS key".
    if params.get("MasterUserSecretKmsKeyId") and (managed or not wanted):
        raise _combination("You can specify MasterUserSecretKmsKeyId only when you turn on ManageMasterUserPassword.")
    if params.get("RotateMasterUserPassword") and not managed:
        raise _combination("You can't rotate a master user password that isn't managed in AWS Secrets Manager.")
    if managed and wanted:
        # It is so already; moto would make another secret.
        params.pop("ManageMasterUserPassword")
    _check(thing.engine, password)


def install(_settings: Settings) -> None:
    @before("create_db_instance")
    def check_instance(backend: Any, params: Any) -> None:
        if not params.get("DBClusterIdentifier") and params.get("Engine") in _LONGEST:
            _check_new(params)

    @before("create_db_cluster")
    def check_cluster(backend: Any, params: Any) -> None:
        if params.get("Engine") in _LONGEST and not params.get("GlobalClusterIdentifier"):
            _check_new(params)

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        instance = usable(backend, params)
        if instance is None:
            return
        if instance.db_cluster_identifier is not None:
            for parameter in ("MasterUserPassword", "ManageMasterUserPassword", "RotateMasterUserPassword"):
                if params.get(parameter) is not None:
                    raise _combination(
                        "The specified DB Instance is a member of a DB Cluster. Modify master user password for the DB "
                        "Cluster using the ModifyDbCluster API"
                    )
            return
        _check_change(instance, params)

    @before("modify_db_cluster")
    def check_cluster_change(backend: Any, params: Any) -> None:
        cluster = backend.clusters.get(params["DBClusterIdentifier"])
        if cluster is not None and cluster.status == "available":
            _check_change(cluster, params)
