"""Health checks of targets, for real: over HTTP or TCP, at the address that a container has on Docker's bridge.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html and
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
"""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.elbv2.models import elbv2_backends

from .. import lifecycle
from ..elbv2 import health
from . import firewall

Address = tuple[str, int]
# State, reason and words, as DescribeTargetHealth has them.
Verdict = tuple[str, str | None, str | None]
_INITIAL: Verdict = ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")


@dataclass
class _Check:
    verdict: Verdict = _INITIAL
    # Alike results in a row: rising is of successes.
    successes: int = 0
    failures: int = 0
    is_under_way: bool = False


class Checks:
    def __init__(self, resolve: Callable[[str, int], Address | None]) -> None:
        # Takes a target's id and port.
        self._resolve = resolve
        self._checks: dict[tuple[str, str], _Check] = {}
        health.probe = self.verdict

    def verdict(self, group: Any, target: dict[str, Any]) -> Verdict:
        check = self._checks.get((group.arn, target["Id"]))
        return check.verdict if check else _INITIAL

    def clear(self) -> None:
        self._checks.clear()

    def look(self) -> None:
        """One round: of every target whose last check is over another one begins."""
        targets = {(group.arn, target["Id"]): (backend, group, target) for backend, group, target in _all()}
        for key in self._checks.keys() - targets.keys():
            del self._checks[key]
        for key, (backend, group, target) in targets.items():
            check = self._checks.setdefault(key, _Check())
            if not check.is_under_way:
                check.is_under_way = True
                self._begin(backend, group, target, check)

    def _begin(self, backend: Any, group: Any, target: dict[str, Any], check: _Check) -> None:
        port = target["Port"] if group.health_check_port in (None, "traffic-port") else int(group.health_check_port)
        address = self._resolve(target["Id"], int(target["Port"]))
        if address and port != target["Port"]:
            address = (address[0], port)
        where = (backend.account_id, backend.region_name)
        balancers = [backend.load_balancers[arn] for arn in group.load_balancer_arns if arn in backend.load_balancers]
        if not any(firewall.leads(where, balancer, target["Id"], int(port)) for balancer in balancers):
            address = None
        protocol, path = group.health_check_protocol, group.health_check_path or "/"
        codes, seconds = (group.matcher or {}).get("HttpCode") or "200", float(group.health_check_timeout_seconds)

        def run() -> None:
            found = _look_at(address, protocol, path, codes, seconds)
            lifecycle.tell(lambda: self._found(group, check, found))

        threading.Thread(target=run, daemon=True).start()

    def _found(self, group: Any, check: _Check, failure: tuple[str, str] | None) -> None:
        check.is_under_way = False
        check.successes = 0 if failure else check.successes + 1
        check.failures = check.failures + 1 if failure else 0
        before = check.verdict
        # "After your target is registered, it must pass one health check to be considered healthy".
        if failure is None and (before is _INITIAL or check.successes >= int(group.healthy_threshold_count)):
            check.verdict = ("healthy", None, None)
        if failure is not None and check.failures >= int(group.unhealthy_threshold_count):
            check.verdict = ("unhealthy", *failure)
        # Who is unhealthy is told of again and again: a grace period may be over by now.
        if check.verdict != before or check.verdict[0] == "unhealthy":
            health.tell(group)


def _all() -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    for regions in list(elbv2_backends.values()):
        for backend in list(regions.values()):
            for group in backend.target_groups.values():
                for target in group.targets.values() if group.load_balancer_arns else []:
                    yield backend, group, target


def _matches(codes: str, status: int) -> bool:
    """`200`, `200,202` and `200-299`: Matcher, API reference."""
    for part in codes.split(","):
        low, _, high = part.strip().partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False


def _look_at(address: Address | None, protocol: str, path: str, codes: str, seconds: float) -> tuple[str, str] | None:
    """Reason and words of a failure; None for success."""
    if address is None:
        return "Target.Timeout", "Request timed out"
    try:
        if protocol == "TCP":
            socket.create_connection(address, timeout=seconds).close()
            return None
        connection = http.client.HTTPConnection(*address, timeout=seconds)
        try:
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
            connection.request("GET", path, headers={"User-Agent": "ELB-HealthChecker/2.0"})
            status = connection.getresponse().status
        finally:
            connection.close()
    except TimeoutError:
        return "Target.Timeout", "Request timed out"
    except (OSError, http.client.HTTPException):
        return "Target.FailedHealthChecks", "Health checks failed"
    return None if _matches(codes, status) else ("Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]")
