"""The call in hand. Calls run one at a time (moto is not thread-safe), so one module-level slot is enough."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """One API call as the ledger shows it; filled in while the call is on its way through."""

    request_id: str
    access_key: str | None = None
    account: str | None = None
    region: str | None = None
    service: str | None = None
    action: str | None = None
    caller: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    # What a rule of faults.py did to it.
    fault: str | None = None
    # The connection is closed instead of answered.
    lost: bool = False
    # Seconds between the end of the call and its answer, in which others are served.
    answer_after: float = 0
    # Waits for so many seconds while others are served.
    pause: Callable[[float], None] = lambda seconds: None


_current: Call | None = None


def begin(call: Call) -> None:
    global _current
    _current = call


def current() -> Call:
    if _current is None:
        raise RuntimeError("no call is being handled")
    return _current
