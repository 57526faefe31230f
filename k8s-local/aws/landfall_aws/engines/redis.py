"""Redis, or Valkey where that is installed: one node, whatever shards and replicas are asked for."""

import secrets
import shutil
import socket
from pathlib import Path

from . import programs
from .engine import Engine, Wanted

_ADMIN = "administrator"
_FILE = "dump.rdb"


class Redis(Engine):
    def make(self) -> None:
        self.data.mkdir(mode=0o700)
        programs.own(self.data)

    def command(self) -> list[str]:
        # Who administers it comes in by the socket, with a password all the same: users are the same everywhere.
        self._password = secrets.token_hex(16)
        tls, port = (self.wanted.port, 0) if self.wanted.tls else (0, self.wanted.port)
        lines = [
            f"bind {self.address}",
            f"port {port}",
            f"tls-port {tls}",
            f"tls-cert-file {self.folder / 'certificate.pem'}",
            f"tls-key-file {self.folder / 'key.pem'}",
            f"tls-ca-cert-file {self.folder / 'authority.pem'}",
            "tls-auth-clients no",
            f"unixsocket {self._socket}",
            f"dir {self.data}",
            f"dbfilename {_FILE}",
            'save ""',
            f"user {_ADMIN} on >{self._password} ~* &* +@all",
            # Until it is settled, nobody comes in.
            "user default off",
        ]
        self._write("redis.conf", "\n".join(lines) + "\n")
        return [programs.cache() or "redis-server", str(self.folder / "redis.conf")]

    def ask(self) -> None:
        self._call("PING")

    def settle(self, wanted: Wanted, restored: bool) -> None:
        self.change(wanted)

    def change(self, wanted: Wanted) -> None:
        tokens = [f"#{token}" for token in wanted.secrets] or ["nopass"]
        # "Restricted commands": ElastiCache runs the server itself.
        self._call("ACL", "SETUSER", "default", "on", "resetpass", *tokens, "~*", "&*", "+@all", "-@admin")

    def save(self, folder: Path) -> None:
        self._call("SAVE")
        shutil.copy(self.data / _FILE, folder / _FILE)

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"

    def _call(self, *words: str) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(str(self._socket))
            with connection.makefile("rb") as answers:
                for command in (("AUTH", _ADMIN, self._password), words):
                    sent = [f"*{len(command)}\r\n", *(f"${len(word)}\r\n{word}\r\n" for word in command)]
                    connection.sendall("".join(sent).encode())
                    answer = answers.readline().decode().strip()
                    if not answer.startswith("+"):
                        raise RuntimeError(f"{words[0]}: {answer}")
