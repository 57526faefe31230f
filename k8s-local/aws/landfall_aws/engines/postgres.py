"""PostgreSQL, which stands in for Aurora's. Administered through a socket in a folder that nobody else can open."""

from pathlib import Path

from . import programs
from .engine import Engine, Wanted

_ADMIN = "rdsadmin"
# Speed: what is lost with the machine is of no use to anybody.
_SETTINGS = ("fsync=off", "shared_buffers=16MB", "max_wal_senders=4", "password_encryption=scram-sha-256", "ssl=on")


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Postgres(Engine):
    # Of all its processes, with no word to clients.
    signal = "QUIT"

    def make(self) -> None:
        arguments = ("--no-sync", "--encoding=UTF8", "--auth=trust", f"--username={_ADMIN}")
        programs.run(self.folder, "initdb", *arguments, f"--pgdata={self.data}")

    def command(self) -> list[str]:
        self._admit(self.wanted)
        own = {
            "listen_addresses": self.address,
            "port": str(self.wanted.port),
            "unix_socket_directories": str(self.folder),
            "ssl_cert_file": str(self.folder / "certificate.pem"),
            "ssl_key_file": str(self.folder / "key.pem"),
            "hba_file": str(self.folder / "hba.conf"),
        }
        settings = [*_SETTINGS, *(f"{name}={value}" for name, value in own.items())]
        return [programs.find("postgres") or "postgres", "-D", str(self.data), *(f"--{each}" for each in settings)]

    def ask(self) -> None:
        self._sql("SELECT 1")

    def settle(self, wanted: Wanted, restored: bool) -> None:
        user = _name(wanted.user)
        if not restored:
            self._sql(f"CREATE ROLE {user} LOGIN CREATEDB CREATEROLE")
            if wanted.database:
                self._sql(f"CREATE DATABASE {_name(wanted.database)} OWNER {user}")
        self._set_password(wanted)

    def change(self, wanted: Wanted) -> None:
        self._set_password(wanted)
        self._admit(wanted)
        self._sql("SELECT pg_reload_conf()")

    def save(self, folder: Path) -> None:
        where = (f"--host={self.folder}", f"--port={self.wanted.port}", f"--username={_ADMIN}", f"--pgdata={folder}")
        programs.run(self.folder, "pg_basebackup", *where, "--wal-method=stream", "--checkpoint=fast", "--no-sync")

    def _set_password(self, wanted: Wanted) -> None:
        for password in wanted.secrets:
            self._sql(f"ALTER ROLE {_name(wanted.user)} PASSWORD {_text(password)}")

    def _admit(self, wanted: Wanted) -> None:
        lines = ["local all all trust", "local replication all trust", "hostssl all all 0.0.0.0/0 scram-sha-256"]
        if not wanted.tls:
            lines.append("hostnossl all all 0.0.0.0/0 scram-sha-256")
        self._write("hba.conf", "\n".join(lines) + "\n")

    def _sql(self, statement: str) -> None:
        where = (f"--host={self.folder}", f"--port={self.wanted.port}", f"--username={_ADMIN}", "--dbname=postgres")
        # Through its input, so that no list of processes shows a password.
        programs.run(self.folder, "psql", *where, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", text=statement)
