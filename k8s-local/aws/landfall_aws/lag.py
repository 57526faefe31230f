"""Describes lag behind writes: for a while they answer from the state before them. Off unless seconds are set.

EC2: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency

Before a write, the backend it changes is copied. A read sees the copy that was made before the first write that it
does not see yet. How long a write is unseen is drawn anew for each reading action, so that DescribeVpcs may know a
VPC that DescribeSubnets knows no subnet of; within one action, writes appear in their order. Writes themselves, the
dump and the ledger always have the real state.
"""

import copy
import importlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.core.responses import BaseResponse
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from . import checks, young
from .call import Call, current
from .ledger import is_write

OFF: dict[str, Any] = {}

_BACKENDS: dict[str, Any] = {"ec2": ec2_backends, "iam": iam_backends, "logs": logs_backends}
# Imported when they are first called, by moto's name: ECS says of its API that it is eventually consistent, KMS of
# its own, DynamoDB of DescribeTable, and who has polled the others knows it.
_MODULES = {
    "acm": "acm",
    "application-autoscaling": "applicationautoscaling",
    "autoscaling": "autoscaling",
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "ecs": "ecs",
    "elasticache": "elasticache",
    "elbv2": "elbv2",
    "kms": "kms",
    "rds": "rds",
    "secretsmanager": "secretsmanager",
    "wafv2": "wafv2",
}
# What each service's reads look at.
_READS = {"ec2": ("ec2",), "iam": ("iam",), "logs": ("logs",), "tagging": ("ec2", "logs", "ecs", "elbv2", "application-autoscaling", "cloudwatch", "acm", "wafv2")}
_READS |= {service: (service,) for service in _MODULES}
_READS["resourcegroupstaggingapi"] = _READS["tagging"]


@dataclass(frozen=True)
class Lag:
    """Seconds. A read sees a write after between min and max; a write, what was made, after writeSeconds."""

    minSeconds: float = 0
    maxSeconds: float = 0
    writeSeconds: float = 0
    seed: int = 0


@dataclass(frozen=True)
class _Write:
    number: int
    at: float
    before: Any


_lag = Lag()
_count = 0
# By service, account and region, oldest first.
_writes: dict[tuple[str, str, str], list[_Write]] = {}


def parse(value: Any) -> Lag:
    given = checks.fields("lag", value, {"minSeconds": float, "maxSeconds": float, "writeSeconds": float, "seed": int})
    lag = Lag(**{"maxSeconds": given.get("minSeconds", 0), **given})
    if lag.maxSeconds < lag.minSeconds:
        raise ValueError("lag: maxSeconds is not less than minSeconds")
    return lag


def use(lag: Lag) -> None:
    """Begins anew: every write so far is seen."""
    global _lag, _count
    _lag, _count = lag, 0
    _writes.clear()
    young.clear()


def shown() -> dict[str, Any]:
    return vars(_lag)


def _backends(service: str) -> Any:
    if service not in _BACKENDS:
        module = _MODULES[service]
        _BACKENDS[service] = getattr(importlib.import_module(f"moto.{module}.models"), f"{module}_backends")
    return _BACKENDS[service]


def _key(service: str, call: Call) -> tuple[str, str, str]:
    return service, call.account or "", "aws" if service == "iam" else call.region or ""


def _unseen_for(write: _Write, reader: str) -> float:
    # Of the seed, the write and the reader alone, so that a run can be had again.
    return random.Random(f"{_lag.seed}/{write.number}/{reader}").uniform(_lag.minSeconds, _lag.maxSeconds)


def _seen_by(key: tuple[str, str, str], reader: str, now: float) -> Any:
    """The copy that a reader sees, or None for the real state."""
    writes = _writes[key] = [w for w in _writes.get(key, []) if now < w.at + _lag.maxSeconds]
    return next((w.before for w in writes if now < w.at + _unseen_for(w, reader)), None)


@contextmanager
def _in_place(call: Call) -> Iterator[None]:
    """Puts copies where moto looks for its backends; calls run one at a time, so nobody else meets them."""
    now, put_back = time.monotonic(), []
    try:
        for service in _READS.get(call.service or "", ()):
            key = _key(service, call)
            seen = _seen_by(key, call.action or "", now)
            if seen is not None:
                regions = _backends(service)[key[1]]
                put_back.append((regions, key[2], regions[key[2]]))
                regions[key[2]] = seen
        yield
    finally:
        for regions, region, real in put_back:
            regions[region] = real


def _write(call: Call, proceed: Callable[[], Any]) -> Any:
    global _count
    key = _key(call.service or "", call)
    before = copy.deepcopy(_backends(key[0])[key[1]][key[2]]) if _lag.maxSeconds else None
    answer = proceed()
    if int(answer[0]) < 400:
        _count += 1
        now = time.monotonic()
        if before is not None:
            _writes.setdefault(key, []).append(_Write(_count, now, before))
        young.note(call, answer[2], now)
    return answer


def delay(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline."""
    call = current()
    if not (_lag.maxSeconds or _lag.writeSeconds) or (call.service or "") not in _READS:
        return proceed()
    if is_write(action):
        if call.service not in _BACKENDS and call.service not in _MODULES:
            return proceed()
        young.refuse(call, time.monotonic() - _lag.writeSeconds)
        return _write(call, proceed)
    with _in_place(call):
        return proceed()
