"""Reading what somebody set by hand: JSON in, plain values out, one sentence where it is wrong."""

from collections.abc import Mapping
from typing import Any

_WORDS = {
    bool: "true or false",
    str: "a text",
    float: "a number that is not negative",
    int: "a whole number that is not negative",
}


def fields(where: str, value: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """`value` as a dict with no other keys than `kinds`, each of its kind. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"{where}: write an object")
    for name, item in value.items():
        if name not in kinds:
            raise ValueError(f"{where}: no such setting: {name}; there are {', '.join(kinds)}")
        if not _is(item, kinds[name]):
            raise ValueError(f"{where}: {name} wants {_WORDS[kinds[name]]}")
    return value


def _is(item: Any, kind: type) -> bool:
    if kind in (float, int):
        numbers = (int, float) if kind is float else (int,)
        return isinstance(item, numbers) and not isinstance(item, bool) and item >= 0
    return isinstance(item, kind)
