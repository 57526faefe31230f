"""What every request has around it, as the service has it: an id, headers, a line of log, and a limit where there is one."""

import json
import os
import re
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
# The same as service/http/headers.ts.
_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';"
        b"img-src 'self' data:;object-src 'none';script-src 'self';style-src 'self'",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"origin-agent-cluster", b"?1"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-download-options", b"noopen"),
    (b"x-frame-options", b"DENY"),
    (b"x-permitted-cross-domain-policies", b"none"),
    (b"x-xss-protection", b"0"),
    (b"cache-control", b"no-store"),
]
_WINDOW_SECONDS = 60


class Surroundings:
    def __init__(self, app: ASGIApp, settings: Any, state: Any) -> None:
        self._app, self._settings, self._state = app, settings, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        asked = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else str(uuid4()).encode()
        status = 499

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += [(b"x-request-id", request_id), *_HEADERS]
            await send(message)

        ip = scope["client"][0]
        if await self._refuses(ip):
            await answer({"type": "http.response.start", "status": 429, "headers": []})
            await answer({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, answer)
        self._log(request_id.decode(), scope, status, time.perf_counter() - started, ip)

    async def _refuses(self, ip: str) -> bool:
        """A count for each address and minute, shared by what shares the cache."""
        if self._settings.rate_limit == 0:
            return False
        key = f"rate:{ip}:{int(time.time() // _WINDOW_SECONDS)}"
        async with self._state.redis.pipeline(transaction=False) as pipeline:
            count, _ = await pipeline.incr(key).expire(key, _WINDOW_SECONDS).execute()
        return bool(count > self._settings.rate_limit)

    def _log(self, request_id: str, scope: Scope, status: int, seconds: float, ip: str) -> None:
        line = {
            "level": "info",
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "service": self._settings.name,
            "version": self._settings.version,
            "requestId": request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 3),
            "ip": ip,
            "msg": "request",
        }
        os.write(1, json.dumps(line).encode() + b"\n")
