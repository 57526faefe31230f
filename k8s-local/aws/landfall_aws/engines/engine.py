"""One server: made, started, changed, copied and ended by a thread of its own, one thing after the other."""

import random
import shutil
import socket
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from . import programs
from .authority import Authority

_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Wanted:
    """How a server is to be. It is made anew for no change of these."""

    kind: str
    port: int
    # Whether connections without TLS are refused; of a cache, whether there are others.
    tls: bool
    user: str = ""
    # Hashes of a cache's tokens; of a database, its password, or nothing where it stays as it is in the data.
    secrets: tuple[str, ...] = ()
    database: str | None = None


def _free_address(port: int) -> str:
    """A loopback address where nobody listens at the port, so that each server has the port that it is to have."""
    for _ in range(100):
        address = f"127.{random.randint(64, 127)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
        with socket.socket() as probe:
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return address
    raise RuntimeError(f"no loopback address has port {port} free")


class Copy:
    """Data as it was at some time, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done = threading.Event()
        self.failed = False

    def whole(self) -> Path:
        self.done.wait(_PATIENCE_SECONDS)
        if self.failed or not self.done.is_set():
            raise RuntimeError(f"there is no copy in {self.folder}")
        return self.folder


class Engine:
    """The parts that differ are methods of the three sorts."""

    # What ends it at once, with all that belongs to it.
    signal = "KILL"

    def __init__(self, folder: Path, wanted: Wanted, authority: Authority, source: Copy | None) -> None:
        folder.mkdir(mode=0o700)
        programs.own(folder)
        self.folder, self.data, self.wanted = folder, folder / "data", wanted
        self.address = _free_address(wanted.port)
        for name, text in zip(("certificate.pem", "key.pem"), authority.issue(self.address), strict=True):
            self._write(name, text)
        self._write("authority.pem", authority.pem)
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        # Each is written by one thread alone.
        self._begun = self._done = 0
        self._process: subprocess.Popen[bytes] | None = None
        threading.Thread(target=self._beat, daemon=True).start()
        self.do(lambda: self._begin(source))

    @property
    def busy(self) -> bool:
        return self._begun != self._done

    def do(self, work: Callable[[], None]) -> None:
        self._begun += 1
        self._work.put(work)

    def want(self, wanted: Wanted) -> None:
        if wanted != self.wanted:
            self.wanted = wanted
            self.do(lambda: self.change(wanted))

    def copy_to(self, copy: Copy) -> None:
        def work() -> None:
            try:
                copy.folder.mkdir(mode=0o700)
                programs.own(copy.folder)
                self.save(copy.folder)
            except Exception:
                copy.failed = True
                raise
            finally:
                copy.done.set()

        self.do(work)

    def end(self) -> None:
        """Once all is done that was begun, a last copy above all."""
        self.do(self.kill)
        self._work.put(None)

    def kill(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self, source: Copy | None) -> None:
        if source is None:
            self.make()
        else:
            shutil.copytree(source.whole(), self.data)
            for path in (self.data, *self.data.rglob("*")):
                programs.own(path)
            self.data.chmod(0o700)
        self._process = programs.serve(self.folder, self.signal, *self.command())
        self._wait()
        self.settle(self.wanted, restored=source is not None)

    def _wait(self) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self.ask()
                return
            except (OSError, RuntimeError) as error:
                if time.monotonic() > until:
                    words = (self.folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"{type(self).__name__} does not start:\n{words}") from error
                time.sleep(0.1)

    def _beat(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                work()
            except Exception:  # noqa: BLE001 - who waits for it must not wait for ever
                traceback.print_exc()
            self._done += 1

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        programs.own(path)

    def make(self) -> None:
        """The data of a new one."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """What serves the data."""
        raise NotImplementedError

    def ask(self) -> None:
        """Raises OSError or RuntimeError until it answers."""
        raise NotImplementedError

    def settle(self, wanted: Wanted, restored: bool) -> None:
        """Once it answers: who may come in, and what is there for them."""
        raise NotImplementedError

    def change(self, wanted: Wanted) -> None:
        """While it serves: another password, or TLS demanded or not."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """A copy of all that has been written, while it serves."""
        raise NotImplementedError
