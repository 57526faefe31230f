"""How a certificate comes to be issued: AWS says which records it wants, finds them in a public zone, and issues it.

https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html: "The name and value are unique to your account and domain", and
"the same CNAME serves the domain and the domain with *.".
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from moto.acm.models import CertBundle, acm_backends
from moto.core.utils import utcnow

from .. import lifecycle
from ..override import wrap
from ..route53 import zones
from ..settings import Settings

_PENDING = "PENDING_VALIDATION"
# "The domain … is not a public domain": https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html
_NOT_PUBLIC = (".invalid", ".local", ".internal")

_seconds = 0.0


def base(name: str) -> str:
    return name.removeprefix("*.")


def record_for(account: str, name: str) -> dict[str, str]:
    """The record that proves a name, the same for all certificates of an account."""
    digest = hashlib.sha256(f"{account}/{base(name)}".encode()).hexdigest()
    return {
        "Name": f"_{digest[:32]}.{base(name)}.",
        "Type": "CNAME",
        "Value": f"_{digest[32:]}.mhbtsbpdnt.acm-validations.aws.",
    }


def begin(account: str, certificate: Any) -> None:
    """A certificate was asked for: the records are not known at once ("several seconds may pass": DescribeCertificate)."""
    certificate.landfall_account = account
    certificate.landfall_records = False

    def prepared() -> None:
        certificate.landfall_records = True
        if any(base(name).endswith(_NOT_PUBLIC) for name in certificate.sans):
            certificate.status, certificate.landfall_failure = "FAILED", "INVALID_PUBLIC_DOMAIN"
        look(certificate)

    lifecycle.after(_seconds, prepared)


def look_at_all() -> None:
    """Records have changed somewhere: any account's zone may serve a domain."""
    for certificate in list(_all()):
        look(certificate)


def look(certificate: Any) -> None:
    """Issues a certificate a little after all of its records are there."""
    if not _provable(certificate) or certificate.landfall_looking:
        return
    certificate.landfall_looking = True

    def issue() -> None:
        certificate.landfall_looking = False
        if _provable(certificate):
            certificate.status = "ISSUED"
            certificate.landfall_issued_at = utcnow()

    lifecycle.after(_seconds, issue)


def is_proved(account: str, name: str) -> bool:
    wanted = record_for(account, name)
    return [value.rstrip(".") for value in zones.values_of(wanted["Name"], "CNAME")] == [wanted["Value"].rstrip(".")]


def _provable(certificate: Any) -> bool:
    return (
        certificate.status == _PENDING
        and certificate.landfall_records
        and all(is_proved(certificate.landfall_account, name) for name in certificate.sans)
    )


def _all() -> Iterator[Any]:
    for regions in acm_backends.values():
        for backend in regions.values():
            yield from (c for c in backend._certificates.values() if c.type == "AMAZON_ISSUED")


def install(settings: Settings) -> None:
    global _seconds
    _seconds = settings.certificate_seconds

    # moto issues by itself after a minute.
    @wrap(CertBundle, "check")
    def check(original: Any, self: Any) -> None:
        if self.type != "AMAZON_ISSUED":
            original(self)
