"""The KMS keys that other services encrypt with."""

import re
from typing import Any

from moto.kms.models import kms_backends

_ARN = re.compile(r"arn:[\w-]+:kms:([\w-]+):(\d{12}):((?:key|alias)/.+)")


def _find(backend: Any, name: str) -> Any:
    """The key that an id, an alias or an ARN names, as the owner of a moto backend sees it; of its own region only."""
    account, region = backend.account_id, backend.region_name
    by_arn = _ARN.fullmatch(name)
    if by_arn:
        of_region, account, name = by_arn.groups()
        if of_region != region:
            return None
    keys = kms_backends[account][region].keys
    return next((key for key in keys.values() if name in key.aliases), None) or keys.get(name.removeprefix("key/"))


def exists(backend: Any, name: str) -> bool:
    return _find(backend, name) is not None


def usable(backend: Any, name: str) -> str | None:
    """The ARN of a key, or None unless it is there and enabled:
    https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html"""
    if re.search(r"(^|:)alias/aws/", name):
        # AWS makes its own keys when they are first used.
        return f"arn:aws:kms:{backend.region_name}:{backend.account_id}:{name}"
    found = _find(backend, name)
    return found.arn if found and found.key_state == "Enabled" else None
