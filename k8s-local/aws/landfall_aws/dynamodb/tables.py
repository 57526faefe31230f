"""Tables with AWS's states: CREATING, ACTIVE, UPDATING, DELETING, and one index made or deleted at a time."""

from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table
from moto.moto_api._internal import mock_random

from .. import lifecycle
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings

DOING = {"CREATING": "created", "UPDATING": "updated", "DELETING": "deleted"}


def status_of(table: Table) -> str:
    return getattr(table, "landfall_status", "ACTIVE")


def check_active(table: Table) -> None:
    if status_of(table) != "ACTIVE":
        raise AwsError(
            "ResourceInUseException",
            f"Attempt to change a resource which is still in use: Table is being {DOING[status_of(table)]}: {table.name}",
        )


def _one_index(table: Table, updates: list[dict[str, Any]]) -> None:
    under_way = [index for index in table.global_indexes if index.status != "ACTIVE"]
    changes = [update for update in updates if "Create" in update or "Delete" in update]
    if changes and (under_way or len(changes) > 1):
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )


def _shown_units(table: Table, units: dict[str, Any]) -> dict[str, Any]:
    """Those that a table was paid for before it was on demand are not shown; moto shows them, and counts decreases of new ones."""
    paid = table.billing_mode != "PAY_PER_REQUEST"
    shown = {unit: units.get(unit, 0) if paid else 0 for unit in ("ReadCapacityUnits", "WriteCapacityUnits")}
    return {**shown, "NumberOfDecreasesToday": 0}


class Tables:
    def __init__(self, settings: Settings) -> None:
        self.seconds = settings.table_seconds

    def enter(self, table: Table, status: str, times: int = 1) -> None:
        table.landfall_status = status  # type: ignore[attr-defined]

        def end() -> None:
            if status_of(table) == status:
                table.landfall_status = "ACTIVE"  # type: ignore[attr-defined]

        lifecycle.after(self.seconds * times, end)

    def build(self, index: GlobalSecondaryIndex, times: int = 1) -> None:
        index.status = "CREATING"
        lifecycle.after(self.seconds * times, lambda: setattr(index, "status", "ACTIVE"))

    def drop(self, table: Table, index: GlobalSecondaryIndex) -> None:
        index.status = "DELETING"
        table.global_indexes.append(index)

        def gone() -> None:
            table.global_indexes = [other for other in table.global_indexes if other is not index]
            # Definitions are of what keys use; those of this index alone go with it.
            table.attr = [a for a in table.attr if a["AttributeName"] in table.attribute_keys]

        lifecycle.after(self.seconds * 2, gone)


def install(tables: Tables) -> None:
    seconds = tables.seconds

    @wrap(Table, "__init__")
    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.landfall_id = str(mock_random.uuid4())

    @wrap(Table, "describe")
    def describe(original: Any, self: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        described = original(self, base_key)
        described[base_key]["TableStatus"] = status_of(self)
        described[base_key]["TableId"] = self.landfall_id
        for part in (described[base_key], *(described[base_key].get("GlobalSecondaryIndexes") or [])):
            part["ProvisionedThroughput"] = _shown_units(self, part.get("ProvisionedThroughput") or {})
        if hasattr(self, "landfall_class"):
            described[base_key]["TableClassSummary"] = {"TableClass": self.landfall_class}
        if self.billing_mode == "PROVISIONED" and not getattr(self, "landfall_on_demand", False):
            # Only of tables that are or were on demand: BillingModeSummary, API reference.
            described[base_key].pop("BillingModeSummary")
        return described

    @wrap(DynamoDBBackend, "create_table")
    def create(original: Any, self: Any, name: str, **kwargs: Any) -> Table:
        table = original(self, name, **kwargs)
        table.landfall_on_demand = table.billing_mode == "PAY_PER_REQUEST"
        for index in table.global_indexes:
            tables.build(index)
        tables.enter(table, "CREATING")
        table.landfall_backups_from = lifecycle.seconds() + seconds * 1.5
        return table

    @wrap(DynamoDBBackend, "update_table")
    def update(original: Any, self: Any, name: str, **kwargs: Any) -> Table:
        table = self.get_table(name)
        check_active(table)
        updates = kwargs.get("global_index") or []
        _one_index(table, updates)
        before = {index.name: index for index in table.global_indexes}
        original(self, name, **kwargs)
        table.landfall_on_demand = getattr(table, "landfall_on_demand", False) or table.billing_mode == "PAY_PER_REQUEST"
        for change in updates:
            if "Delete" in change:
                tables.drop(table, before[change["Delete"]["IndexName"]])
            elif "Create" in change:
                made = change["Create"]["IndexName"]
                # An index is still built when its table is ACTIVE again.
                tables.build(next(index for index in table.global_indexes if index.name == made), 4)
        tables.enter(table, "UPDATING")
        return table

    @wrap(DynamoDBBackend, "delete_table")
    def delete(original: Any, self: Any, name: str) -> Table:
        table = self.get_table(name)
        if status_of(table) == "DELETING":
            # "If the specified table does not exist […]. If table is already in the DELETING state, no error is returned."
            return table
        check_active(table)
        if table.deletion_protection_enabled:
            raise AwsError(
                "ValidationException",
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first.",
            )
        original(self, name)
        self.tables[table.name] = table
        table.landfall_status = "DELETING"  # type: ignore[attr-defined]
        lifecycle.after(seconds, lambda: self.tables.pop(table.name, None))
        return table

    @wrap(DynamoDBBackend, "update_time_to_live")
    def update_ttl(original: Any, self: Any, table_name: str, ttl_spec: dict[str, Any]) -> None:
        table = self.get_table(table_name)
        check_active(table)
        status, wanted = table.ttl.get("TimeToLiveStatus", "DISABLED"), bool(ttl_spec.get("Enabled"))
        # "Any additional UpdateTimeToLive calls for the same table during this one hour duration result in a
        # ValidationException", also once the status shows the change.
        if status in ("ENABLING", "DISABLING") or lifecycle.seconds() < getattr(table, "landfall_ttl_from", 0.0):
            raise AwsError(
                "ValidationException", "Time to live has been modified multiple times within a fixed interval"
            )
        if (status == "ENABLED") == wanted:
            raise AwsError("ValidationException", f"TimeToLive is already {'enabled' if wanted else 'disabled'}")
        original(self, table_name, ttl_spec)
        end = table.ttl["TimeToLiveStatus"]
        table.ttl["TimeToLiveStatus"] = "ENABLING" if wanted else "DISABLING"
        table.landfall_ttl_from = lifecycle.seconds() + seconds * 2
        lifecycle.after(seconds, lambda: table.ttl.update(TimeToLiveStatus=end))
