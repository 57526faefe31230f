"""`python -m landfall_aws`: prints one JSON line when it listens, and serves until it is told to stop."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path


def settle_environment() -> None:
    """Before moto is imported, or looks: it reads most of these once."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_CA_BUNDLE", None)
    # moto's own list of images makes up nearly all of its state and of its start; one image is enough to launch from.
    os.environ.setdefault("MOTO_AMIS_PATH", str(Path(__file__).with_name("amis.json")))


settle_environment()

from . import settings as configuration  # noqa: E402


def main(follow: Callable[[Callable[[], None]], None] | None = None) -> None:
    """Serves. `follow` is told what ends the server, and calls it when who asked for it is gone."""
    settings = configuration.from_command_line()
    from . import containers, emulator, engines
    from .admin import admin
    from .ledger import Ledger
    from .server import Application, Server

    try:
        emulator.install(settings)
    except ValueError as error:
        sys.exit(f"--difficulty: {error}")
    application = Application(Ledger())
    if settings.containers:
        from .containers import hub

        try:
            hub.begin(settings, application.lock)
        except ValueError as error:
            sys.exit(f"--containers docker: {error}")
    if settings.engines:
        from .engines import hub as servers

        try:
            servers.begin()
        except ValueError as error:
            sys.exit(f"--engines real: {error}")
    try:
        server = Server((settings.host, settings.port), application, admin(application, lambda: emulator.reset(settings)))
    except OSError as error:
        sys.exit(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}")

    def end(*_: object) -> None:
        try:
            for hub in filter(None, (containers.running, engines.running)):
                hub.close()
        finally:
            os._exit(0)

    if settings.parent:
        threading.Thread(target=_follow, args=(settings.parent, end), daemon=True).start()
    if follow:
        follow(end)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    port = server.server_address[1]
    print(json.dumps({"url": f"http://{settings.host}:{port}", "port": port, "pid": os.getpid()}), flush=True)
    server.serve_forever()


def _follow(parent: int, end: Callable[[], None]) -> None:
    """Ends with the process that started us, however that one ended."""
    while os.getppid() == parent:
        time.sleep(0.5)
    end()


if __name__ == "__main__":
    main()
