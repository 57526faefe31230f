"""Backups on demand, which outlive their table, and recovery to a point in time.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup-and-Restore.html
"""

from typing import Any

from moto.core.utils import unix_time
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Backup

from .. import lifecycle
from ..errors import AwsError
from ..override import wrap
from .keys import check_name
from .tables import Tables, status_of

# "LatestRestorableDateTime is typically 5 minutes before the current time."
_BEHIND = 300


def in_use() -> AwsError:
    return AwsError(
        "BackupInUseException",
        "There is another ongoing conflicting backup control plane operation on the table. The backup is either being "
        "created, deleted or restored to a table.",
    )


def is_enabled(table: Any) -> bool:
    """Backups are enabled beside the making of a table, and may be so later: aws-amplify/amplify-backend#1654."""
    return status_of(table) != "CREATING" and lifecycle.seconds() >= getattr(table, "landfall_backups_from", 0.0)


def check_enabled(table: Any, name: str) -> None:
    if not is_enabled(table):
        raise AwsError(
            "ContinuousBackupsUnavailableException",
            f"Backups are being enabled for the table: {name}. Please retry later",
        )


def shown(description: dict[str, Any]) -> dict[str, Any]:
    """With the times as they are now, in milliseconds as AWS gives them."""
    recovery = description["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
        return description
    period = recovery["RecoveryPeriodInDays"] * 86400
    earliest = round(max(recovery["EarliestRestorableDateTime"], unix_time() - period), 3)
    latest = max(earliest, round(unix_time() - _BEHIND, 3))
    times = {"EarliestRestorableDateTime": earliest, "LatestRestorableDateTime": latest}
    return {**description, "PointInTimeRecoveryDescription": {**recovery, **times}}


def install(tables: Tables) -> None:
    summary: Any = Backup.__dict__["summary"]

    def with_id(self: Any) -> dict[str, Any]:
        return {**summary.fget(self), "TableId": self.table.landfall_id}

    setattr(Backup, "summary", property(with_id))
    description: Any = Backup.__dict__["description"]

    def with_encryption(self: Any) -> dict[str, Any]:
        # A backup stays encrypted as its table was when it was made: API reference, SourceTableFeatureDetails.
        key = (self.table.sse_specification or {}).get("KMSMasterKeyId")
        encrypted = {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}} if key else {}
        return {**description.fget(self), "SourceTableFeatureDetails": encrypted}

    setattr(Backup, "description", property(with_encryption))

    @wrap(DynamoDBBackend, "create_backup")
    def create(original: Any, self: Any, table_name: str, backup_name: str) -> Any:
        check_name("backupName", backup_name)
        table = self.tables.get(table_name.split("/")[-1])
        if table is not None:
            check_enabled(table, table_name)
            if status_of(table) == "DELETING":
                raise AwsError(
                    "TableInUseException", "A target table with the specified name is either being created or deleted."
                )
        backup = original(self, table_name, backup_name)
        backup.status = "CREATING"
        lifecycle.after(tables.seconds, lambda: setattr(backup, "status", "AVAILABLE"))
        return backup

    @wrap(DynamoDBBackend, "delete_backup")
    def delete(original: Any, self: Any, backup_arn: str) -> Any:
        if self.get_backup(backup_arn).status == "CREATING":
            raise in_use()
        return original(self, backup_arn)

    @wrap(DynamoDBBackend, "update_continuous_backups")
    def update_recovery(original: Any, self: Any, table_name: str, spec: dict[str, Any]) -> Any:
        table, period = self.tables.get(table_name), spec.get("RecoveryPeriodInDays")
        if table is not None:
            check_enabled(table, table_name)
        if period is not None and not 1 <= period <= 35:
            bound = "greater than or equal to 1" if period < 1 else "less than or equal to 35"
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value '{period}' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' "
                f"failed to satisfy constraint: Member must have value {bound}",
            )
        return shown(original(self, table_name, spec))

    @wrap(DynamoDBBackend, "describe_continuous_backups")
    def describe(original: Any, self: Any, table_name: str) -> dict[str, Any]:
        status = "ENABLED" if is_enabled(self.get_table(table_name)) else "DISABLED"
        return {**shown(original(self, table_name)), "ContinuousBackupsStatus": status}
