"""The KMS keys that other services encrypt with."""

import re
from typing import Any

from moto.kms.models import kms_backends

_ARN = re.compile(r"arn:[\w-]+:kms:([\w-]+):(\d{12}):((?:key|alias)/.+)")


def usable(backend: Any, name: str) -> str | None:
    """The ARN of the key that an id, an alias or an ARN names, as the owner of a moto backend sees it. None unless the
    key is there, in the same region, and enabled: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html"""
    account, region = backend.account_id, backend.region_name
    by_arn = _ARN.fullmatch(name)
    if by_arn:
        of_region, account, name = by_arn.groups()
        if of_region != region:
            return None
    if name.startswith("alias/aws/"):
        # AWS makes its own keys when they are first used.
        return f"arn:aws:kms:{region}:{account}:{name}"
    keys = kms_backends[account][region].keys
    found = next((key for key in keys.values() if name in key.aliases), None) or keys.get(name.removeprefix("key/"))
    return found.arn if found and found.key_state == "Enabled" else None
