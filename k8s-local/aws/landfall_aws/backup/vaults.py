"""Vaults: of names, keys and requests as AWS wants them, and deleted only empty.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
"""

import re
import uuid
from typing import Any

from moto.backup.models import BackupBackend, Vault, backup_backends

from .. import kms_keys
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings

_NAME = re.compile(r"[a-zA-Z0-9\-_]{2,50}")


# Accounts by name that have a vault for copies in another region, as whoever hands out accounts makes one. Must agree with
# manifests/examples.
_COPIES, _ELSEWHERE = "disaster-recovery", "us-west-2"
_WITH_COPIES = {"portal", "provider-account"}


def check_name(name: str | None) -> None:
    if not name or not _NAME.fullmatch(name):
        raise AwsError("InvalidParameterValueException", f"Invalid backup vault name: {name}")


def found(backend: Any, name: str | None) -> Vault:
    check_name(name)
    if name not in backend.vaults:
        raise AwsError("ResourceNotFoundException", f"Backup vault {name} does not exist")
    return backend.vaults[name]


def points_in(backend: Any, name: str) -> list[dict[str, Any]]:
    return [point for point in backend.landfall_points.values() if point["BackupVaultName"] == name]


def count(backend: Any, name: str) -> None:
    vault = backend.vaults[name]
    vault.num_of_recovery_points = vault.number_of_recovery_points = len(points_in(backend, name))


def _key(backend: Any, arn: str | None) -> str:
    if arn is None:
        # The AWS managed key of AWS Backup.
        own = uuid.uuid5(uuid.NAMESPACE_URL, f"{backend.account_id}/{backend.region_name}/backup")
        return f"arn:aws:kms:{backend.region_name}:{backend.account_id}:key/{own}"
    usable = kms_keys.usable(backend, arn) if arn.startswith("arn:") else None
    if usable is None:
        raise AwsError("InvalidParameterValueException", f"The KMS key {arn} does not exist, or is not enabled")
    return usable


def bootstrap(settings: Settings) -> None:
    for account, name in settings.accounts.items():
        if name in _WITH_COPIES:
            vault = backup_backends[account][_ELSEWHERE].create_backup_vault(
                backup_vault_name=_COPIES, backup_vault_tags={}, encryption_key_arn=None, creator_request_id=None
            )
            # As it was in every run.
            vault.creation_date = 1_704_067_200.0


def install() -> None:
    @wrap(BackupBackend, "create_backup_vault")
    def create(original: Any, self: Any, **kwargs: Any) -> Vault:
        name, request = kwargs["backup_vault_name"], kwargs.get("creator_request_id")
        check_name(name)
        known = self.vaults.get(name)
        if known is not None and request and known.creator_request_id == request:
            # "allows failed requests to be retried without the risk of running the operation twice"
            return known
        kwargs["encryption_key_arn"] = _key(self, kwargs.get("encryption_key_arn"))
        vault = original(self, **kwargs)
        count(self, name)
        return vault

    @wrap(BackupBackend, "describe_backup_vault")
    def describe(original: Any, self: Any, backup_vault_name: str) -> Vault:
        if backup_vault_name not in self.vaults:
            # Whoever asks for a vault that is not there is told no more than one who may not see it; Terraform takes
            # either code for "not found": hashicorp/terraform-provider-aws, internal/service/backup/vault.go.
            raise AwsError("AccessDeniedException", "Insufficient privileges to perform this action.", 403)
        return original(self, backup_vault_name)

    @wrap(BackupBackend, "delete_backup_vault")
    def delete(original: Any, self: Any, backup_vault_name: str) -> None:
        vault = found(self, backup_vault_name)
        if points_in(self, backup_vault_name):
            raise AwsError(
                "InvalidRequestException", "Backup vault cannot be deleted because it contains recovery points."
            )
        original(self, backup_vault_name)
        self.tagger.delete_all_tags_for_resource(vault.backup_vault_arn)
