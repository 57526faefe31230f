"""What makes the local AWS as hard as a bad day of the real one: all off unless set, at the start or while it runs."""

from typing import Any

from . import faults, lag, permissions, quotas, throttling

_PARTS = {"faults": faults, "throttling": throttling, "permissions": permissions, "lag": lag, "quotas": quotas}


def shown() -> dict[str, Any]:
    return {name: part.shown() for name, part in _PARTS.items()}


def configure(wanted: Any) -> None:
    """Sets the parts that are named and leaves the others. Raises ValueError with one sentence, having set nothing."""
    if not isinstance(wanted, dict) or not wanted.keys() <= _PARTS.keys():
        raise ValueError(f"write an object with some of {', '.join(_PARTS)}")
    checked = {name: _PARTS[name].parse(value) for name, value in wanted.items()}
    for name, value in checked.items():
        _PARTS[name].use(value)


def reset(start: dict[str, Any]) -> None:
    configure({**{name: part.OFF for name, part in _PARTS.items()}, **start})
