"""Things that AWS does a little later. Nothing runs in the background: what has become due happens, in order of
its time, before the next call is looked at.

A test may hold the clock, so that nothing happens however slow the machine is, and let time pass by the second. What really
takes its time, as containers do, is done elsewhere, by threads of its own, and told before the next call, too.
"""

import heapq
import itertools
import threading
import time
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

# Nanoseconds, whole ones: two tenths of a second that pass one after the other are a fifth.
_due: list[tuple[int, int, Callable[[], None]]] = []
_order = itertools.count()
# Where the clock is held, and by how much it is ahead of the machine's when it is not.
_held: int | None = None
_ahead = 0
# What other threads have to tell, and how much of what was begun elsewhere is not over.
_told: SimpleQueue[Callable[[], None]] = SimpleQueue()
_elsewhere = 0
_resets = 0


def _now() -> int:
    return time.monotonic_ns() + _ahead if _held is None else _held


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)


def seconds() -> float:
    """What the clock shows, for what is known for a while only."""
    return _now() / 1e9


def after(seconds: float, action: Callable[[], None]) -> None:
    heapq.heappush(_due, (_now() + _nanoseconds(seconds), next(_order), action))


def tell(action: Callable[[], None]) -> None:
    """From any thread: happens before the next call."""
    _told.put(action)


def elsewhere(work: Callable[[], Any], then: Callable[[Any], None]) -> None:
    """Does work, which must not touch anything of moto's, beside the calls, and tells what comes of it."""
    global _elsewhere
    _elsewhere += 1
    resets = _resets

    def over(act: Callable[[], None]) -> None:
        global _elsewhere
        if resets == _resets:
            _elsewhere -= 1
            act()

    def run() -> None:
        try:
            result = work()
        except Exception:  # noqa: BLE001 - who waits for it must not wait for ever
            traceback.print_exc()
            tell(lambda: over(lambda: None))
        else:
            tell(lambda: over(lambda: then(result)))

    threading.Thread(target=run, daemon=True).start()


def tick() -> None:
    while not _told.empty():
        _told.get()()
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
    while _due or _elsewhere:
        wait = max(0, _due[0][0] - _now()) / 1e9 if _due else 0.02
        if _elsewhere:
            time.sleep(min(wait, 0.02))
            tick()
        elif _held is None:
            time.sleep(wait)
            tick()
        else:
            let_pass(wait)


def clear() -> None:
    global _held, _elsewhere, _resets
    _due.clear()
    _held = None
    _elsewhere, _resets = 0, _resets + 1
