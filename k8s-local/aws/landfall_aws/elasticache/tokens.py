"""AUTH tokens: which are accepted, and how one follows another.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html, "Modifying the AUTH token on an existing cluster".
"""

import hashlib
import re
from typing import Any

from moto.core.utils import utcnow

from ..errors import AwsError

# "The only permitted printable special characters are !, &, #, $, ^, <, >, and -": CreateReplicationGroup, AuthToken.
_TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")
_DOING = {"ROTATE": "ROTATING", "SET": "SETTING"}


def _check(token: str, transit_encryption: Any) -> None:
    if not transit_encryption:
        raise AwsError(
            "InvalidParameterCombination", "An AuthToken can be specified only where TransitEncryptionEnabled is true."
        )
    if not _TOKEN.fullmatch(token):
        raise AwsError(
            "InvalidParameterValue",
            "Invalid AuthToken provided. It must be 16 to 128 characters of letters, digits and !, &, #, $, ^, <, >, -.",
        )


def _remembered(token: str) -> str:
    # The state is dumped, and a dump is no place for secrets.
    return hashlib.sha256(token.encode()).hexdigest()


def first(token: str | None, transit_encryption: Any) -> list[str]:
    """What a new group accepts."""
    if token is None:
        return []
    _check(token, transit_encryption)
    return [_remembered(token)]


def change(group: Any, token: str | None, strategy: str | None) -> tuple[dict[str, Any], str | None]:
    """The attributes that the group has after the change, and what it shows meanwhile."""
    if token is None and strategy is None:
        return {}, None
    if token is None or strategy is None:
        # "This parameter must be specified with the auth-token-update-strategy parameter", and the other way round.
        raise AwsError("InvalidParameterCombination", "AuthToken and AuthTokenUpdateStrategy must be specified together.")
    if strategy not in _DOING:
        # DELETE leads to user groups, which are not here.
        raise AwsError("InvalidParameterValue", f"Auth token update strategy {strategy.lower()} is not supported currently")
    _check(token, group.transit_encryption_enabled)
    known, asked = group.landfall_tokens, _remembered(token)
    if strategy == "ROTATE":
        # Two at most: of three, the oldest goes.
        accepted = [*(old for old in known if old != asked), asked][-2:]
    elif known and asked not in known:
        # "SET - allowed only after ROTATE", of that token; the first one of a group without any may be set.
        raise AwsError("InvalidParameterValue", "An AuthToken can be SET only after it was given with ROTATE.")
    else:
        accepted = [asked]
    after = {"landfall_tokens": accepted, "auth_token_enabled": True, "auth_token_last_modified_date": utcnow()}
    return after, _DOING[strategy]
