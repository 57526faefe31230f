"""A secret that another service manages is that service's to write and to delete; its rotation may be
scheduled, begun and turned off.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
"""

from typing import Any

from moto.secretsmanager.models import FakeSecret
from moto.secretsmanager.responses import SecretsManagerResponse

from ..errors import AwsError
from ..override import wrap

_KEPT = ("delete_secret", "put_secret_value", "update_secret", "update_secret_version_stage")


def _managed(response: Any) -> FakeSecret | None:
    """The secret that the call names, where a service manages it."""
    name = response._get_param("SecretId") or ""
    secret = response.backend.secrets[name] if name in response.backend.secrets else None
    return secret if secret is not None and secret.owning_service else None


def _keep(action: str) -> None:
    @wrap(SecretsManagerResponse, action)
    def refuse(original: Any, self: Any) -> Any:
        if _managed(self) is not None:
            # One of the causes that the API reference gives for this code.
            raise AwsError(
                "InvalidRequestException",
                "The secret is managed by another service, and you must use that service to update it.",
            )
        return original(self)


def install() -> None:
    for action in _KEPT:
        _keep(action)

    @wrap(SecretsManagerResponse, "rotate_secret")
    def rotate(original: Any, self: Any) -> Any:
        secret = _managed(self)
        if secret is None:
            return original(self)
        # Only what has made such a secret can have it rotated, so that RDS is there already.
        from ..rds import secrets

        days = (self._get_param("RotationRules") or {}).get("AutomaticallyAfterDays")
        if days is not None and not 1 <= days <= 1000:
            raise AwsError("InvalidParameterException", "RotationRules.AutomaticallyAfterDays must be within 1-1000.")
        secrets.schedule(secret, days or secret.auto_rotate_after_days)
        if self._get_bool_param("RotateImmediately", True):
            secrets.rotate(secret)
        return secret.to_short_dict()

    # That it may be turned off is what users do: "disables automatic rotation", manage_master_user_password_rotation of
    # https://github.com/terraform-aws-modules/terraform-aws-rds.
    @wrap(SecretsManagerResponse, "cancel_rotate_secret")
    def cancel(original: Any, self: Any) -> Any:
        secret = _managed(self)
        if secret is None:
            return original(self)
        secret.rotation_enabled = False
        secret.next_rotation_date = None
        return secret.to_short_dict()
