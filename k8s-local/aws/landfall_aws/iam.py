"""IAM: pages, trust policies that are policies, and boundaries that exist."""

import json
import re
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from . import pages
from .errors import AwsError
from .override import wrap

_NAME = re.compile(r"^[\w+=,.@-]{1,64}$")
_DETAILS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def _check_trust(document: str) -> None:
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise AwsError("MalformedPolicyDocument", "This policy contains invalid Json") from error
    for statement in statements if isinstance(statements, list) else [statements]:
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise AwsError("MalformedPolicyDocument", "Missing required field Principal")
        if "Resource" in statement:
            raise AwsError("MalformedPolicyDocument", "Has prohibited field Resource")


def _check_boundary(account: str, arn: str) -> None:
    ours = re.match(r"^arn:aws:iam::\d{12}:policy/", arn)
    if ours and arn not in iam_backends[account]["aws"].managed_policies:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


def install() -> None:
    @wrap(IamResponse, "create_role")
    def create_role(original: Any, self: Any) -> ActionResult:
        name = self._get_param("RoleName") or ""
        if not _NAME.match(name):
            raise AwsError(
                "ValidationError",
                f"1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [\\w+=,.@-]+ and have length less than or equal to 64",
            )
        _check_trust(self._get_param("AssumeRolePolicyDocument") or "")
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            _check_boundary(self.current_account, boundary)
        return original(self)

    @wrap(IamResponse, "put_role_permissions_boundary")
    def put_boundary(original: Any, self: Any) -> ActionResult:
        _check_boundary(self.current_account, self._get_param("PermissionsBoundary") or "")
        return original(self)

    @wrap(IamResponse, "update_assume_role_policy")
    def update_trust(original: Any, self: Any) -> ActionResult:
        _check_trust(self._get_param("PolicyDocument") or "")
        return original(self)

    @wrap(IamResponse, "get_account_authorization_details")
    def details(original: Any, self: Any) -> ActionResult:
        result: Any = original(self).result
        everything = [(key, item) for key in _DETAILS for item in result[key] or []]
        names = [f"{key}/{item.id if hasattr(item, 'id') else item.name}" for key, item in everything]
        # Default 100, at most 1000: GetAccountAuthorizationDetails, API reference.
        size = int(self._get_param("MaxItems") or 100)
        marker = self._get_param("Marker")
        try:
            shown, following = pages.page("GetAccountAuthorizationDetails", everything, names, marker, size)
        except KeyError as error:
            raise AwsError("ValidationError", "Invalid Marker.") from error
        lists = {key: [item for of, item in shown if of == key] for key in _DETAILS}
        return ActionResult({**lists, "IsTruncated": following is not None, "Marker": following})
