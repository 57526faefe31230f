"""Encryption of tables: by DynamoDB's own key unless one is asked for, which must be there.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html
"""

import uuid
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from .. import kms_keys, lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from .keys import invalid

# "After the first 4 change, each subsequent change in the same window can be performed at most once every 21600
# seconds": crossplane/crossplane#3249.
_CHANGES_A_DAY, _BETWEEN, _DAY = 4, 21600.0, 86400.0


def resolved(backend: Any, asked: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a table keeps of an SSESpecification: the ARN of the key, or nothing for DynamoDB's own."""
    if not asked:
        return None
    key = asked.get("KMSMasterKeyId")
    if not asked.get("Enabled"):
        if key:
            raise invalid("KMSMasterKeyId cannot be specified when SSE is not enabled")
        return None
    if key is None:
        return {"Enabled": True, "SSEType": "KMS"}
    arn = kms_keys.usable(backend, key)
    if arn is None:
        raise invalid(f"KMS validation error: the key {key} does not exist, or is not enabled")
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}


def check_change(table: Any, wanted: dict[str, Any] | None) -> None:
    if wanted == (table.sse_specification or None):
        raise invalid(
            "Table is already encrypted by given KMSMasterKeyId" if wanted else "Table is already encrypted by default"
        )
    now = lifecycle.seconds()
    changes = [at for at in getattr(table, "landfall_sse_changes", []) if now < at + _DAY]
    if len(changes) >= _CHANGES_A_DAY and now < changes[-1] + _BETWEEN:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window. After the first 4 change, "
            "each subsequent change in the same window can be performed at most once every 21600 seconds. "
            f"Number of updates today: {len(changes)}",
        )
    table.landfall_sse_changes = [*changes, now]


def with_key(table: Any, specification: dict[str, Any] | None) -> dict[str, Any] | None:
    if specification and "KMSMasterKeyId" not in specification:
        own = table._get_default_encryption_key(table.account_id, table.region_name)
        return {**specification, "KMSMasterKeyId": own}
    return specification


def install() -> None:
    @replace(Table)
    def _get_default_encryption_key(_self: Any, account_id: str, region: str) -> str:
        """The AWS managed key of DynamoDB, which moto would make, and leave, among the account's own."""
        key_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{account_id}/{region}/dynamodb")
        return f"arn:aws:kms:{region}:{account_id}:key/{key_id}"

    @wrap(DynamoDBBackend, "create_table")
    def create(original: Any, self: Any, name: str, **kwargs: Any) -> Any:
        kwargs["sse_specification"] = resolved(self, kwargs.get("sse_specification"))
        return original(self, name, **kwargs)

    @wrap(Table, "describe")
    def describe(original: Any, self: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        described = original(self, base_key)
        if getattr(self, "landfall_sse_updating", False):
            described[base_key]["SSEDescription"] = {
                "SSEType": "KMS",
                **described[base_key].get("SSEDescription", {}),
                "Status": "UPDATING",
            }
        return described
