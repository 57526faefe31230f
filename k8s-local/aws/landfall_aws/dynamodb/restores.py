"""Tables made of backups or of a point in time: CREATING for a while, with the items, keys, indexes, capacity and
encryption of their source, and without its tags, time to live, streams, scaling, protection and recovery.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html
"""

from typing import Any

from moto.core.utils import unix_time
from moto.dynamodb.models.table import RestoredPITTable, RestoredTable
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from ..errors import AwsError
from ..override import wrap
from . import encryption
from .backups import in_use, shown
from .keys import check_name
from .tables import Tables


def _as_its_source(tables: Tables, backend: Any, source: Any, body: dict[str, Any]) -> None:
    table = backend.tables[body["TargetTableName"]]
    if body.get("RestoreDateTime") is not None:
        table.restore_date_time = _seconds(body["RestoreDateTime"])
    table.billing_mode = body.get("BillingModeOverride") or source.billing_mode
    table.landfall_on_demand = table.billing_mode == "PAY_PER_REQUEST"
    override = body.get("SSESpecificationOverride")
    wanted = source.sse_specification if override is None else encryption.resolved(backend, override)
    table.sse_specification = encryption.with_key(table, wanted)
    if body.get("ProvisionedThroughputOverride"):
        table.throughput = {**body["ProvisionedThroughputOverride"], "NumberOfDecreasesToday": 0}
    for index in table.global_indexes:
        index.status = "ACTIVE"
    # A restore takes longer than making an empty table.
    tables.enter(table, "CREATING", times=2)


def _source_name(body: dict[str, Any]) -> str:
    return body.get("SourceTableName") or str(body.get("SourceTableArn")).split("/")[-1]


def _seconds(moment: Any) -> float:
    return round(float(moment.timestamp() if moment.tzinfo else unix_time(moment)), 3)


def _check_time(recovery: dict[str, Any], body: dict[str, Any]) -> None:
    asked, latest = body.get("RestoreDateTime"), body.get("UseLatestRestorableTime")
    if bool(latest) == (asked is not None):
        raise AwsError(
            "ValidationException", "Either RestoreDateTime or UseLatestRestorableTime must be specified, and not both"
        )
    if asked is None:
        return
    at = _seconds(asked)
    if not recovery["EarliestRestorableDateTime"] <= at <= recovery["LatestRestorableDateTime"]:
        raise AwsError(
            "InvalidRestoreTimeException",
            "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and "
            "LatestRestorableDateTime.",
        )


def install(tables: Tables) -> None:
    for kind in (RestoredTable, RestoredPITTable):
        wrap(kind, "describe")(_in_progress)

    @wrap(DynamoHandler, "restore_table_from_backup")
    def restore(original: Any, self: Any) -> Any:
        body, backend = self.body, self.dynamodb_backend
        check_name("targetTableName", body.get("TargetTableName"))
        backup = backend.get_backup(body.get("BackupArn"))
        if backup.status != "AVAILABLE":
            raise in_use()
        encryption.resolved(backend, body.get("SSESpecificationOverride"))
        original(self)
        _as_its_source(tables, backend, backup.table, body)
        return _described(self)

    @wrap(DynamoHandler, "restore_table_to_point_in_time")
    def restore_to_time(original: Any, self: Any) -> Any:
        body, backend = self.body, self.dynamodb_backend
        check_name("targetTableName", body.get("TargetTableName"))
        body["SourceTableName"] = name = _source_name(body)
        source = backend.tables.get(name)
        if source is not None:
            recovery = shown(source.continuous_backups)["PointInTimeRecoveryDescription"]
            if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
                raise AwsError(
                    "PointInTimeRecoveryUnavailableException", f"Point in time recovery is not enabled for table '{name}'"
                )
            _check_time(recovery, body)
        encryption.resolved(backend, body.get("SSESpecificationOverride"))
        original(self)
        _as_its_source(tables, backend, source, body)
        return _described(self)


def _in_progress(original: Any, self: Any, base_key: str = "TableDescription") -> dict[str, Any]:
    described = original(self, base_key)
    described[base_key]["RestoreSummary"]["RestoreInProgress"] = described[base_key]["TableStatus"] == "CREATING"
    return described


def _described(handler: Any) -> Any:
    return DynamoResult(handler.dynamodb_backend.tables[handler.body["TargetTableName"]].describe())
