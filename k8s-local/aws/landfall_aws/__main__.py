"""`python -m landfall_aws`: prints one JSON line when it listens, and serves until it is told to stop."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

# Before moto is imported: it reads these once.
os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_CA_BUNDLE", None)
# moto's own list of images makes up nearly all of its state and of its start; one image is enough to launch from.
os.environ.setdefault("MOTO_AMIS_PATH", str(Path(__file__).with_name("amis.json")))

from . import settings as configuration  # noqa: E402


def main() -> None:
    settings = configuration.from_command_line()
    from . import emulator
    from .admin import admin
    from .ledger import Ledger
    from .server import Application, Server

    try:
        emulator.install(settings)
    except ValueError as error:
        sys.exit(f"--difficulty: {error}")
    application = Application(Ledger())
    try:
        server = Server((settings.host, settings.port), application, admin(application, lambda: emulator.reset(settings)))
    except OSError as error:
        sys.exit(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}")
    if settings.parent:
        threading.Thread(target=_follow, args=(settings.parent,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    port = server.server_address[1]
    print(json.dumps({"url": f"http://{settings.host}:{port}", "port": port, "pid": os.getpid()}), flush=True)
    server.serve_forever()


def _follow(parent: int) -> None:
    """Ends with the process that started us, however that one ended."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    main()
