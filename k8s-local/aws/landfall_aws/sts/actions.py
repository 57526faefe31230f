"""AssumeRole and GetCallerIdentity. moto lets anybody assume anything, even a role that does not exist."""

import re

from moto.core.responses import ActionResult
from moto.iam.models import Role, iam_backends
from moto.sts.responses import TokenResponse

from .. import sessions
from ..authorization.ec2 import tag_context
from ..errors import AwsError
from ..identity import Caller
from .trust import allows

_ROLE_ARN = re.compile(r"^arn:aws:iam::(\d{12}):role/(.+)$")
_SESSION_NAME = re.compile(r"^[\w+=,.@-]{2,64}$")
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_SHORTEST, _LONGEST, _CHAINED = 900, 43200, 3600
_TAGS_MAX = 50


def _denied(caller: Caller, role_arn: str, action: str = "sts:AssumeRole") -> AwsError:
    return AwsError(
        "AccessDenied", f"User: {caller.arn} is not authorized to perform: {action} on resource: {role_arn}"
    )


def find_role(role_arn: str) -> Role | None:
    """The role of that ARN, in whatever account. Raises AWS's refusal of what is no ARN of a role."""
    match = _ROLE_ARN.match(role_arn)
    if not match:
        raise AwsError("ValidationError", f"{role_arn} is invalid")
    if match.group(1) not in iam_backends:
        return None
    return next((r for r in iam_backends[match.group(1)]["aws"].roles.values() if r.arn == role_arn), None)


def _seconds(response: TokenResponse, role: Role, caller: Caller) -> int:
    seconds = response._get_int_param("DurationSeconds", 3600)
    if not _SHORTEST <= seconds <= _LONGEST:
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
            f"Member must have value between {_SHORTEST} and {_LONGEST}",
        )
    if caller.role_arn and seconds > _CHAINED:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        )
    if seconds > int(role.max_session_duration or 3600):
        raise AwsError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return seconds


def _session_policies(response: TokenResponse, account: str) -> tuple[str, ...] | None:
    """The documents that limit the session, or None where none were given.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html , Policy and PolicyArns."""
    inline = response._get_param("Policy")
    arns = [item.get("arn") or item.get("Arn") for item in response._get_param("PolicyArns") or []]
    if not inline and not arns:
        return None
    known = iam_backends[account]["aws"].managed_policies
    for arn in arns:
        if arn not in known:
            raise AwsError("ValidationError", f"The policy {arn} does not exist")
    managed = [version.document for arn in arns for version in known[arn].versions if version.is_default]
    return (*([inline] if inline else []), *managed)


def _session_tags(response: TokenResponse) -> dict[str, str]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html"""
    tags = [(item["Key"], item["Value"]) for item in response._get_param("Tags") or []]
    if len(tags) > _TAGS_MAX or any(not 1 <= len(key) <= 128 or len(value) > 256 for key, value in tags):
        raise AwsError("ValidationError", "At most 50 session tags, with keys of 128 characters and values of 256.")
    if len({key.lower() for key, _ in tags}) < len(tags):
        raise AwsError("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return dict(tags)


def assume_role(self: TokenResponse) -> ActionResult:
    caller: Caller = self.landfall_caller  # type: ignore[attr-defined]
    role_arn, name = self._get_param("RoleArn") or "", self._get_param("RoleSessionName") or ""
    if not _SESSION_NAME.match(name):
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        )
    role = find_role(role_arn)
    tags = _session_tags(self)
    # Both actions know the tags that are asked for, so that a trust policy may let in only sessions that have them:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html , "Permissions required to add session tags"
    context: dict[str, str | list[str]] = {
        "aws:principalarn": caller.role_arn or caller.arn,
        "aws:principalaccount": caller.account,
        "sts:rolesessionname": name,
        **tag_context([{"Key": key, "Value": value} for key, value in tags.items()]),
    }
    external_id = self._get_param("ExternalId")
    if external_id is not None:
        context["sts:externalid"] = external_id
    # AWS does not tell whether the role is missing or the caller is not trusted.
    if role is None or not allows(role.assume_role_policy_document, caller, "sts:AssumeRole", context):
        raise _denied(caller, role_arn)
    if tags and not allows(role.assume_role_policy_document, caller, "sts:TagSession", context):
        raise _denied(caller, role_arn, "sts:TagSession")
    account = _ROLE_ARN.match(role_arn).group(1)  # type: ignore[union-attr]
    seconds = _seconds(self, role, caller)
    session = sessions.open_session(
        account, role_arn, role.id, name, seconds, policies=_session_policies(self, account), tags=tags
    )
    return ActionResult(
        {
            "Credentials": {
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "SessionToken": session.session_token,
                "Expiration": session.expiration,
            },
            "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        }
    )


def get_caller_identity(self: TokenResponse) -> ActionResult:
    caller: Caller = self.landfall_caller  # type: ignore[attr-defined]
    return ActionResult({"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn})


def install() -> None:
    TokenResponse.assume_role = assume_role  # type: ignore[method-assign]
    TokenResponse.get_caller_identity = get_caller_identity  # type: ignore[method-assign]
