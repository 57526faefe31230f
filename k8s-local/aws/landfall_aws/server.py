"""HTTP: keep-alive connections, one call at a time through moto, every call in the ledger."""

import io
import json
import re
import socket
import time
import traceback
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from moto.core.request import Request
from moto.ec2.responses import EC2Response
from moto.iam.responses import IamResponse
from moto.logs.responses import LogsResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse
from moto.sts.responses import TokenResponse

from . import call as calls
from . import engines, lifecycle, services
from .ledger import Ledger

# Services with one URL go straight to moto's response class; Flask's routing costs more than the call itself.
_DIRECT = {
    "ec2": EC2Response,
    "iam": IamResponse,
    "sts": TokenResponse,
    "logs": LogsResponse,
    "tagging": ResourceGroupsTaggingAPIResponse,
}
_SCOPE = re.compile(r"Credential=([^/,]+)/[^/]+/([^/]+)/([^/]+)/aws4_request")
_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_HOP = {"connection", "content-length", "transfer-encoding", "status", "date", "server"}


class _ServedRequest(Request):
    from_wsgi_server = True


class Application:
    """Takes parsed HTTP requests; the lock makes moto, which is not thread-safe, safe."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.lock = RLock()
        self._fallback = DomainDispatcherApplication(create_backend_app)

    def handle(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes] | None:
        """The answer, or None where a fault has it that none arrives."""
        with self.lock:
            # The ledger's times follow its order, so waiting for the calls before is not part of a call's duration.
            started = time.time()
            lifecycle.tick()
            engines.follow()
            record = calls.Call(request_id=str(uuid.uuid4()))
            record.pause = lambda seconds: self._pause(record, seconds)
            calls.begin(record)
            scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
            if scope:
                record.access_key, record.region, record.service = scope.groups()
            try:
                status, headers, body = self._dispatch(environ, record.service)
            except NotImplementedError as error:
                status, headers, body = _plain_error(501, "NotImplemented", str(error))
            except Exception as error:  # noqa: BLE001 - the server must outlive a bug in one method
                traceback.print_exc()
                status, headers, body = _plain_error(500, "InternalError", f"{type(error).__name__}: {error}")
            engines.follow()
            headers["x-amzn-requestid"] = record.request_id
            error_code = _error_code(status, headers, body) if status >= 400 else None
            if record.fault == "lost before":
                status, error_code = 0, "ConnectionClosed"
            self.ledger.add(record, environ["REQUEST_METHOD"], started, status, error_code)
        time.sleep(record.answer_after)
        return None if record.lost else (status, headers, body)

    def _pause(self, record: calls.Call, seconds: float) -> None:
        if not seconds:
            return
        # The call has changed nothing yet, and its response object is its own: others may go first.
        self.lock.release()
        time.sleep(seconds)
        self.lock.acquire()
        lifecycle.tick()
        calls.begin(record)

    def _dispatch(self, environ: dict[str, Any], service: str | None) -> tuple[int, dict[str, str], bytes]:
        response_class = _DIRECT.get(service or "") or services.response_class(service)
        if response_class and environ["PATH_INFO"] == "/":
            request = _ServedRequest(environ)
            status, headers, body = response_class.dispatch(request, request.raw_url, dict(request.headers))
            return int(status), dict(headers), body.encode() if isinstance(body, str) else bytes(body or b"")
        result: list[Any] = []
        chunks = self._fallback(environ, lambda status, headers, exc_info=None: result.extend([status, headers]))
        body = b"".join(chunks)
        return int(result[0].split(" ", 1)[0]), dict(result[1]), body


def _plain_error(status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    # Readable by XML and by JSON clients alike: the code is in the header, the message in the body.
    body = json.dumps({"__type": code, "message": message}).encode()
    return status, {"Content-Type": "application/x-amz-json-1.1", "X-Amzn-Errortype": code}, body


def _error_code(status: int, headers: dict[str, str], body: bytes) -> str:
    found = _XML_CODE.search(body)
    if found:
        return found.group(1).decode()
    for name, value in headers.items():
        if name.lower() == "x-amzn-errortype":
            return value.split("#")[-1]
    try:
        return str(json.loads(body)["__type"]).split("#")[-1]
    except (ValueError, KeyError, TypeError):
        return str(status)


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with connections that stay open, so that an SDK's pool is of use."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: Any

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self) -> None:
        body = self._body()
        path, _, query = self.path.partition("?")
        if path.startswith("/_landfall/"):
            parsed = {key: values[-1] for key, values in parse_qs(query).items()}
            answer = self.server.admin(self.command, path, parsed, body)
        else:
            answer = self.server.application.handle(self._environ(path, query, body))
        if answer is None:
            self.close_connection = True
            return
        self._send(*answer)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status, _reason(status))
        for name, value in headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, str(value))
        self.send_header("Date", self.date_time_string())
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _answer

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _environ(self, path: str, query: str, body: bytes) -> dict[str, Any]:
        host, port = self.server.server_address[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(urlsplit(path).path, "latin-1") or "/",
            "QUERY_STRING": query,
            "RAW_URI": self.path,
            "REQUEST_URI": self.path,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": None,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
                environ["HTTP_" + key] = value
        return environ


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def server_bind(self) -> None:
        # HTTPServer asks DNS for the host's name here, which can take seconds on a machine without a network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up in mid-sentence is no news.
        pass


class Server(QuietServer):
    def __init__(self, address: tuple[str, int], application: Application, admin: Any) -> None:
        self.application = application
        self.admin = admin
        super().__init__(address, Handler)
