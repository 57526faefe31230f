"""Enabled, Disabled, PendingDeletion, and what a key in each of them is good for.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

import json
from typing import Any

from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from .. import lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings

# What needs a key that is not about to go, and of those, what needs an enabled one.
_NOT_PENDING = (
    "create_alias",
    "create_grant",
    "disable_key",
    "disable_key_rotation",
    "enable_key",
    "enable_key_rotation",
    "encrypt",
    "generate_data_key",
    "schedule_key_deletion",
    "sign",
    "tag_resource",
    "untag_resource",
    "update_alias",
    "update_key_description",
)
_ENABLED = {"create_grant", "disable_key_rotation", "enable_key_rotation", "encrypt", "generate_data_key", "sign"}


def _check(key: Any, enabled: bool) -> None:
    if key.key_state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if enabled and key.key_state == "Disabled":
        raise AwsError("DisabledException", f"{key.arn} is disabled.")


def own(response: Any, key_id: str) -> Any:
    """The key of an id or an ARN, and of no alias."""
    response._validate_cmk_id(key_id)
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


def _named(response: Any) -> Any:
    """The key that a call is about, if it is one that there is; moto refuses the others."""
    backend = response.kms_backend
    name = response._get_param("TargetKeyId") or response._get_param("KeyId") or ""
    name = backend.get_key_id(backend.get_alias_name(name))
    return backend.keys.get(name) or next((key for key in backend.keys.values() if name in key.aliases), None)


def _guarded(action: str) -> Any:
    def guarded(original: Any, self: Any) -> Any:
        key = _named(self)
        if key is not None:
            _check(key, action in _ENABLED)
        return original(self)

    return guarded


def _schedule(response: Any, day_seconds: float) -> str:
    key, days = own(response, response._get_param("KeyId")), response._get_param("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        bound = "greater than or equal to 7" if days < 7 else "less than or equal to 30"
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
            f"Member must have value {bound}",
        )
    backend = response.kms_backend
    at = backend.schedule_key_deletion(key.id, days)
    date = key.deletion_date

    def end() -> None:
        # Somebody may have cancelled it meanwhile, and scheduled it anew.
        if key.key_state == "PendingDeletion" and key.deletion_date == date:
            backend.delete_key(key.id)

    lifecycle.after(days * day_seconds, end)
    return json.dumps(
        {"KeyId": key.arn, "DeletionDate": at, "KeyState": "PendingDeletion", "PendingWindowInDays": days}
    )


def _cancel(response: Any) -> str:
    key = own(response, response._get_param("KeyId"))
    if key.key_state != "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    response.kms_backend.cancel_key_deletion(key.id)
    # It is Disabled now: EnableKey is a call of its own.
    return json.dumps({"KeyId": key.arn})


def install(settings: Settings) -> None:
    @replace(KmsResponse)
    def schedule_key_deletion(self: Any) -> str:
        return _schedule(self, settings.key_day_seconds)

    replace(KmsResponse, "cancel_key_deletion")(_cancel)
    for action in _NOT_PENDING:
        wrap(KmsResponse, action)(_guarded(action))

    @wrap(KmsBackend, "decrypt")
    def decrypt(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        plaintext, arn = original(self, *args, **kwargs)
        _check(self.keys[self.get_key_id(arn)], True)
        return plaintext, arn

    for name in ("disable_key", "enable_key"):
        wrap(KmsBackend, name)(_by_id)


def _by_id(original: Any, self: Any, key_id: str) -> None:
    """moto knows these by id only."""
    original(self, self.get_key_id(key_id))
