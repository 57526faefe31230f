"""What a secret may be called and hold, by which key, and what is refused of one that is marked for deletion.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

import base64
import re
from typing import Any

from moto.secretsmanager.models import SecretsManagerBackend

from .. import kms_keys
from ..errors import AwsError
from ..override import replace, wrap
from . import deletion, versions

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
_LARGEST = 65536
_OWN_KEY = "aws/secretsmanager"


def _check_value(text: str | None, binary: str | None) -> None:
    if text is not None and binary is not None:
        raise AwsError(
            "InvalidParameterException",
            "You can't specify both a binary secret value and a string secret value in the same secret.",
        )
    for parameter, size in (
        ("secretString", None if text is None else len(text.encode())),
        ("secretBinary", None if binary is None else len(base64.b64decode(binary))),
    ):
        if size is not None and not 1 <= size <= _LARGEST:
            bound = "greater than or equal to 1" if size == 0 else f"less than or equal to {_LARGEST}"
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value at '{parameter}' failed to satisfy constraint: "
                f"Member must have length {bound}",
            )


def _check_key(backend: Any, key: str | None) -> None:
    """One that is not there: boto/boto3#1533."""
    if not key or key.endswith(f"alias/{_OWN_KEY}"):
        return
    if not kms_keys.exists(backend, key):
        raise AwsError("InvalidParameterException", f"The KMS key {key} does not exist.")
    if kms_keys.usable(backend, key) is None:
        raise AwsError(
            "EncryptionFailure",
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is "
            "available, enabled, and not in an invalid state.",
        )


def _check_new(backend: Any, name: str, token: str | None, value: tuple[Any, Any]) -> None:
    if not name or not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        )
    deletion.check_free(backend, name)
    known = backend.secrets.get(name)
    version = known.versions.get(token) if known is not None else None
    if version and (version.get("secret_string"), version.get("secret_binary")) != value:
        raise AwsError("ResourceExistsException", "You can't modify an existing version. Use PutSecretValue instead.")


def install() -> None:
    @wrap(SecretsManagerBackend, "create_secret")
    def create(original: Any, self: Any, **kwargs: Any) -> str:
        text, binary = kwargs.get("secret_string"), kwargs.get("secret_binary")
        _check_value(text, binary)
        _check_new(self, kwargs["name"], kwargs.get("client_request_token"), (text, binary))
        _check_key(self, kwargs.get("kms_key_id"))
        return original(self, **kwargs)

    @replace(SecretsManagerBackend)
    def put_secret_value(
        self: Any,
        secret_id: str,
        secret_string: str | None,
        secret_binary: str | None,
        client_request_token: str | None,
        version_stages: list[str],
    ) -> str:
        secret = deletion.found(self, secret_id)
        _check_value(secret_string, secret_binary)
        _check_key(self, secret.kms_key_id)
        version_id = versions.put(self, secret, client_request_token, (secret_string, secret_binary), version_stages)
        return secret.to_short_dict(include_version_stages=True, version_id=version_id)

    @replace(SecretsManagerBackend)
    def update_secret(
        self: Any,
        secret_id: str,
        secret_string: str | None = None,
        secret_binary: str | None = None,
        client_request_token: str | None = None,
        kms_key_id: str | None = None,
        description: str | None = None,
    ) -> str:
        secret = deletion.found(self, secret_id)
        _check_value(secret_string, secret_binary)
        _check_key(self, secret.kms_key_id if kms_key_id is None else kms_key_id)
        if kms_key_id is not None:
            # "If you set this to an empty string, Secrets Manager uses the Amazon Web Services managed key".
            secret.kms_key_id = kms_key_id or None
        if description is not None:
            secret.description = description
        if secret_string is None and secret_binary is None:
            return secret.to_short_dict(include_version_id=False)
        version_id = versions.put(self, secret, client_request_token, (secret_string, secret_binary), None)
        return secret.to_short_dict(version_id=version_id)

    for name in ("tag_resource", "untag_resource"):
        wrap(SecretsManagerBackend, name)(_of_what_is_there)
    for name in ("put_resource_policy", "delete_resource_policy"):
        wrap(SecretsManagerBackend, name)(_of_what_is_there)


def _of_what_is_there(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    deletion.found(self, next(iter([*args, *kwargs.values()])))
    return original(self, *args, **kwargs)
