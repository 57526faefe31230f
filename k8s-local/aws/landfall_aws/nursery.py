"""`python -m landfall_aws.nursery SOCKET`: loads everything once, and then forks a server for each who connects. A
server of its own takes seconds of work before it listens, a fork none.

Who connects sends one line of JSON, `{"args": [...], "env": {...}}`, and reads what the server would print. The server
ends when the connection does; this process when its standard input does."""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from . import __main__ as program

# By the names of their models; those of `services.FOLDERS` come after.
_ALWAYS = ("ec2", "iam", "sts", "logs", "resourcegroupstaggingapi")


def _load() -> None:
    """Everything that any server ever loads. moto's modules look at the environment, which `program` has settled."""
    from moto.core.base_backend import AccountSpecificBackend
    from moto.core.utils import get_service_model

    from . import admin, emulator, server, services  # noqa: F401

    AccountSpecificBackend.get_session().get_available_regions("ec2")
    for name in _ALWAYS:
        get_service_model(name)
    for folder in services.FOLDERS.values():
        importlib.import_module(f".{folder}", __package__)
        get_service_model(folder.replace("_", "-"))
    # Else each collection of a fork would write to, and so copy, all that it shares.
    gc.collect()
    gc.freeze()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(sys.argv[1])
        door.listen(64)
        print("listening", flush=True)
        # Who comes meanwhile waits at the door.
        _load()
        while True:
            ready, _, _ = select.select([door, sys.stdin], [], [])
            if sys.stdin in ready:
                os._exit(0)
            guest, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _serve(guest)
            guest.close()


def _serve(guest: socket.socket) -> None:
    """What a process of its own would do, with the connection for its outputs."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        wanted: dict[str, Any] = json.loads(guest.makefile().readline())
        from moto.moto_api._internal import mock_random

        # Else all would give the same ids.
        mock_random.seed()
        os.environ.clear()
        os.environ.update(wanted["env"])
        program.settle_environment()
        sys.argv[1:] = wanted["args"]
        os.dup2(guest.fileno(), 1)
        os.dup2(guest.fileno(), 2)
        program.main(lambda end: _follow(guest, end))
        status = 0
    except SystemExit as error:
        print(error.code, file=sys.stderr)
    except Exception:  # noqa: BLE001 - who waits at the connection must hear of it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _follow(guest: socket.socket, end: Callable[[], None]) -> None:
    def wait() -> None:
        guest.recv(1)
        end()

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
