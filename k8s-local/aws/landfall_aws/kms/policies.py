"""Key policies: of principals that there are, and none that its writer cannot change again.

https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html, Policy and BypassPolicyLockoutSafetyCheck.
"""

import json
import re
from typing import Any

from moto.iam.models import iam_backends
from moto.kms.responses import KmsResponse

from ..errors import AwsError
from ..override import wrap
from ..patterns import like

_IDENTITY = re.compile(r"arn:aws:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)")


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", message)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _principals(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    return ["*"] if principal == "*" else [str(p) for p in _list((principal or {}).get("AWS"))]


def _statements(policy: str) -> list[dict[str, Any]]:
    try:
        found = _list(json.loads(policy)["Statement"])
        if all(s["Effect"] in ("Allow", "Deny") and ("Action" in s or "NotAction" in s) and "Principal" in s for s in found):
            return found
    except (KeyError, TypeError, ValueError):
        pass
    raise _malformed("The new key policy is not valid.")


def _exists(principal: str) -> bool:
    identity = _IDENTITY.fullmatch(principal)
    if not identity or identity[1] not in iam_backends:
        # Of other accounts nothing is known here.
        return True
    iam = iam_backends[identity[1]]["aws"]
    known = iam.roles if identity[2] == "role" else iam.users
    return any(thing.name == identity[3] for thing in known.values())


def _lets_change(statement: dict[str, Any], caller: Any) -> bool:
    account = caller.account
    own = {"*", account, f"arn:aws:iam::{account}:root", caller.arn, caller.role_arn}
    actions = _list(statement.get("Action"))
    return (
        statement["Effect"] == "Allow"
        and any(like(str(action).lower(), "kms:putkeypolicy") for action in actions)
        and bool(own & set(_principals(statement)))
    )


def _check(response: Any) -> None:
    policy = response._get_param("Policy")
    if policy is None:
        return
    statements = _statements(policy)
    if not all(_exists(principal) for statement in statements for principal in _principals(statement)):
        raise _malformed("Policy contains a statement with one or more invalid principals.")
    if response._get_param("BypassPolicyLockoutSafetyCheck"):
        return
    if not any(_lets_change(statement, response.landfall_caller) for statement in statements):
        raise _malformed("The new key policy will not allow you to update the key policy in the future.")


def install() -> None:
    @wrap(KmsResponse, "create_key")
    def create(original: Any, self: Any) -> Any:
        _check(self)
        return original(self)

    @wrap(KmsResponse, "put_key_policy")
    def put(original: Any, self: Any) -> Any:
        _check(self)
        return original(self)
