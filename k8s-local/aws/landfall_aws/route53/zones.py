"""What anybody on the internet finds in the hosted zones of all accounts."""

from typing import Any

from moto.route53.models import route53_backends


def values_of(name: str, kind: str) -> list[str]:
    """The values of the record of a type that public zones have under a name, as Route 53 writes it."""
    return [value for zone in _public() for record in zone.rrsets if (record.name, record.type) == (name, kind) for value in record.records]


def _public() -> list[Any]:
    return [
        zone
        for partitions in route53_backends.values()
        for backend in partitions.values()
        for zone in backend.zones.values()
        if not zone.private_zone
    ]
