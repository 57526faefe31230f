"""Faults of single calls: errors before or after the commit, answers that never arrive, and slowness.

A rule says which calls it hits, how many of them it lets pass first and how many it hits. The first rule that is due
decides; every rule counts what it matches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.responses import BaseResponse

from . import checks
from .call import Call, current
from .errors import AwsError
from .patterns import like

OFF: list[Any] = []

_KINDS = {
    "service": str,
    "action": str,
    "account": str,
    "region": str,
    "naming": str,
    "skip": int,
    "times": int,
    "effect": str,
    "when": str,
    "code": str,
    "message": str,
    "status": int,
    "latencyMs": float,
    "matched": int,
    "hits": int,
}
_EFFECTS = ("error", "lost", "slow")
_WHEN = ("before", "after")


@dataclass
class Rule:
    service: str = "*"
    action: str = "*"
    account: str = "*"
    region: str = "*"
    # A text that some parameter holds, as an id or a name.
    naming: str = ""
    skip: int = 0
    # 0 for ever.
    times: int = 1
    effect: str = "error"
    when: str = "before"
    code: str = "InternalError"
    message: str = "An internal error has occurred"
    status: int = 500
    latencyMs: float = 0
    matched: int = 0
    hits: int = 0

    def due(self, call: Call) -> bool:
        """Counts the call where it matches, and says whether it is to be hit."""
        named = {"service": call.service, "action": call.action, "account": call.account, "region": call.region}
        if not all(like(getattr(self, name), value or "") for name, value in named.items()):
            return False
        if self.naming and not _holds(call.params, self.naming):
            return False
        self.matched += 1
        return self.matched > self.skip and (self.times == 0 or self.hits < self.times)


_rules: list[Rule] = []


def _holds(value: Any, text: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(item, text) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(_holds(item, text) for item in value)
    return text in str(value)


def _rule(value: Any) -> Rule:
    given = dict(checks.fields("faults", value, _KINDS))
    if given.get("effect", "error") not in _EFFECTS:
        raise ValueError(f"faults: effect is one of {', '.join(_EFFECTS)}")
    if given.get("when", "before") not in _WHEN:
        raise ValueError(f"faults: when is one of {', '.join(_WHEN)}")
    if given.get("effect") == "slow" and not given.get("latencyMs"):
        raise ValueError("faults: a rule that slows down wants latencyMs")
    if "status" in given and not 400 <= given["status"] <= 599:
        raise ValueError("faults: status is an HTTP status of 400 to 599")
    return Rule(**{"status": _status(given.get("code", Rule.code)), **given})


def _status(code: str) -> int:
    """AWS's server errors by the beginning of their code; whatever else is refused has 400."""
    if code.startswith("Internal"):
        return 500
    return 503 if code.startswith(("Unavailable", "ServiceUnavailable", "RequestLimitExceeded")) else 400


def parse(value: Any) -> list[Rule]:
    if not isinstance(value, list):
        raise ValueError("faults: write a list of rules")
    return [_rule(item) for item in value]


def use(rules: list[Rule]) -> None:
    global _rules
    _rules = rules


def shown() -> list[dict[str, Any]]:
    return [vars(rule) for rule in _rules]


def strike(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline: the outermost, so that what is inside it has happened when the answer goes wrong."""
    call = current()
    due = [rule for rule in _rules if rule.due(call)]
    if not due:
        return proceed()
    rule = due[0]
    rule.hits += 1
    call.fault = rule.effect if rule.effect == "slow" else f"{rule.effect} {rule.when}"
    call.lost = rule.effect == "lost"
    error = AwsError(rule.code, rule.message, rule.status)
    if rule.when == "before":
        call.pause(rule.latencyMs / 1000)
        if rule.effect != "slow":
            raise error
        return proceed()
    call.answer_after = rule.latencyMs / 1000
    answer = proceed()
    if rule.effect == "error" and int(answer[0]) < 400:
        raise error
    return answer
