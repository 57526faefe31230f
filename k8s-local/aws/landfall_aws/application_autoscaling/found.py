"""What is there already, by how requests name it."""

from typing import Any

from moto.core.exceptions import ServiceException

from ..errors import AwsError

def not_found(what: str, resource_id: str, dimension: str, name: str | None = None) -> ServiceException:
    named = f", {what} name: {name}" if name else ""
    return AwsError(
        "ObjectNotFoundException",
        f"No {what} found for service namespace: {dimension.split(':')[0]}, resource ID: {resource_id}, scalable "
        f"dimension: {dimension}{named}",
    )


def invalid(message: str) -> ServiceException:
    return AwsError("ValidationException", message)


def target(backend: Any, resource_id: str, dimension: str) -> Any:
    known = backend.targets.get(dimension, {}).get(resource_id)
    if known is None:
        raise not_found("scalable target", resource_id, dimension)
    return known


def check_bounds(low: int | None, high: int | None) -> None:
    if any(value is not None and value < 0 for value in (low, high)):
        raise invalid("Minimum and maximum capacity must not be less than 0")
    if low is not None and high is not None and low > high:
        raise invalid("Maximum capacity cannot be less than minimum capacity")
