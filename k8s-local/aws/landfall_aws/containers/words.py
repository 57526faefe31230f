"""What containers say, put into CloudWatch Logs, as the log driver awslogs does: an event a line."""

import time
from collections.abc import Callable
from typing import Any

from docker.errors import DockerException
from requests.exceptions import RequestException

# Takes log group, stream, and lines with the milliseconds at which they were said; called from any thread.
Say = Callable[[str, str, list[tuple[int, str]]], None]


def read(container: Any, into: tuple[str, str], say: Say) -> None:
    """Until the container has ended, or is removed."""
    rest = b""
    try:
        for chunk in container.logs(stream=True, follow=True):
            *lines, rest = (rest + chunk).split(b"\n")
            _say(into, lines, say)
    except (DockerException, RequestException, OSError, AttributeError):
        # The daemon closes the connection where it removes a container that is being read.
        pass
    _say(into, [rest], say)


def _say(into: tuple[str, str], lines: list[bytes], say: Say) -> None:
    now = int(time.time() * 1000)
    said = [(now, line.decode(errors="replace").rstrip("\r")) for line in lines if line.strip()]
    if said:
        say(*into, said)
