"""What a task's containers are given by Secrets Manager and Parameter Store: it starts only if its execution role may read
all of it, and there is all of it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
"""

import json
from typing import Any

from .. import permissions
from ..authorization import policies
from ..authorization.policies import Ask
from . import definitions

_FAILED = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to"


def why_none(definition: Any) -> str | None:
    """Why a task of this definition gets no secrets; None where it gets all that it names."""
    for container in definition.container_definitions:
        for secret in container.get("secrets") or []:
            reason = _why_not(definitions.role_of(definition.execution_role_arn), str(secret["valueFrom"]))
            if reason:
                return reason
    return None


def _why_not(role: Any, value_from: str) -> str | None:
    parts = value_from.split(":")
    arn, service, region, account = ":".join(parts[:7]), parts[2], parts[3], parts[4]
    if service == "secretsmanager":
        words, action = f"retrieve secret from asm: failed to fetch secret {arn} from secrets manager", "secretsmanager:GetSecretValue"
    else:
        words, action = f"retrieve secrets from ssm: failed to fetch {arn}", "ssm:GetParameters"
    refused = _refused(role, Ask(action, arn))
    if refused:
        return f"{_FAILED} {words}: {refused}"
    try:
        key = _secret(account, region, arn, *parts[7:10]) if service == "secretsmanager" else _parameter(account, region, arn)
    except KeyError as error:
        return f"{_FAILED} {words}: ResourceNotFoundException: {error.args[0]}"
    if not key or key.split("/")[-1] in ("secretsmanager", "ssm"):
        return None
    key = key if key.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{key}"
    refused = _refused(role, Ask("kms:Decrypt", key, {"kms:viaservice": f"{service}.{region}.amazonaws.com"}))
    return f"{_FAILED} {words}: {refused}" if refused else None


def value(value_from: str) -> str:
    """What a container is given for a reference of which why_none has found nothing."""
    parts = value_from.split(":")
    arn, service, region, account = ":".join(parts[:7]), parts[2], parts[3], parts[4]
    if service == "ssm":
        from moto.ssm.models import ssm_backends

        return str(ssm_backends[account][region].get_parameter(arn).response_object(decrypt=True)["Value"])
    text = str(_version(account, region, arn, *parts[8:10])[1].get("secret_string") or "")
    key = parts[7] if len(parts) > 7 else ""
    if not key:
        return text
    found = json.loads(text)[key]
    return found if isinstance(found, str) else json.dumps(found)


def _refused(role: Any, ask: Ask) -> str | None:
    kind = policies.not_allowed_by(permissions.of_role(role), ask)
    if kind is None:
        return None
    return f"AccessDeniedException: User: {role.arn} is not authorized to perform: {ask.action} on resource: {ask.resource} because no {kind} allows the {ask.action} action"


def _version(account: str, region: str, arn: str, stage: str = "", version_id: str = "") -> tuple[Any, dict[str, Any]]:
    """A secret and the version of it that is asked for; that which is in force where none is."""
    from moto.secretsmanager.models import secretsmanager_backends

    secrets = secretsmanager_backends[account][region].secrets.values()
    found: Any = next((secret for secret in secrets if secret.arn == arn), None)
    if found is None:
        raise KeyError("Secrets Manager can't find the specified secret.")
    if version_id:
        if version_id not in found.versions:
            raise KeyError(f"Secrets Manager can't find the specified secret value for VersionId: {version_id}")
        return found, found.versions[version_id]
    named = next((v for v in found.versions.values() if (stage or "AWSCURRENT") in v["version_stages"]), None)
    if named is None and stage:
        raise KeyError(f"Secrets Manager can't find the specified secret value for staging label: {stage}")
    return found, named or {}


def _secret(account: str, region: str, arn: str, key: str = "", *version: str) -> str | None:
    """The key that encrypts a secret, which has to have what is asked of it."""
    found, value = _version(account, region, arn, *version)
    if key and key not in json.loads(value.get("secret_string") or "{}"):
        raise KeyError(f"retrieved secret from Secrets Manager did not contain json key {key}")
    return found.kms_key_id


def _parameter(account: str, region: str, arn: str) -> str | None:
    from moto.ssm.models import ssm_backends

    found = ssm_backends[account][region].get_parameter(arn)
    if found is None:
        raise KeyError(f"invalid ssm parameters: {arn.split(':parameter', 1)[1]}")
    return found.keyid
