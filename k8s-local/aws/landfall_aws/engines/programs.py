"""The programs of this machine, and how they are run: never as root, which PostgreSQL refuses."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

# Debian has PostgreSQL's beside the path, in a folder for each version.
_ELSEWHERE = ("/usr/lib/postgresql/*/bin", "/usr/sbin", "/usr/local/sbin")
_NEEDED = ("initdb", "postgres", "psql", "pg_basebackup", "mariadb-install-db", "mariadbd", "mariadb", "mariabackup")
_CACHES = ("valkey-server", "redis-server")
# Ends with who started it, however that one ended: its standard input ends then.
_GUARD = '"$@" & child=$!; cat >/dev/null; kill -s "$SIGNAL" $child; wait $child'
# An account that owns nothing, where we are root.
_USER = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def find(name: str) -> str | None:
    for pattern in _ELSEWHERE:
        for folder in sorted(Path("/").glob(pattern[1:]), reverse=True):
            if (folder / name).is_file():
                return str(folder / name)
    return shutil.which(name)


def cache() -> str | None:
    return next(filter(None, map(find, _CACHES)), None)


def missing() -> list[str]:
    return [name for name in _NEEDED if find(name) is None] + ([] if cache() else [" or ".join(_CACHES)])


def user() -> str:
    return _USER


def _as_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(_USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def own(path: Path) -> None:
    if os.geteuid() == 0:
        entry = pwd.getpwnam(_USER)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _environment(signal: str) -> dict[str, str]:
    # Nothing of this process's own: neither keys of AWS nor what clients of databases would go by.
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "SIGNAL": signal}


def run(folder: Path, name: str, *arguments: str, text: str | None = None) -> str:
    """What a program prints. Raises with its last words where it fails; what it reads is never among them."""
    done = subprocess.run(
        [find(name) or name, *arguments],
        input=text if text is not None else "",
        capture_output=True,
        text=True,
        cwd=folder,
        env=_environment("KILL"),
        **_as_user(),
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def serve(folder: Path, signal: str, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """A server that ends with this process, by this signal."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "sh", program, *arguments],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=_environment(signal),
            start_new_session=True,
            **_as_user(),
        )


if __name__ == "__main__":
    print("\n".join(missing()))
