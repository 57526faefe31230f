"""Things that AWS does a little later. Nothing runs in the background: what has become due happens, in order of
its time, before the next call is looked at."""

import heapq
import itertools
import time
from collections.abc import Callable

_due: list[tuple[float, int, Callable[[], None]]] = []
_order = itertools.count()


def after(seconds: float, action: Callable[[], None]) -> None:
    heapq.heappush(_due, (time.monotonic() + seconds, next(_order), action))


def tick() -> None:
    now = time.monotonic()
    while _due and _due[0][0] <= now:
        heapq.heappop(_due)[2]()


def settle() -> None:
    """Waits for everything that is under way. Used by the dump, so that it never catches a state in between."""
    while _due:
        time.sleep(max(0.0, _due[0][0] - time.monotonic()))
        tick()


def clear() -> None:
    _due.clear()
