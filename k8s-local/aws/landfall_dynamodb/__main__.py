"""
`python -m landfall_dynamodb`: DynamoDB alone, in place of amazon/dynamodb-local where that cannot be had. It takes the arguments of
that one's Java, of which -port and -dbPath say something, has one set of tables for all keys and regions, as with -sharedDb, and with
-dbPath still has them after it was started anew.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")

from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.dynamodb.models import dynamodb_backends  # noqa: E402
from moto.moto_server.werkzeug_app import create_backend_app  # noqa: E402
from werkzeug.serving import run_simple  # noqa: E402
from werkzeug.test import EnvironBuilder  # noqa: E402
from werkzeug.wrappers import Request, Response  # noqa: E402

_ANYBODY = "AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
_READING = ("BatchGet", "Describe", "Get", "List", "Query", "Scan", "TransactGet")

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Tables:
    """Answers one call after the other, and writes down those that change anything before it answers them."""

    def __init__(self, path: Path | None) -> None:
        self._app: WsgiApplication = create_backend_app("dynamodb")
        self._lock = Lock()
        self._journal = None
        if path is None:
            return
        path.mkdir(parents=True, exist_ok=True)
        file = path / "calls.jsonl"
        for line in file.read_text().splitlines() if file.exists() else []:
            try:
                call = json.loads(line)
            except ValueError:
                # The last one, which was being written and not answered.
                continue
            self._ask(call["target"], call["body"].encode())
        self._journal = file.open("a")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        target, body = request.headers.get("X-Amz-Target", ""), request.get_data()
        with self._lock:
            answer = self._ask(target, body)
            if answer.status_code == 200:
                self._keep(target, body)
        return answer(environ, start_response)

    def _ask(self, target: str, body: bytes) -> Response:
        headers = {"X-Amz-Target": target, "Authorization": _ANYBODY, "Content-Type": "application/x-amz-json-1.0"}
        environ = EnvironBuilder("/", "http://dynamodb.us-east-1.amazonaws.com", method="POST", data=body, headers=headers)
        answer = Response.from_app(self._app, environ.get_environ(), buffered=True)
        for table in dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables.values():
            # moto takes no other stream once there was one.
            if not (table.stream_specification or {}).get("StreamEnabled"):
                table.latest_stream_label = None
        return answer

    def _keep(self, target: str, body: bytes) -> None:
        action = target.rpartition(".")[2]
        if self._journal is None or action.startswith(_READING):
            return
        self._journal.write(json.dumps({"target": target, "body": body.decode()}) + "\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())


def _end(*_: object) -> None:
    # Whatever was answered is on disk.
    os._exit(0)


def main(arguments: list[str]) -> None:
    """The value of an option is what follows it."""
    given = dict(zip(arguments, arguments[1:]))
    path = given.get("-dbPath")
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, _end)
    tables = Tables(None if path is None else Path(path))
    run_simple("0.0.0.0", int(given.get("-port", "8000")), tables, threaded=True)


if __name__ == "__main__":
    main(sys.argv[1:])
