"""Tables of DynamoDB and their indexes, whose units are scaled."""

from typing import Any

from moto.dynamodb.models import dynamodb_backends

from ..dynamodb.tables import status_of
from . import found

ROLE = "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"


def _table(backend: Any, resource_id: str) -> Any:
    name = resource_id.split("/")[1]
    table = dynamodb_backends[backend.account_id][backend.region_name].tables.get(name)
    if table is None:
        # terraform-aws-modules/terraform-aws-dynamodb-table#15.
        raise found.invalid(f"DynamoDB table does not exist: table/{name}")
    return table


def units_of(backend: Any, resource_id: str) -> dict[str, Any]:
    """The units of `table/NAME` or `table/NAME/index/INDEX`, which there has to be."""
    table = _table(backend, resource_id)
    _, _, *of_index = resource_id.split("/")
    if not of_index:
        return dict(table.throughput)
    index = next((index for index in table.global_indexes if index.name == of_index[1]), None)
    if index is None:
        raise found.invalid(f"DynamoDB index does not exist: {resource_id}")
    return dict(index.throughput)


def pull(backend: Any, target: Any) -> None:
    table, units = _table(backend, target.resource_id), units_of(backend, target.resource_id)
    # "If the specified resource is not active in the target service, this operation does not change the resource's current
    # capacity": RegisterScalableTarget.
    if table.billing_mode != "PROVISIONED" or status_of(table) != "ACTIVE":
        return
    unit = target.scalable_dimension.split(":")[-1]
    now = int(units[unit])
    wanted = min(max(now, target.min_capacity), target.max_capacity)
    if wanted == now:
        return
    changed = {"ReadCapacityUnits": int(units["ReadCapacityUnits"]), "WriteCapacityUnits": int(units["WriteCapacityUnits"])}
    changed[unit] = wanted
    _, name, *of_index = target.resource_id.split("/")
    update = {"Update": {"IndexName": of_index[1], "ProvisionedThroughput": changed}} if of_index else None
    dynamodb_backends[backend.account_id][backend.region_name].update_table(
        name,
        attr_definitions=[],
        global_index=[update] if update else [],
        throughput=None if update else changed,
        billing_mode=None,
        stream_spec=None,
        deletion_protection_enabled=None,
        warm_throughput=None,
    )
