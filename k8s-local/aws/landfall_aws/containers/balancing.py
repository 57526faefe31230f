"""What listens on this machine for load balancers and interface endpoints, and where it forwards to.

A listener of an active load balancer whose default action is to forward has an address, and so has an available interface
endpoint of an own endpoint service, for each listener behind it. TLS ends nowhere here: an HTTPS listener speaks HTTP, a TLS
listener TCP.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends

from .. import lifecycle
from ..ec2 import provided_services
from . import firewall
from .forwarding import Address, Forwarder

_IS_HTTP = {"HTTP": True, "HTTPS": True, "TCP": False, "TLS": False}


@dataclass
class _Place:
    shown: dict[str, Any]
    forwarder: Forwarder


class Balancing:
    def __init__(self, lock: threading.RLock, resolve: Callable[[str, int], Address | None]) -> None:
        self._lock = lock
        self._resolve = resolve
        self._places: dict[tuple[Any, ...], _Place] = {}

    def shown(self) -> list[dict[str, Any]]:
        return [{**place.shown, "address": place.forwarder.address} for place in self._places.values()]

    def look(self) -> None:
        """Opens and closes what is missing and what is too much."""
        wanted = dict([*_listeners(), *_endpoints()])
        for key in self._places.keys() - wanted.keys():
            place = self._places.pop(key)
            # It waits for its own thread, which may wait for the lock that is held here.
            threading.Thread(target=place.forwarder.close, daemon=True).start()
        for key, shown in wanted.items():
            if key not in self._places:
                backend_key, listener_arn, endpoint = key[1:4], key[4], key[5]
                self._places[key] = _Place(
                    shown,
                    Forwarder(_IS_HTTP[key[0]], shown["port"], lambda b=backend_key, a=listener_arn, e=endpoint: self._targets(b, a, e)),
                )

    def _targets(self, where: tuple[str, str, str], listener_arn: str, endpoint: Any) -> list[Address]:
        account, region, balancer_arn = where
        with self._lock:
            lifecycle.tick()
            backend = elbv2_backends[account][region]
            balancer = backend.load_balancers.get(balancer_arn)
            listener = balancer.listeners.get(listener_arn) if balancer else None
            if listener is None or not _is_let_in((account, region), balancer, listener, endpoint):
                return []
            found = []
            for group in (backend.target_groups.get(arn) for arn in _groups(listener)):
                for target in group.targets.values() if group else []:
                    port = int(target["Port"])
                    is_healthy = group.health_for(target, ec2_backends[account][region]).status == "healthy"
                    if is_healthy and firewall.leads((account, region), balancer, target["Id"], port):
                        found.append(self._resolve(target["Id"], port))
            return [address for address in found if address]


def _is_let_in(where: tuple[str, str], balancer: Any, listener: Any, endpoint: Any) -> bool:
    if endpoint is None:
        return firewall.is_open(where, balancer, int(listener.port))
    return endpoint.state == "available" and firewall.lets_in(where, balancer, endpoint, int(listener.port))


def _groups(listener: Any) -> list[str]:
    """Of the default action; weights are not looked at."""
    found: list[str] = []
    for action in listener.default_actions:
        config = action.data.get("ForwardConfig") or {}
        found += [group["TargetGroupArn"] for group in config.get("TargetGroups") or []]
    return found


def _backends(all_of: Any) -> Iterator[Any]:
    # Only what there is: to look must make nothing.
    for regions in list(all_of.values()):
        yield from list(regions.values())


def _served(balancer: Any) -> Iterator[Any]:
    for listener in balancer.listeners.values() if balancer.state == "active" else []:
        if listener.protocol in _IS_HTTP and _groups(listener):
            yield listener


def _listeners() -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for backend in _backends(elbv2_backends):
        where = (backend.account_id, backend.region_name)
        for balancer in backend.load_balancers.values():
            for listener in _served(balancer):
                yield (listener.protocol, *where, balancer.arn, listener.arn, None, listener.port), {
                    "kind": "listener",
                    "account": where[0],
                    "region": where[1],
                    "arn": balancer.arn,
                    "dnsNames": [balancer.dns_name],
                    "port": int(listener.port),
                }


def _endpoints() -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for backend in _backends(ec2_backends):
        for endpoint in backend.vpc_end_points.values():
            service = provided_services.find(backend.region_name, endpoint.service_name)
            if service is None or endpoint.state != "available":
                continue
            where = (service.ec2_backend.account_id, backend.region_name)
            balancers = elbv2_backends[where[0]][where[1]].load_balancers
            for arn in service.network_load_balancer_arns:
                for listener in _served(balancers[arn]) if arn in balancers else []:
                    # A connection: whatever the listener's protocol is, an endpoint does not look into it.
                    yield ("TCP", *where, arn, listener.arn, endpoint, listener.port), {
                        "kind": "endpoint",
                        "account": backend.account_id,
                        "region": backend.region_name,
                        "arn": endpoint.id,
                        "dnsNames": [entry["DnsName"] for entry in endpoint.dns_entries or []],
                        "port": int(listener.port),
                    }
