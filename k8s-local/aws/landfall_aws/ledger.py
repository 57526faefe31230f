"""Every API call that reached the server, in order, with who made it, what it asked and how it ended."""

import re
import time
from datetime import datetime, timezone
from typing import Any

from .call import Call

_READ = re.compile(r"^(Describe|Get|List|Head|BatchGet|Lookup|Search|Scan|Query|Select|Simulate|Test|Validate|Filter|Check)")
# Verbs that mislead: these look like reads or like writes and are not.
_READS = {"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "DecodeAuthorizationMessage", "StartQuery"}
_WRITES = {"GetAuthorizationTokenForWrite", "GenerateCredentialReport"}
_SECRET = re.compile(r"(password|secret(string|binary|accesskey|key)?|sessiontoken|authtoken|privatekey)$", re.IGNORECASE)


def is_write(action: str | None, method: str = "POST") -> bool:
    """Whether the action changes anything in AWS, judged by its verb; calls without an action by HTTP method."""
    if not action:
        return method not in ("GET", "HEAD", "OPTIONS")
    if action in _WRITES:
        return True
    return not (action in _READS or _READ.match(action))


def redacted(value: Any, key: str = "") -> Any:
    """Parameters as plain JSON, with values of secret-sounding names replaced."""
    if isinstance(value, dict):
        return {str(k): redacted(v, str(k)) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(item, key) for item in value]
    if _SECRET.search(key) and isinstance(value, (str, bytes)):
        return "(redacted)"
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


class Ledger:
    """Sequence numbers go on after a clear, so that a reader's `after` never skips anything."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._seq = 0

    def add(self, call: Call, method: str, started: float, status: int, error: str | None) -> None:
        self._seq += 1
        at = datetime.fromtimestamp(started, timezone.utc)
        self._entries.append(
            {
                "seq": self._seq,
                "time": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
                "durationMs": round((time.time() - started) * 1000, 2),
                "account": call.account,
                "region": call.region,
                "service": call.service,
                "action": call.action,
                "write": is_write(call.action, method),
                "caller": call.caller,
                "accessKeyId": call.access_key,
                "params": redacted(call.params),
                "status": status,
                "error": error,
                "fault": call.fault,
                "requestId": call.request_id,
            }
        )

    def after(self, seq: int) -> list[dict[str, Any]]:
        skip = max(0, seq - (self._seq - len(self._entries)))
        return self._entries[skip:]

    def last(self) -> int:
        """The number of the last call; 0 before the first."""
        return self._seq

    def clear(self) -> None:
        self._entries = []
