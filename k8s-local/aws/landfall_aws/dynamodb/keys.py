"""Names, keys and indexes of a new table, beside what moto checks of its attribute definitions.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

import re
from typing import Any

from moto.dynamodb.responses import DynamoHandler

from ..errors import AwsError
from ..override import wrap

_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", f"One or more parameter values were invalid: {message}")


def check_name(parameter: str, name: str | None) -> None:
    if not name or not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{name}' at '{parameter}' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+, and have a length of 3 to 255",
        )


def check_schema(schema: list[dict[str, str]]) -> None:
    if schema[0]["KeyType"] != "HASH":
        raise AwsError("ValidationException", "Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(schema) > 1 and schema[1]["KeyType"] != "RANGE":
        raise AwsError("ValidationException", "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len({element["AttributeName"] for element in schema}) < len(schema):
        raise AwsError(
            "ValidationException", "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )


def check_index(index: dict[str, Any], billing_mode: str | None) -> None:
    """A new global index."""
    name = index["IndexName"]
    check_name("indexName", name)
    check_schema(index["KeySchema"])
    check_projection(index)
    if billing_mode == "PAY_PER_REQUEST" and index.get("ProvisionedThroughput"):
        raise invalid(f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST")
    if billing_mode == "PROVISIONED" and not index.get("ProvisionedThroughput"):
        raise invalid(f"ProvisionedThroughput should be specified for index: {name}")


def check_projection(index: dict[str, Any]) -> None:
    projection = index.get("Projection") or {}
    kind, others = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise invalid("Unknown ProjectionType: null")
    if kind == "INCLUDE" and not others:
        raise invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and others:
        raise invalid(f"ProjectionType is {kind}, but NonKeyAttributes is specified")


def check_count(names: list[str]) -> None:
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated:
        raise invalid(f"Duplicate index name: {repeated}")


def install() -> None:
    @wrap(DynamoHandler, "create_table")
    def create(original: Any, self: Any) -> Any:
        body = self.body
        check_name("tableName", body.get("TableName"))
        check_schema(body["KeySchema"])
        every, local = body.get("GlobalSecondaryIndexes") or [], body.get("LocalSecondaryIndexes") or []
        billing_mode = body.get("BillingMode") or "PROVISIONED"
        for index in every:
            check_index(index, billing_mode)
        if len(every) > 20:
            raise invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20")
        if local and len(body["KeySchema"]) < 2:
            raise invalid("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
        for index in local:
            check_schema(index["KeySchema"])
            check_projection(index)
        check_count([index["IndexName"] for index in [*every, *local]])
        for definition in body["AttributeDefinitions"]:
            if definition.get("AttributeType") not in ("S", "N", "B"):
                raise AwsError(
                    "ValidationException",
                    f"1 validation error detected: Value '{definition.get('AttributeType')}' at 'attributeDefinitions' "
                    "failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]",
                )
        made = original(self)
        if body.get("TableClass"):
            self.dynamodb_backend.get_table(body["TableName"]).landfall_class = body["TableClass"]
        return made
