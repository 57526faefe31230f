"""Deletion with a recovery window: the secret is there, and is good for nothing but being restored. By force it is
gone, but its name is not free at once.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
"""

from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from .. import lifecycle, memory
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings


def found(backend: Any, secret_id: str) -> Any:
    """A secret that is there and not on its way out."""
    if secret_id not in backend.secrets:
        raise AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    secret = backend.secrets[secret_id]
    if secret.is_deleted():
        raise AwsError(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        )
    return secret


def _key(backend: Any, name: str) -> tuple[str, str, str]:
    return backend.account_id, backend.region_name, name


def check_free(backend: Any, name: str) -> None:
    known = backend.secrets.get(name)
    if _key(backend, name) in memory.leaving or (known is not None and known.is_deleted()):
        raise AwsError(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        )


def install(settings: Settings) -> None:
    @wrap(FakeSecret, "to_dict")
    def to_dict(original: Any, self: Any) -> dict[str, Any]:
        # "Secrets Manager only returns fields that have a value in the response": DescribeSecret.
        return {key: value for key, value in original(self).items() if value is not None}

    @wrap(SecretsManagerBackend, "delete_secret")
    def delete(
        original: Any,
        self: Any,
        secret_id: str,
        recovery_window_in_days: int | None,
        force_delete_without_recovery: bool,
    ) -> Any:
        if recovery_window_in_days is not None and not 7 <= recovery_window_in_days <= 30:
            raise AwsError(
                "InvalidParameterException",
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
            )
        if recovery_window_in_days and force_delete_without_recovery:
            raise AwsError(
                "InvalidParameterException",
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            )
        if not force_delete_without_recovery:
            found(self, secret_id)
            return original(self, secret_id, recovery_window_in_days, force_delete_without_recovery)
        known = self.secrets.get(secret_id)
        answer = original(self, secret_id, recovery_window_in_days, force_delete_without_recovery)
        if known is not None:
            # "If you delete a secret and then immediately create a secret with the same name, use appropriate back off
            # and retry logic."
            memory.leaving.append(_key(self, known.name))
            lifecycle.after(settings.secret_seconds, lambda: memory.leaving.remove(_key(self, known.name)))
        return answer
