"""Things that AWS does a little later. Nothing runs in the background: what has become due happens, in order of
its time, before the next call is looked at.

A test may hold the clock, so that nothing happens however slow the machine is, and let time pass by the second.
"""

import heapq
import itertools
import time
from collections.abc import Callable

# Nanoseconds, whole ones: two tenths of a second that pass one after the other are a fifth.
_due: list[tuple[int, int, Callable[[], None]]] = []
_order = itertools.count()
# Where the clock is held, and by how much it is ahead of the machine's when it is not.
_held: int | None = None
_ahead = 0


def _now() -> int:
    return time.monotonic_ns() + _ahead if _held is None else _held


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)


def seconds() -> float:
    """What the clock shows, for what is known for a while only."""
    return _now() / 1e9


def after(seconds: float, action: Callable[[], None]) -> None:
    heapq.heappush(_due, (_now() + _nanoseconds(seconds), next(_order), action))


def tick() -> None:
    now = _now()
    while _due and _due[0][0] <= now:
        heapq.heappop(_due)[2]()


def hold() -> None:
    global _held
    _held = _now()


def let_pass(seconds: float) -> None:
    """On a clock that is held: everything happens that becomes due within so many seconds, each at its time."""
    global _held
    if _held is None:
        raise ValueError("hold the clock first")
    end = _held + _nanoseconds(seconds)
    while _due and _due[0][0] <= end:
        _held = _due[0][0]
        tick()
    _held = end


def release() -> None:
    """The clock goes on from where it was held."""
    global _held, _ahead
    if _held is not None:
        _ahead = _held - time.monotonic_ns()
        _held = None


def settle() -> None:
    """Waits for everything that is under way. Used by the dump, so that it never catches a state in between."""
    while _due:
        wait = max(0, _due[0][0] - _now()) / 1e9
        if _held is None:
            time.sleep(wait)
            tick()
        else:
            let_pass(wait)


def clear() -> None:
    global _held
    _due.clear()
    _held = None
