"""KMS keys that a database is encrypted with: there, enabled, and shown by their ARN.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
"""

import uuid
from typing import Any

from moto.kms.models import kms_backends

from ..errors import AwsError
from ..settings import Settings
from .states import before, usable

_PARAMETERS = ("KmsKeyId", "MasterUserSecretKmsKeyId", "PerformanceInsightsKMSKeyId")


def of_aws(backend: Any, alias: str) -> str:
    """The ARN of a key that AWS manages. It is made by nobody, and stays for ever, so that there is none in the state."""
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{backend.account_id} {backend.region_name} {alias}")
    return f"arn:aws:kms:{backend.region_name}:{backend.account_id}:key/{name}"


def _find(backend: Any, reference: str) -> Any:
    """The key that an id, an ARN or an alias leads to, or None."""
    account, region, name = backend.account_id, backend.region_name, reference
    if reference.startswith("arn:"):
        _, _, _, region, account, name = reference.split(":", 5)
        if region != backend.region_name:
            return None
    keys = kms_backends[account][region]
    if name.startswith("alias/"):
        name = keys.get_key_id_from_alias(name) or ""
    return keys.keys.get(name.removeprefix("key/").split(":key/")[-1])


def _arn(backend: Any, reference: str) -> str:
    if reference.endswith("alias/aws/rds") or reference.endswith("alias/aws/secretsmanager"):
        return of_aws(backend, reference.rpartition("alias/")[2])
    key = _find(backend, reference)
    if key is None or key.key_state != "Enabled":
        raise AwsError(
            "KMSKeyNotAccessibleFault",
            f"The specified KMS key [{reference}] either doesn't exist, isn't enabled, or isn't accessible by the current user.",
        )
    return key.arn


def _resolve(backend: Any, params: Any) -> None:
    for parameter in _PARAMETERS:
        if params.get(parameter):
            params[parameter] = _arn(backend, params[parameter])


def install(_settings: Settings) -> None:
    @before("create_db_instance", "create_db_cluster")
    def check_new(backend: Any, params: Any) -> None:
        encrypted, key = params.get("StorageEncrypted"), params.get("KmsKeyId")
        if key and not encrypted:
            # That it is refused, and not taken for an encrypted one, is a guess on the strict side.
            raise AwsError("InvalidParameterCombination", "You can't specify KmsKeyId unless StorageEncrypted is enabled.")
        if encrypted and not key:
            params["KmsKeyId"] = "alias/aws/rds"
        _resolve(backend, params)

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        if usable(backend, params) is not None:
            _resolve(backend, params)

    @before("modify_db_cluster", "restore_db_cluster_from_snapshot", "restore_db_cluster_to_point_in_time")
    def check_cluster(backend: Any, params: Any) -> None:
        _resolve(backend, params)
