"""What runs beside what exists: a server for each database and cache, a folder of data for each snapshot."""

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import Any

from .. import engines
from . import existing, programs
from .authority import Authority
from .engine import Copy, Engine, Wanted
from .mariadb import MariaDb
from .postgres import Postgres
from .redis import Redis

_SORTS: dict[str, type[Engine]] = {"mariadb": MariaDb, "postgres": Postgres, "redis": Redis}


class Hub:
    def __init__(self) -> None:
        missing = programs.missing()
        if missing:
            raise ValueError(f"this machine lacks {', '.join(missing)}; k8s-local/aws/README.md says what to install")
        # Short, because names of sockets are.
        self._folder = Path(tempfile.mkdtemp(prefix="landfall-"))
        self._folder.chmod(0o711)
        self._numbers = itertools.count()
        self._engines: dict[Any, Engine] = {}
        self._copies: dict[Any, Copy] = {}
        # Of what is being restored, by what is made of it.
        self._sources: dict[Any, Copy] = {}
        self.authority = Authority()

    def follow(self) -> None:
        self._save()
        wanted: dict[Any, Wanted] = dict([*existing.databases(), *existing.caches()])
        for thing in self._engines.keys() - wanted.keys():
            self._engines.pop(thing).end()
        for thing, want in wanted.items():
            engine = self._engines.get(thing)
            if engine is None:
                sort = _SORTS[want.kind]
                self._engines[thing] = sort(self._new_folder(), want, self.authority, self._sources.pop(thing, None))
            else:
                engine.want(want)

    def _save(self) -> None:
        known = dict(existing.snapshots())
        for snapshot in self._copies.keys() - known.keys():
            shutil.rmtree(self._copies.pop(snapshot).folder, ignore_errors=True)
        for snapshot, thing in known.items():
            if snapshot not in self._copies and thing in self._engines:
                self._copies[snapshot] = self._copy_of(thing)

    def _copy_of(self, thing: Any) -> Copy:
        copy = Copy(self._new_folder())
        self._engines[thing].copy_to(copy)
        return copy

    def made_of(self, thing: Any, source: Any) -> None:
        if source in self._copies:
            self._sources[thing] = self._copies[source]
        elif source in self._engines:
            self._sources[thing] = self._copy_of(source)

    def busy(self, thing: Any) -> bool:
        if thing in self._copies:
            return not self._copies[thing].done.is_set()
        return thing in self._engines and self._engines[thing].busy

    def address(self, thing: Any) -> str | None:
        engine = self._engines.get(getattr(thing, "cluster", thing))
        return engine.address if engine else None

    def clear(self) -> None:
        for engine in self._engines.values():
            engine.end()
        for copy in self._copies.values():
            shutil.rmtree(copy.folder, ignore_errors=True)
        self._engines, self._copies, self._sources = {}, {}, {}

    def close(self) -> None:
        for engine in self._engines.values():
            engine.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _new_folder(self) -> Path:
        return self._folder / str(next(self._numbers))


def begin() -> None:
    """Raises ValueError where a program is missing."""
    from moto.rds.models import DBCluster, DBInstance

    engines.running = Hub()
    for cls, name in ((DBInstance, "address"), (DBCluster, "endpoint"), (DBCluster, "reader_endpoint")):
        simulated = getattr(cls, name).fget
        setattr(cls, name, property(lambda self, simulated=simulated: engines.address(self) or simulated(self)))
