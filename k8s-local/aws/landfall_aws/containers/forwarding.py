"""What stands for a load balancer on this machine: a server on the loopback interface that forwards to healthy targets,
each request of HTTP by itself, or each connection."""

import http.client
import itertools
import socket
import socketserver
import threading
from collections.abc import Callable
from typing import Any

from ..server import Handler, QuietServer

Address = tuple[str, int]
# Where the next one may go to; nothing where nobody is healthy.
Targets = Callable[[], list[Address]]
_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
_SECONDS = 60


class _Turns:
    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._turn = itertools.count()

    def next(self) -> Address | None:
        targets = self._targets()
        return targets[next(self._turn) % len(targets)] if targets else None


class _Request(Handler):
    def _answer(self) -> None:
        body = self._body()
        address = self.server.turns.next()
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
        if address is None:
            self._send(503, {"Content-Type": "text/html"}, b"<h1>503 Service Temporarily Unavailable</h1>")
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        headers |= {"X-Forwarded-For": self.client_address[0], "X-Forwarded-Proto": "http", "Connection": "close"}
        headers["X-Forwarded-Port"] = str(self.server.listener_port)
        connection = http.client.HTTPConnection(*address, timeout=_SECONDS)
        try:
            connection.request(self.command, self.path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
        except TimeoutError:
            self._send(504, {"Content-Type": "text/html"}, b"<h1>504 Gateway Time-out</h1>")
        except (OSError, http.client.HTTPException):
            self._send(502, {"Content-Type": "text/html"}, b"<h1>502 Bad Gateway</h1>")
        else:
            self._send(response.status, {n: v for n, v in response.getheaders() if n.lower() not in _HOP}, content)
        finally:
            connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _answer


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        address = self.server.turns.next()  # type: ignore[attr-defined]
        if address is None:
            return
        try:
            target = socket.create_connection(address, timeout=_SECONDS)
        except OSError:
            return
        target.settimeout(None)
        with target:
            there = threading.Thread(target=_pump, args=(self.request, target), daemon=True)
            there.start()
            _pump(target, self.request)
            there.join(timeout=1)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(64 * 1024):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # Either side has hung up.
        pass


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Forwarder:
    """Listens at a free port until it is closed."""

    def __init__(self, is_http: bool, listener_port: int, targets: Targets) -> None:
        self._server: Any = QuietServer(("127.0.0.1", 0), _Request) if is_http else _TcpServer(("127.0.0.1", 0), _Connection)
        self._server.turns, self._server.listener_port = _Turns(targets), listener_port
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"{host}:{port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
