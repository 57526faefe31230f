"""The metrics that CloudWatch takes out of log events in the embedded metric format, whoever has written them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import datetime
import json
import time
from typing import Any

# Dimensions of a set, definitions of a directive, and values of a metric: at most.
_DIMENSIONS_MAX = 30
_DEFINITIONS_MAX = 100
_VALUES_MAX = 100
# What is older or further ahead is not taken: API_PutMetricData, Timestamp.
_SECONDS_BACK = 14 * 24 * 3600
_SECONDS_AHEAD = 2 * 3600

# Of PutMetricData: a namespace, and a datum in it.
Metric = tuple[str, dict[str, Any]]


class _Invalid(Exception):
    """The event does not keep to the specification: nothing of it becomes a metric."""


def put(account: str, region: str, messages: list[str]) -> None:
    metrics = [metric for message in messages for metric in taken_from(message)]
    if not metrics:
        return
    # Whoever has no such metric does not wait for CloudWatch to be loaded.
    from moto.cloudwatch.models import cloudwatch_backends

    for namespace, datum in metrics:
        cloudwatch_backends[account][region].put_metric_data(namespace, [datum])


def taken_from(message: str) -> list[Metric]:
    if '"_aws"' not in message:
        return []
    try:
        root = json.loads(message)
        metadata = root["_aws"]
        directives = metadata["CloudWatchMetrics"]
        at = _number(metadata["Timestamp"]) / 1000
        metrics = [metric for directive in directives for metric in _of_directive(root, directive)]
    except (ValueError, KeyError, TypeError, _Invalid):
        return []
    if not -_SECONDS_BACK <= at - time.time() <= _SECONDS_AHEAD:
        return []
    # Moto's times have no zone, and are UTC.
    when = datetime.datetime.fromtimestamp(at, tz=datetime.timezone.utc).replace(tzinfo=None)
    return [(namespace, {**datum, "Timestamp": when}) for namespace, datum in metrics]


def _of_directive(root: dict[str, Any], directive: dict[str, Any]) -> list[Metric]:
    """A datum for each metric and each set of dimensions."""
    namespace, sets, definitions = directive["Namespace"], directive["Dimensions"], directive["Metrics"]
    if not isinstance(namespace, str) or not namespace.strip() or len(definitions) > _DEFINITIONS_MAX:
        raise _Invalid
    return [
        (
            namespace,
            {
                "MetricName": definition["Name"],
                "Dimensions": _dimensions(root, names),
                "Values": _values(root[definition["Name"]]),
                "Unit": definition.get("Unit", "None"),
            },
        )
        for names in sets
        for definition in definitions
    ]


def _dimensions(root: dict[str, Any], names: list[str]) -> list[dict[str, str]]:
    if not isinstance(names, list) or len(names) > _DIMENSIONS_MAX or not all(isinstance(root[name], str) for name in names):
        raise _Invalid
    return [{"Name": name, "Value": root[name]} for name in names]


def _values(target: Any) -> list[float]:
    values = target if isinstance(target, list) else [target]
    if not 1 <= len(values) <= _VALUES_MAX:
        raise _Invalid
    return [_number(value) for value in values]


def _number(value: Any) -> float:
    # For Python a boolean is a number, for JSON it is not.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Invalid
    return value
