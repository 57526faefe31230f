"""UpdateTable: one thing at a time, and only what changes something.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from typing import Any

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from .. import lifecycle
from ..errors import AwsError
from ..override import wrap
from . import encryption, keys
from .keys import invalid
from .tables import Tables, check_active

_CHANGES = (
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "ReplicaUpdates",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
    "WarmThroughput",
)
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def _check_one(body: dict[str, Any]) -> None:
    if not any(body.get(name) is not None for name in _CHANGES):
        raise AwsError(
            "ValidationException",
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required",
        )
    throughput = bool(body.get("ProvisionedThroughput") or body.get("BillingMode"))
    stream = bool(body.get("StreamSpecification"))
    indexes = any("Create" in update or "Delete" in update for update in body.get("GlobalSecondaryIndexUpdates") or [])
    if throughput and stream:
        # hashicorp/terraform-provider-aws#35673.
        raise invalid("You cannot modify stream status while updating table IOPS")
    if indexes and (throughput or stream):
        # "You can only perform one of the following operations at once"; the words are a guess.
        raise invalid("You cannot create or delete an index while updating table IOPS or stream status")


def _check_same(what: str, current: dict[str, Any], wanted: dict[str, Any]) -> None:
    if all(int(current.get(unit) or 0) == int(wanted[unit]) for unit in _UNITS):
        values = " ".join(
            f"Current {unit} provisioned for the {what.split()[0]}: {wanted[unit]}. Requested {unit}: {wanted[unit]}."
            for unit in _UNITS
        )
        raise AwsError(
            "ValidationException",
            f"The provisioned throughput for the {what} will not change. The requested value equals the current value. "
            f"{values} Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
        )


def _check_throughput(table: Table, body: dict[str, Any]) -> None:
    wanted, mode = body.get("ProvisionedThroughput"), body.get("BillingMode") or table.billing_mode
    if wanted and mode == "PAY_PER_REQUEST":
        raise invalid("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
    if mode == "PROVISIONED" and table.billing_mode != mode and not wanted:
        raise invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
    if wanted and mode == table.billing_mode:
        _check_same("table", table.throughput, wanted)


def _check_indexes(table: Table, body: dict[str, Any]) -> None:
    known = {index.name: index for index in table.global_indexes}
    mode = body.get("BillingMode") or table.billing_mode
    for update in body.get("GlobalSecondaryIndexUpdates") or []:
        ((kind, change),) = update.items()
        name = change["IndexName"]
        if kind == "Create":
            if name in known or name in {index.name for index in table.indexes}:
                raise AwsError("ValidationException", f"Attempting to create an index which already exists: {name}")
            keys.check_index(change, mode)
        elif name not in known:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Index: {name} not found")
        elif kind == "Update" and change.get("ProvisionedThroughput") and mode == table.billing_mode:
            _check_same(f"index {name}", known[name].throughput, change["ProvisionedThroughput"])


def _definitions(table: Table, body: dict[str, Any]) -> list[dict[str, str]]:
    """Those of the table with what is given: exactly what its keys and those of new indexes use."""
    merged = {a["AttributeName"]: a for a in [*table.attr, *(body.get("AttributeDefinitions") or [])]}
    created = [u["Create"] for u in body.get("GlobalSecondaryIndexUpdates") or [] if "Create" in u]
    used = {*table.attribute_keys, *(key["AttributeName"] for index in created for key in index["KeySchema"])}
    listed = f"AttributeDefinitions: [{', '.join(sorted(merged))}]"
    if used - merged.keys():
        missing = ", ".join(sorted(used - merged.keys()))
        raise invalid(f"Some index key attributes are not defined in AttributeDefinitions. Keys: [{missing}], {listed}")
    if merged.keys() - used:
        raise invalid(f"Some AttributeDefinitions are not used. {listed}, keys used: [{', '.join(sorted(used))}]")
    return list(merged.values())


def _check_stream(table: Table, asked: dict[str, Any] | None) -> None:
    if asked is None:
        return
    enabled = bool((table.stream_specification or {}).get("StreamEnabled"))
    if asked.get("StreamEnabled") and enabled:
        # Also for another view: hashicorp/terraform-provider-aws#18402.
        raise AwsError("ValidationException", f"Table already has an enabled stream: TableName: {table.name}")
    if not asked.get("StreamEnabled") and not enabled:
        raise AwsError("ValidationException", f"Table has no enabled stream to disable: TableName: {table.name}")
    if asked.get("StreamEnabled"):
        # moto takes a stream that has ended for one that is there.
        table.latest_stream_label = None


def install(tables: Tables) -> None:
    @wrap(DynamoHandler, "update_table")
    def update(original: Any, self: Any) -> Any:
        body, backend = self.body, self.dynamodb_backend
        table = backend.get_table(body["TableName"])
        _check_one(body)
        check_active(table)
        _check_throughput(table, body)
        _check_indexes(table, body)
        _check_stream(table, body.get("StreamSpecification"))
        if body.get("AttributeDefinitions") or body.get("GlobalSecondaryIndexUpdates"):
            body["AttributeDefinitions"] = _definitions(table, body)
        encrypted = None
        if body.get("SSESpecification") is not None:
            encrypted = encryption.resolved(backend, body["SSESpecification"])
            encryption.check_change(table, encrypted)
        result = original(self)
        if body.get("TableClass"):
            # moto knows none.
            table.landfall_class = body["TableClass"]
        if body.get("SSESpecification") is not None:
            table.landfall_sse_updating = True

            def done() -> None:
                table.landfall_sse_updating = False
                table.sse_specification = encryption.with_key(table, encrypted)

            lifecycle.after(tables.seconds, done)
        return result
