"""Zones: each account has its own names for them. Whose zones are the same, only their ids tell.

https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
"""

import functools
import hashlib
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone

from ..override import wrap


@functools.cache
def of(account: str, region: str) -> list[Zone]:
    """The zones of a region under an account's names, sorted by name; for one account always the same."""
    known = RegionsAndZonesBackend.zones.get(region, [])
    ids = sorted((z.zone_id for z in known), key=lambda i: hashlib.sha256(f"{i} in {account}".encode()).hexdigest())
    return [Zone(z.name, region, zone_id, z.zone_type) for z, zone_id in zip(known, ids, strict=True)]


def names(account: str, region: str, ids: Iterable[str]) -> list[str]:
    """What an account calls these zones, sorted."""
    wanted = set(ids)
    return [zone.name for zone in of(account, region) if zone.zone_id in wanted]


def install() -> None:
    # Of the account and not of the class, as in moto.
    EC2Backend.zones = property(  # type: ignore[assignment]
        lambda self: {self.region_name: of(self.account_id, self.region_name)}
    )

    @wrap(EC2Backend, "create_subnet")
    def create(
        original: Any,
        self: Any,
        vpc_id: str,
        cidr_block: str,
        ipv6_cidr_block: str | None = None,
        availability_zone: str | None = None,
        availability_zone_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        own = of(self.account_id, self.region_name)
        if not availability_zone:
            availability_zone = next((zone.name for zone in own if zone.zone_id == availability_zone_id), None)
        subnet = original(self, vpc_id, cidr_block, ipv6_cidr_block, availability_zone, availability_zone_id, **kwargs)
        subnet._availability_zone = next((z for z in own if z.name == subnet.availability_zone), subnet._availability_zone)
        return subnet
