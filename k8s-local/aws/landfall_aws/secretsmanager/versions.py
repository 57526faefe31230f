"""Versions of secrets: each staging label is on one of them, and AWSPREVIOUS goes where AWSCURRENT came from.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
"""

import json
import time
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from ..errors import AwsError
from ..override import replace, wrap
from . import deletion


def _with(secret: Any, label: str) -> str | None:
    return next((id for id, version in secret.versions.items() if label in version["version_stages"]), None)


def _move(secret: Any, label: str, to: str | None) -> None:
    before = _with(secret, label)
    if before is not None:
        secret.versions[before]["version_stages"].remove(label)
    if to is not None:
        secret.versions[to]["version_stages"].append(label)


def attach(secret: Any, labels: list[str], to: str | None) -> None:
    for label in labels:
        before = _with(secret, label)
        if before == to:
            continue
        _move(secret, label, to)
        if label == "AWSCURRENT" and before is not None:
            _move(secret, "AWSPREVIOUS", before)
    if to is not None and to == _with(secret, "AWSCURRENT") == _with(secret, "AWSPREVIOUS"):
        _move(secret, "AWSPREVIOUS", None)
    secret.set_default_version_id(_with(secret, "AWSCURRENT"))


def _value(version: dict[str, Any]) -> tuple[Any, Any]:
    return version.get("secret_string"), version.get("secret_binary")


def put(backend: Any, secret: Any, token: str | None, value: tuple[Any, Any], labels: list[str] | None) -> str:
    """The version that a value makes, or is already: "This operation is idempotent". """
    version_id = backend._from_client_request_token(token)
    known = secret.versions.get(version_id)
    if known is not None and any(part is not None for part in _value(known)):
        if _value(known) != value:
            raise AwsError(
                "ResourceExistsException",
                f"You can't use ClientRequestToken {version_id} because that value is already in use for a version of "
                f"secret {secret.arn}.",
            )
        return version_id
    labels = labels or ["AWSCURRENT"]
    if not secret.versions and "AWSCURRENT" not in labels:
        # "If this operation creates the first version for the secret, then Secrets Manager automatically attaches the
        # staging label AWSCURRENT to it."
        labels = [*labels, "AWSCURRENT"]
    parts = zip(("secret_string", "secret_binary"), value, strict=True)
    version = {name: part for name, part in parts if part is not None}
    stages = known["version_stages"] if known else []
    secret.versions[version_id] = {
        "createdate": int(time.time()),
        "version_id": version_id,
        "version_stages": stages,
        **version,
    }
    secret.last_changed_date = int(time.time())
    attach(secret, labels, version_id)
    return version_id


def _move_by_request(secret: Any, label: str, source: str | None, target: str | None) -> None:
    holder = _with(secret, label)
    for version_id in filter(None, (source, target)):
        if version_id not in secret.versions:
            raise AwsError("InvalidParameterException", f"Not a valid version: {version_id}")
    if source is not None and holder != source:
        raise AwsError("InvalidParameterException", f"Version stage {label} not found in version {source}")
    if source is None and holder is not None and holder != target:
        raise AwsError(
            "InvalidParameterException",
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId.",
        )
    if target is None and label == "AWSCURRENT":
        raise AwsError("InvalidParameterException", "You can't remove the staging label AWSCURRENT, only move it.")
    attach(secret, [label], target)


def install() -> None:
    @replace(FakeSecret)
    def _form_version_ids_to_stages(self: Any) -> dict[str, list[str]]:
        # "every version ID that has a staging label attached": DescribeSecret. The others are deprecated.
        return {id: version["version_stages"] for id, version in self.versions.items() if version["version_stages"]}

    @replace(SecretsManagerResponse)
    def list_secret_version_ids(self: Any) -> str:
        secret = deletion.found(self.backend, self._get_param("SecretId", if_none=""))
        deprecated = bool(self._get_param("IncludeDeprecated"))
        listed = [
            {"VersionId": id, "VersionStages": v["version_stages"], "CreatedDate": v["createdate"]}
            for id, v in secret.versions.items()
            if v["version_stages"] or deprecated
        ]
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": listed})

    @replace(SecretsManagerBackend)
    def update_secret_version_stage(
        self: Any,
        secret_id: str,
        version_stage: str,
        remove_from_version_id: str | None,
        move_to_version_id: str | None,
    ) -> tuple[str, str]:
        secret = deletion.found(self, secret_id)
        _move_by_request(secret, version_stage, remove_from_version_id, move_to_version_id)
        return secret.arn, secret.name

    @wrap(SecretsManagerBackend, "get_secret_value")
    def get(original: Any, self: Any, secret_id: str, version_id: str | None, version_stage: str | None) -> Any:
        secret = deletion.found(self, secret_id)
        label = version_stage or (None if version_id else "AWSCURRENT")
        if label is not None and not version_id and _with(secret, label) is None:
            raise AwsError(
                "ResourceNotFoundException",
                f"Secrets Manager can't find the specified secret value for staging label: {label}",
            )
        return original(self, secret_id, version_id, version_stage)
