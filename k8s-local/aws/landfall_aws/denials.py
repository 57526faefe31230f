"""What a role's own inline policies deny explicitly, to everything (`Resource` `*`) and without conditions.

Of IAM's evaluation this is the part that needs no list of what is allowed: an explicit deny always wins.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import fnmatch
import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends

from .errors import AwsError
from .identity import Caller

# Where IAM's name of a service differs from its signing name.
_PREFIX = {"resourcegroupstaggingapi": "tag", "tagging": "tag"}
# "No permissions are required": STS API reference, GetCallerIdentity.
_ALWAYS = {"sts:GetCallerIdentity"}
_CODE = {"ec2": "UnauthorizedOperation", "iam": "AccessDenied", "sts": "AccessDenied"}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _denies(document: str, action: str) -> bool:
    return any(
        statement.get("Effect") == "Deny"
        and "*" in _list(statement.get("Resource"))
        and not statement.get("Condition")
        and any(fnmatch.fnmatchcase(action.lower(), str(item).lower()) for item in _list(statement.get("Action")))
        for statement in _list(json.loads(document)["Statement"])
    )


def refuse(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline."""
    service = response.service_name or ""
    caller: Caller | None = getattr(response, "landfall_caller", None)
    name = f"{_PREFIX.get(service, service)}:{action}"
    if caller is None or caller.role_arn is None or name in _ALWAYS:
        return proceed()
    roles = iam_backends[caller.account]["aws"].roles.values()
    role = next((role for role in roles if role.arn == caller.role_arn), None)
    if role is not None and any(_denies(document, name) for document in role.policies.values()):
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        words = f"User: {caller.arn} is not authorized to perform: {name} with an explicit deny in an identity-based policy"
        if service == "ec2":
            words = f"You are not authorized to perform this operation. {words}"
        raise AwsError(_CODE.get(service, "AccessDeniedException"), words)
    return proceed()
