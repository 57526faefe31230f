"""MariaDB, which stands in for MySQL. Administered through its socket, by who runs it."""

from pathlib import Path

from . import programs
from .engine import Engine, Wanted


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _switch(on: bool) -> str:
    return "ON" if on else "OFF"


class MariaDb(Engine):
    def make(self) -> None:
        root = ("--auth-root-authentication-method=socket", f"--auth-root-socket-user={programs.user()}")
        arguments = ("--no-defaults", f"--datadir={self.data}", "--skip-test-db", "--skip-name-resolve", *root)
        programs.run(self.folder, "mariadb-install-db", *arguments)

    def command(self) -> list[str]:
        return [
            programs.find("mariadbd") or "mariadbd",
            "--no-defaults",
            f"--datadir={self.data}",
            f"--socket={self._socket}",
            f"--bind-address={self.address}",
            f"--port={self.wanted.port}",
            f"--ssl-cert={self.folder / 'certificate.pem'}",
            f"--ssl-key={self.folder / 'key.pem'}",
            f"--require-secure-transport={_switch(self.wanted.tls)}",
            "--character-set-server=utf8mb4",
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=32M",
            # Speed: what is lost with the machine is of no use to anybody.
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-flush-method=nosync",
        ]

    def ask(self) -> None:
        self._sql("SELECT 1")

    def settle(self, wanted: Wanted, restored: bool) -> None:
        if not restored:
            user = f"{_text(wanted.user)}@'%'"
            self._sql(f"CREATE USER {user} ACCOUNT LOCK; GRANT ALL PRIVILEGES ON *.* TO {user} WITH GRANT OPTION")
            if wanted.database:
                self._sql(f"CREATE DATABASE `{wanted.database}`")
        self._set_password(wanted)

    def change(self, wanted: Wanted) -> None:
        self._set_password(wanted)
        self._sql(f"SET GLOBAL require_secure_transport={_switch(wanted.tls)}")

    def save(self, folder: Path) -> None:
        programs.run(self.folder, "mariabackup", "--backup", f"--target-dir={folder}", *self._login)
        programs.run(self.folder, "mariabackup", "--prepare", f"--target-dir={folder}")

    def _set_password(self, wanted: Wanted) -> None:
        for password in wanted.secrets:
            self._sql(f"ALTER USER {_text(wanted.user)}@'%' IDENTIFIED BY {_text(password)} ACCOUNT UNLOCK")

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"

    @property
    def _login(self) -> tuple[str, ...]:
        return (f"--socket={self._socket}", f"--user={programs.user()}")

    def _sql(self, statement: str) -> None:
        # Through its input, so that no list of processes shows a password.
        programs.run(self.folder, "mariadb", "--no-defaults", *self._login, text=statement)
