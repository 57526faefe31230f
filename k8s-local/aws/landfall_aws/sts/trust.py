"""Trust policies. Pure: a policy document, a caller and the conditions' values in, allowed or not out.

The rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from typing import Any

from ..authorization.conditions import Context, all_met, as_list
from ..authorization.policies import Statement, statements
from ..identity import Caller
from ..patterns import like


def allows(document: str, caller: Caller, action: str, context: Context) -> bool:
    """An explicit deny wins, and what no statement allows is denied. Keys of `context` are in lower case."""
    applying = [s for s in statements(document) if _applies(s, caller, action, context)]
    if any(s.get("Effect") == "Deny" for s in applying):
        return False
    return any(s.get("Effect") == "Allow" for s in applying)


def names_exactly(document: str, caller: Caller) -> bool:
    """Whether the caller is let in by name, not by their account; then, within an account, the trust policy alone is
    enough. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    names = {caller.arn, caller.role_arn}
    return any(
        s.get("Effect") == "Allow" and names & set(as_list(s["Principal"].get("AWS")))
        for s in statements(document)
        if isinstance(s.get("Principal"), dict)
    )


def _applies(statement: Statement, caller: Caller, action: str, context: Context) -> bool:
    if not any(like(str(pattern), action, ignore_case=True) for pattern in as_list(statement.get("Action"))):
        return False
    return _is_principal(statement.get("Principal"), caller) and all_met(statement.get("Condition"), context)


def _is_principal(principal: Any, caller: Caller) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    # An account, written as its number or its root, stands for everybody in it.
    names = {"*", caller.account, f"arn:aws:iam::{caller.account}:root", caller.arn, caller.role_arn}
    return any(name in names for name in as_list(principal.get("AWS")))
