"""What tests and people ask the server itself, under /_landfall/."""

import json
from collections.abc import Callable

from . import containers, difficulty, dump, engines, lifecycle, sessions
from .server import Application

Answer = tuple[int, dict[str, str], bytes]


def _json(value: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _configure(body: bytes) -> Answer:
    try:
        difficulty.configure(json.loads(body))
    except ValueError as error:
        return _json({"error": str(error)}, 400)
    return _json(difficulty.shown())


def _pass(seconds: str) -> Answer:
    try:
        lifecycle.let_pass(float(seconds))
    except ValueError as error:
        return _json({"error": str(error)}, 400)
    return _json({})


def admin(application: Application, reset: Callable[[], None]) -> Callable[[str, str, dict[str, str], bytes], Answer]:
    def answer(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        route = (method, path.removeprefix("/_landfall/"))
        if route == ("GET", "ready"):
            return _json({"ready": True})
        with application.lock:
            if route == ("GET", "ledger"):
                return _json(application.ledger.after(int(query.get("after", "0"))))
            if route == ("GET", "mark"):
                return _json({"seq": application.ledger.last()})
            if route == ("DELETE", "ledger"):
                application.ledger.clear()
                return _json({})
            if route == ("GET", "dump"):
                lifecycle.settle()
                return 200, {"Content-Type": "application/json"}, dump.dump().encode()
            if route == ("GET", "addresses"):
                return _json(containers.running.addresses() if containers.running else [])
            if route == ("GET", "authority"):
                return _json({"certificate": engines.running.authority.pem if engines.running else None})
            if route == ("GET", "difficulty"):
                return _json(difficulty.shown())
            if route == ("PUT", "difficulty"):
                return _configure(body)
            if route == ("POST", "expire"):
                key = query.get("key", "")
                return _json({}) if sessions.end(key) else _json({"error": f"no session has the key {key}"}, 404)
            if route == ("POST", "hold"):
                lifecycle.hold()
                return _json({})
            if route == ("POST", "pass"):
                return _pass(query.get("seconds", ""))
            if route == ("POST", "release"):
                lifecycle.release()
                return _json({})
            if route == ("POST", "reset"):
                reset()
                return _json({})
        return _json({"error": f"{method} {path}: no such thing"}, 404)

    return answer
