"""What happens to every call before and after moto's own method: who calls, what is asked, what is refused."""

import functools
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.core import responses as moto_responses
from moto.core.exceptions import ServiceException
from moto.core.parse import XFormedDict
from moto.core.responses import ActionResult, BaseResponse

from . import call as calls
from . import identity
from .settings import HOME_ACCOUNT

# (response object, action, next) -> moto's (status, headers, body)
Stage = Callable[[BaseResponse, str, Callable[[], Any]], Any]
_stages: list[Stage] = []

# Web identities and SAML bring their own proof; AWS does not ask for a key.
_UNSIGNED = {"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"}


def stage(function: Stage) -> Stage:
    """Adds a step around every call; the first added is the outermost."""
    _stages.append(function)
    return function


def parameters(response: BaseResponse) -> dict[str, Any]:
    """The request's parameters as its service's model names them."""
    params = getattr(response, "params", None)
    if response.automated_parameter_parsing and isinstance(params, (dict, XFormedDict)):
        return _plain(params)
    if isinstance(response.body, str) and response.body.startswith("{"):
        try:
            return {**_in_path(response), **json.loads(response.body)}
        except ValueError:
            return {}
    # Where a request says nothing in its body and its query, moto takes its headers for that.
    headers = {name.lower() for name, _ in response.headers.items()}
    asked = {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value
        for key, value in response.querystring.items()
        if key not in ("Action", "Version") and key.lower() not in headers
    }
    return {**_in_path(response), **asked}


# AWS Backup, of whose paths moto reads what it needs.
_NAMED = {
    "BackupVaultName": re.compile(r"/backup-vaults/([^/]+)"),
    "BackupPlanId": re.compile(r"/backup/plans/([^/]+)"),
    "ResourceArn": re.compile(r"/(?:tags|untag)/([^/]+)"),
}


def _in_path(response: BaseResponse) -> dict[str, Any]:
    if response.service_name != "backup":
        return {}
    found = {name: pattern.search(response.path) for name, pattern in _NAMED.items()}
    return {name: unquote(match[1]) for name, match in found.items() if match}


def _plain(value: Any) -> Any:
    # That of RDS, whose own names of its keys are the model's no more.
    if isinstance(value, XFormedDict):
        return _plain(value.original_dict())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def refusal(response: BaseResponse, error: ServiceException) -> Any:
    """An error serialized as the service's protocol wants it, with AWS's HTTP status."""
    status, headers, body = response.serialized(ActionResult(error))
    status = getattr(error, "http_status", None) or identity.REFUSAL_STATUS.get(error.code, status)
    headers["status"] = str(status)
    return status, headers, body


def _call_action(original: Callable[[BaseResponse], Any], response: BaseResponse) -> Any:
    action = response._get_action()
    service = response.service_name or ""
    record = calls.current()
    record.service, record.action, record.region = service, action, response.region
    record.account = response.current_account
    record.params = parameters(response)
    if action not in _UNSIGNED:
        try:
            caller = identity.authenticate(
                service, response.access_key, response.headers.get("X-Amz-Security-Token")
            )
        except ServiceException as error:
            return refusal(response, error)
        record.caller, record.account = caller.arn, caller.account
        response.landfall_caller = caller

    def step(index: int) -> Any:
        if index == len(_stages):
            return original(response)
        return _stages[index](response, action, lambda: step(index + 1))

    try:
        return step(0)
    except ServiceException as error:
        return refusal(response, error)


def _account_of(response: BaseResponse) -> str:
    caller = identity.find(response.get_access_key())
    return caller.account if caller else HOME_ACCOUNT


def install() -> None:
    original = BaseResponse.call_action
    BaseResponse.call_action = lambda self: _call_action(original, self)  # type: ignore[method-assign]
    BaseResponse.get_current_account = _account_of  # type: ignore[method-assign]
    # moto looks through every attribute of the response class on every call; the answer never changes.
    moto_responses.method_names_from_class = functools.cache(  # type: ignore[attr-defined]
        lambda cls: frozenset(_method_names(cls))
    )


_method_names = moto_responses.method_names_from_class  # type: ignore[attr-defined]
