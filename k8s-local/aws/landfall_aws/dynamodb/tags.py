"""Tags of tables: each key once, and of tables that are there; moto keeps a key twice.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html
"""

from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from ..errors import AwsError
from ..override import replace
from .tables import DOING, status_of


def _found(backend: Any, arn: str) -> Any:
    table = next((table for table in backend.tables.values() if table.table_arn == arn), None)
    if table is None:
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: ResourcArn: {arn} not found")
    if status_of(table) in ("CREATING", "DELETING"):
        raise AwsError(
            "ResourceInUseException",
            f"Attempt to change a resource which is still in use: Table is being {DOING[status_of(table)]}: {table.name}",
        )
    return table


def install() -> None:
    @replace(DynamoDBBackend)
    def tag_resource(self: Any, arn: str, tags: dict[str, str]) -> None:
        table = _found(self, arn)
        merged = {**{tag["Key"]: tag["Value"] for tag in table.tags}, **tags}
        table.tags = [{"Key": key, "Value": value} for key, value in merged.items()]

    @replace(DynamoDBBackend)
    def untag_resource(self: Any, arn: str, tag_keys: list[str]) -> None:
        table = _found(self, arn)
        table.tags = [tag for tag in table.tags if tag["Key"] not in tag_keys]
