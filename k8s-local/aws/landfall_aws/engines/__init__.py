"""Databases and caches that really run: PostgreSQL, MariaDB and Redis or Valkey, of this machine's programs, as processes
of their own on loopback addresses of their own, with the ports, passwords, TLS and data that AWS would give them.

Only where it is asked for (--engines real). What runs follows what exists: after each call, what moto holds is compared
with the processes, so that the services need not know of them.
"""

import traceback
from typing import Any

# The hub of this process; None where databases and caches are simulated.
running: Any = None
# How often it is looked at whether work that is under way is done.
BEAT_SECONDS = 0.05


def follow() -> None:
    """Starts, changes and ends processes as what exists has it."""
    if running:
        try:
            running.follow()
        except Exception:  # noqa: BLE001 - what is asked must be answered all the same
            traceback.print_exc()


def busy(thing: Any) -> bool:
    """Whether a database, a cache or a snapshot has work under way, so that its state must not end yet."""
    return bool(running) and running.busy(thing)


def address(thing: Any) -> str | None:
    """Where it listens; None where it is simulated."""
    return running.address(thing) if running else None


def made_of(thing: Any, source: Any) -> None:
    """A new database, cache or snapshot begins with the data of a snapshot, or of a database as it is now."""
    if running:
        running.made_of(thing, source)
