"""The emulator's whole state as canonical JSON: two equal states give equal bytes.

Everything in moto's backends is walked, of whatever service, so that something left behind cannot hide by being of
a kind nobody thought of. A backend that moto made only because somebody read from it is left out while it equals
what it was when fresh. Sessions of assumed roles are no state (see sessions.py).
"""

import base64
import datetime
import enum
import ipaddress
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

# When something was last used is not part of what exists, nor what was measured: nobody can delete that.
_IGNORED = {"last_used", "last_used_region", "password_last_used", "metric_data", "_lock", "lock"}


class _Walk:
    """One walk over a backend. Objects met twice become references to where they were first met, so cycles end."""

    def __init__(self, root: BaseBackend) -> None:
        self._root = root
        self._seen: dict[int, str] = {}

    def value(self, value: Any, path: str) -> Any:
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return repr(value)
        if isinstance(value, enum.Enum):
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, (datetime.datetime, datetime.date)):
            return value.isoformat()
        if isinstance(value, (ipaddress._BaseAddress, ipaddress._BaseNetwork)):
            return str(value)
        if isinstance(value, (bytes, bytearray)):
            return {"$bytes": base64.b64encode(bytes(value)).decode()}
        if isinstance(value, BaseBackend) and value is not self._root:
            return f"<{type(value).__name__} {value.account_id} {value.region_name}>"
        if isinstance(value, (set, frozenset)):
            return sorted((self.value(item, path + "{}") for item in value), key=_key)
        if isinstance(value, (Mapping, list, tuple)) or hasattr(value, "__dict__"):
            return self._container(value, path)
        return f"<{type(value).__name__}>"

    def _container(self, value: Any, path: str) -> Any:
        if callable(value) or type(value).__module__ in ("_thread", "threading", "re", "weakref", "random"):
            return f"<{getattr(value, '__qualname__', type(value).__name__)}>"
        if id(value) in self._seen:
            return {"$ref": self._seen[id(value)]}
        self._seen[id(value)] = path
        if isinstance(value, (list, tuple)):
            return [self.value(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if isinstance(value, Mapping):
            # Reading a missing key of a defaultdict stores an empty value; that is no difference in state.
            items = [(_name(k), v) for k, v in value.items() if not _only_read(value, v)]
            return {k: self.value(v, f"{path}.{k}") for k, v in sorted(items, key=lambda item: item[0])}
        fields = {k: v for k, v in vars(value).items() if k not in _IGNORED}
        return {
            "$class": type(value).__name__,
            **{k: self.value(fields[k], f"{path}.{k}") for k in sorted(fields)},
        }


def _only_read(holder: Mapping[Any, Any], value: Any) -> bool:
    """Whether a value is what reading a missing key stores, or holds nothing but such values."""
    if not isinstance(holder, defaultdict) or holder.default_factory is None:
        return False
    return value == holder.default_factory() or (
        isinstance(value, defaultdict) and all(_only_read(value, item) for item in value.values())
    )


def _name(key: Any) -> str:
    return key if isinstance(key, str) else repr(key)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def backend_state(backend: BaseBackend) -> str:
    state = _Walk(backend).value(backend, "")
    return json.dumps(state, sort_keys=True, separators=(",", ":"))


_fresh: dict[int, int] = {}
_kept: set[tuple[str, str, str]] = set()


def keep(service: str, account: str, region: str) -> None:
    """Always show this backend, even while it is as fresh as it was made."""
    _kept.add((service, account, region))


def remember_fresh() -> None:
    """From now on, notes of every backend what it looked like when moto made it."""
    original = AccountSpecificBackend.__getitem__

    def getitem(self: Any, region: str) -> Any:
        known = len(self.keys())
        backend = original(self, region)
        if len(self.keys()) != known:
            _fresh[id(backend)] = hash(backend_state(backend))
        return backend

    AccountSpecificBackend.__getitem__ = getitem  # type: ignore[method-assign]


def forget_fresh() -> None:
    _fresh.clear()


def dump() -> str:
    """`{"<service>": {"<account>": {"<region>": state}}}`, sorted, without white space."""
    parts: list[tuple[str, str, str, str]] = []
    for backends in list(BackendDict._instances):
        for account, region, backend in list(backends.iter_backends()):
            state = backend_state(backend)
            key = (backends.service_name, account, region)
            if key not in _kept and _fresh.get(id(backend)) == hash(state):
                continue
            parts.append((*key, state))
    tree: dict[str, dict[str, dict[str, str]]] = {}
    for service, account, region, state in parts:
        tree.setdefault(service, {}).setdefault(account, {})[region] = state
    return _join({s: _join({a: _join(regions) for a, regions in accounts.items()}) for s, accounts in tree.items()})


def _join(parts: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(key)}:{parts[key]}" for key in sorted(parts)) + "}"
