"""Wildcards as AWS writes them: `*` for any characters, `?` for one, nothing else special."""

import functools
import re


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    parts = ("." if c == "?" else ".*" if c == "*" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), flags | re.DOTALL)


def like(pattern: str, text: str, ignore_case: bool = False) -> bool:
    return _compiled(pattern, re.IGNORECASE if ignore_case else 0).fullmatch(text) is not None
