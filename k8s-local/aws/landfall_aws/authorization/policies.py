"""Policy documents and the decision they come to. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..patterns import like
from .conditions import Context, all_met, as_list, filled_in

Statement = dict[str, Any]


@dataclass(frozen=True)
class Ask:
    """One action on one resource, all of which a call's asks must be allowed."""

    action: str
    # An ARN, or * for actions that have no resources.
    resource: str = "*"
    context: Context = field(default_factory=dict)
    # False for an id that nothing has: AWS looks it up before it can know its tags, and says NotFound to whom the
    # action is not refused outright.
    exists: bool = True


@dataclass(frozen=True)
class Principal:
    """The documents that bear on a caller; None where there is no boundary or session policy."""

    identity: Sequence[str]
    boundary: str | None = None
    session: Sequence[str] | None = None


@functools.lru_cache(maxsize=1024)
def statements(document: str) -> tuple[Statement, ...]:
    return tuple(as_list(json.loads(document).get("Statement")))


def applies(statement: Statement, ask: Ask) -> bool:
    """Whether action, resource and conditions of a statement fit."""
    if not _fits(statement, "Action", ask.action, ignore_case=True):
        return False
    wanted = {
        name: [filled_in(str(value), ask.context) for value in as_list(statement[name])]
        for name in ("Resource", "NotResource")
        if name in statement
    }
    if not _fits(wanted, "Resource", ask.resource):
        return False
    if not ask.exists and statement.get("Effect") == "Allow":
        return True
    return all_met(statement.get("Condition"), ask.context)


def _fits(statement: Statement, name: str, value: str, ignore_case: bool = False) -> bool:
    def among(patterns: Any) -> bool:
        return any(like(str(pattern), value, ignore_case) for pattern in as_list(patterns))

    if f"Not{name}" in statement:
        return not among(statement[f"Not{name}"])
    return among(statement.get(name))


def _has(documents: Sequence[str], effect: str, ask: Ask) -> bool:
    return any(s.get("Effect") == effect and applies(s, ask) for d in documents for s in statements(d))


def may_deny(principal: Principal) -> bool:
    """Whether any document of the caller has a Deny at all."""
    documents = [document for _, of_kind in _kinds(principal) for document in of_kind]
    return any(s.get("Effect") == "Deny" for document in documents for s in statements(document))


def _kinds(principal: Principal) -> list[tuple[str, Sequence[str]]]:
    kinds: list[tuple[str, Sequence[str]]] = [("identity-based policy", principal.identity)]
    if principal.boundary is not None:
        kinds.append(("permissions boundary", [principal.boundary]))
    if principal.session is not None:
        kinds.append(("session policy", principal.session))
    return kinds


def denied_by(principal: Principal, ask: Ask) -> str | None:
    """The kind of policy with an explicit deny, in AWS's words for it."""
    return next((kind for kind, documents in _kinds(principal) if _has(documents, "Deny", ask)), None)


def not_allowed_by(principal: Principal, ask: Ask) -> str | None:
    """The first kind of policy of which none allows what is asked; each of them has to."""
    return next((kind for kind, documents in _kinds(principal) if not _has(documents, "Allow", ask)), None)
