"""The Docker daemon, and the containers of ours in it: each is labelled with the process that it belongs to, so that what
a killed local AWS has left is found, and that of another one is left alone."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException

OWNER = "dev.landfall.local-aws"
TASK = "dev.landfall.local-aws.task"
CONTAINER = "dev.landfall.local-aws.container"

# No more of ours are made: they are being removed.
_closing = False


def _started(pid: int) -> str:
    """When a process was started, which tells it from a later one of the same number; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return ""


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def _is_orphan(owner: str) -> bool:
    host, pid, started = owner.rsplit(":", 2)
    return host == socket.gethostname() and _started(int(pid)) != started


def connect() -> Any:
    """Raises ValueError with one sentence where no daemon answers."""
    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except (DockerException, RequestException) as error:
        raise ValueError(
            "no Docker daemon answers: start one, point DOCKER_HOST at it, or leave containers simulated"
        ) from error
    # Words and events are waited for as long as it takes.
    client.api.timeout = None
    return client


def labels(task_id: str, name: str) -> dict[str, str]:
    return {OWNER: _me(), TASK: task_id, CONTAINER: name}


def is_closing() -> bool:
    return _closing


def _remove(container: Any) -> None:
    try:
        container.remove(force=True, v=True)
    except (APIError, NotFound):
        # Somebody else was faster.
        pass


def _owned(client: Any, is_ours: Any) -> list[Any]:
    found = client.containers.list(all=True, filters={"label": OWNER}, ignore_removed=True)
    return [container for container in found if is_ours(container.labels[OWNER])]


def _remove_all(client: Any, is_ours: Any) -> None:
    # A second look: one may have been on its way.
    for _ in range(2):
        found = _owned(client, is_ours)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(_remove, found))


def sweep(client: Any) -> None:
    """Removes what others have left that are no more."""
    _remove_all(client, _is_orphan)


def remove_own(client: Any, last: bool = False) -> None:
    global _closing
    _closing = _closing or last
    me = _me()
    _remove_all(client, lambda owner: owner == me)
