"""Client tokens. The same token again gives the first answer, whatever has become of what it made.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
"""

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from . import lifecycle

from .call import current
from .errors import AwsError

# The same token with other parameters. ECS: CreateService and RunTask, API reference.
_MISMATCH = {
    "ecs": ("InvalidParameterException", "Creation of service was not idempotent."),
    "dynamodb": ("IdempotentParameterMismatchException", "The client token was used with other parameters."),
    "backup": ("AlreadyExistsException", "The request token was used with other parameters."),
}
_OTHER_MISMATCH = (
    "IdempotentParameterMismatch",
    "The client token you have provided is associated with a resource already, with other parameters.",
)

# Where a token holds for a while only, in seconds, and gives the first answer whatever else is asked: RequestCertificate,
# API reference, IdempotencyToken.
_HELD = {"acm": 3600.0}
# Where a token is the id of what is made, and so known as long as that is: a version of a secret,
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, ClientRequestToken.
_OWN = {"secretsmanager"}
_answers: dict[tuple[str, ...], tuple[str, Any]] = {}
# When each of those was given.
_given: dict[tuple[str, ...], float] = {}


@functools.cache
def _token_member(service: str, action: str) -> str | None:
    """The name of the action's client token in the service's model, if it takes one."""
    try:
        shape = get_service_model(service).operation_model(action).input_shape
    except Exception:  # noqa: BLE001 - an action that botocore does not know takes no token
        return None
    names = [] if shape is None else [m for m in shape.members if m.lower() in ("clienttoken", "clientrequesttoken", "idempotencytoken")]
    return names[0] if names else None


def once(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline."""
    record = current()
    member = _token_member(response.boto3_service_name, action)
    token = record.params.get(member) if member else None
    if not token or record.service in _OWN:
        return proceed()
    key = (record.account or "", record.region or "", record.service or "", action, str(token))
    params = {k: v for k, v in record.params.items() if k != member}
    # A hash, since secrets are among the parameters.
    asked = hashlib.sha256(json.dumps(params, sort_keys=True, default=str).encode()).hexdigest()
    held = _HELD.get(record.service or "")
    if held is not None and lifecycle.seconds() - _given.get(key, -held) >= held:
        _answers.pop(key, None)
    if key in _answers:
        first, answer = _answers[key]
        if first != asked and held is None:
            raise AwsError(*_MISMATCH.get(record.service or "", _OTHER_MISMATCH))
        status, headers, body = answer
        return status, dict(headers), body
    answer = proceed()
    status, headers, body = answer
    # An error made nothing, so the same token may try again.
    if int(status) < 400:
        _answers[key] = (asked, (status, dict(headers), body))
        _given[key] = lifecycle.seconds()
    return answer


def clear() -> None:
    _answers.clear()
    _given.clear()
