"""Trust policies. Pure: a policy document, a caller and the conditions' values in, allowed or not out.

The rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import fnmatch
import json
from typing import Any

from ..identity import Caller


def allows(document: str, caller: Caller, action: str, context: dict[str, str]) -> bool:
    """An explicit deny wins, and what no statement allows is denied."""
    statements = _list(json.loads(document).get("Statement"))
    applying = [s for s in statements if _applies(s, caller, action, context)]
    if any(s.get("Effect") == "Deny" for s in applying):
        return False
    return any(s.get("Effect") == "Allow" for s in applying)


def _applies(statement: dict[str, Any], caller: Caller, action: str, context: dict[str, str]) -> bool:
    actions = _list(statement.get("Action"))
    if not any(fnmatch.fnmatchcase(action.lower(), str(pattern).lower()) for pattern in actions):
        return False
    if not _is_principal(statement.get("Principal"), caller):
        return False
    return all(
        _condition(operator, key, _list(values), context)
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    )


def _is_principal(principal: Any, caller: Caller) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    # An account, written as its number or its root, stands for everybody in it.
    names = {"*", caller.account, f"arn:aws:iam::{caller.account}:root", caller.arn, caller.role_arn}
    return any(name in names for name in _list(principal.get("AWS")))


def _condition(operator: str, key: str, wanted: list[Any], context: dict[str, str]) -> bool:
    values = {k.lower(): v for k, v in context.items()}
    actual = values.get(key.lower())
    if operator == "Null":
        return str(wanted[0]).lower() == str(actual is None).lower()
    if operator.endswith("IfExists"):
        if actual is None:
            return True
        operator = operator.removesuffix("IfExists")
    negated = "Not" in operator
    if actual is None:
        # A key that the request lacks matches nothing; for the negated operators that is a match.
        return negated
    return negated != any(_matches(operator.replace("Not", ""), str(pattern), actual) for pattern in wanted)


def _matches(operator: str, pattern: str, actual: str) -> bool:
    if operator in ("StringEquals", "ArnEquals") and "*" not in pattern and "?" not in pattern:
        return pattern == actual
    if operator == "StringEquals":
        return pattern == actual
    if operator == "StringEqualsIgnoreCase":
        return pattern.lower() == actual.lower()
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        return fnmatch.fnmatchcase(actual, pattern.replace("[", "[[]"))
    if operator == "Bool":
        return pattern.lower() == actual.lower()
    # An operator that is not evaluated here must not let anybody in.
    return False


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
