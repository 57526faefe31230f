"""Who may do what. An explicit deny of the caller's policies always refuses; that something has to be allowed at
all is asked only while it is switched on, because the roles of the local AWS begin without policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Callable, Sequence
from typing import Any

from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends

from . import checks, sessions
from .authorization import policies, services
from .authorization.policies import Ask, Principal
from .call import current
from .errors import AwsError
from .identity import Caller
from .sts import trust
from .sts.actions import find_role

OFF = {"enforced": False}

# "No permissions are required": STS API reference, GetCallerIdentity.
_ALWAYS = {"sts:GetCallerIdentity"}
# Query services say AccessDenied, JSON services AccessDeniedException.
_QUERY = ("autoscaling", "cloudwatch", "elasticache", "elbv2", "iam", "rds", "sts")
_CODE = {"ec2": "UnauthorizedOperation", **dict.fromkeys(_QUERY, "AccessDenied")}

_enforced = False


def parse(value: Any) -> bool:
    return bool(checks.fields("permissions", value, {"enforced": bool}).get("enforced", False))


def use(enforced: bool) -> None:
    global _enforced
    _enforced = enforced


def shown() -> dict[str, bool]:
    return {"enforced": _enforced}


def _default_version(policy: Any) -> str:
    return next(version.document for version in policy.versions if version.is_default)


def _documents(holder: Any) -> list[str]:
    return [*holder.policies.values(), *map(_default_version, holder.managed_policies.values())]


def _principal(caller: Caller, access_key: str) -> Principal:
    iam = iam_backends[caller.account]["aws"]
    if caller.role_arn is None:
        user = next((user for user in iam.users.values() if user.arn == caller.arn), None)
        groups = [group for group in iam.groups.values() if user in group.users] if user else []
        return Principal([document for holder in [user, *groups] if holder for document in _documents(holder)])
    role = next((role for role in iam.roles.values() if role.arn == caller.role_arn), None)
    session = sessions.find(access_key)
    limits = session.policies if session else None
    return Principal([], session=limits) if role is None else of_role(role, limits)


def of_role(role: Any, limits: Sequence[str] | None = None) -> Principal:
    """What bears on whoever has assumed a role, with the policies of its session."""
    boundary = iam_backends[role.account_id]["aws"].managed_policies.get(role.permissions_boundary_arn or "")
    return Principal(_documents(role), _default_version(boundary) if boundary else None, limits)


def _context(caller: Caller) -> dict[str, str | list[str]]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    context: dict[str, str | list[str]] = {
        "aws:principalarn": caller.role_arn or caller.arn,
        "aws:principalaccount": caller.account,
        "aws:principaltype": "AssumedRole" if caller.role_arn else "User",
        "aws:userid": caller.user_id,
        "aws:securetransport": "false",
        "aws:requestedregion": current().region or "",
    }
    if caller.role_arn is None:
        context["aws:username"] = caller.arn.rsplit("/", 1)[-1]
    return context


def _refusal(service: str, caller: Caller, ask: Ask, why: str) -> AwsError:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    on = "" if ask.resource == "*" else f" on resource: {ask.resource}"
    words = f"User: {caller.arn} is not authorized to perform: {ask.action}{on} {why}"
    if service == "ec2":
        words = f"You are not authorized to perform this operation. {words}"
    return AwsError(_CODE.get(service, "AccessDeniedException"), words)


def _trusted_by_name(ask: Ask, caller: Caller) -> bool:
    """A role that trusts somebody of its own account by name needs no policy of theirs."""
    role = find_role(ask.resource) if ask.action in ("sts:AssumeRole", "sts:TagSession") else None
    if role is None or role.account_id != caller.account:
        return False
    return trust.names_exactly(role.assume_role_policy_document, caller)


def enforce(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline."""
    call = current()
    service = call.service or ""
    caller: Caller | None = getattr(response, "landfall_caller", None)
    if caller is None or f"{service}:{action}" in _ALWAYS:
        return proceed()
    principal = _principal(caller, call.access_key or "")
    if not _enforced and not policies.may_deny(principal):
        return proceed()
    for ask in services.asks(call, _context(caller)):
        kind = policies.denied_by(principal, ask)
        if kind:
            article = "an" if kind.startswith("i") else "a"
            raise _refusal(service, caller, ask, f"with an explicit deny in {article} {kind}")
        kind = policies.not_allowed_by(principal, ask) if _enforced else None
        if kind and not _trusted_by_name(ask, caller):
            raise _refusal(service, caller, ask, f"because no {kind} allows the {ask.action} action")
    return proceed()
