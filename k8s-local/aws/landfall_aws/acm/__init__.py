"""Certificates of ACM that are asked for and proved by records in DNS, as AWS has them.

https://docs.aws.amazon.com/acm/latest/APIReference/ of each action; https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from typing import Any

from moto.acm.responses import AWSCertificateManagerResponse

from ..settings import Settings
from . import actions, proofs


def install(settings: Settings) -> Any:
    proofs.install(settings)
    actions.install()
    return AWSCertificateManagerResponse
