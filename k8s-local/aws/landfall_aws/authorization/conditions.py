"""Conditions of policy statements. Pure: an operator, a key, the policy's values and the call's in, met or not out.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import operator as compare
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..patterns import like

# Keys in lower case; a list for keys of several values, such as aws:TagKeys.
Context = Mapping[str, str | list[str]]
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def _arn_like(pattern: str, actual: str) -> bool:
    # "Each of the six colon-delimited components of the ARN is checked separately and each can include" wildcards.
    wanted, given = pattern.split(":", 5), actual.split(":", 5)
    return len(wanted) == len(given) and all(map(like, wanted, given))


def _number(test: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda pattern, actual: test(float(actual), float(pattern))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda pattern, actual: pattern == actual,
    "StringEqualsIgnoreCase": lambda pattern, actual: pattern.lower() == actual.lower(),
    "StringLike": like,
    # "ArnEquals and ArnLike behave identically."
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda pattern, actual: pattern.lower() == actual.lower(),
    "NumericEquals": _number(compare.eq),
    "NumericLessThan": _number(compare.lt),
    "NumericLessThanEquals": _number(compare.le),
    "NumericGreaterThan": _number(compare.gt),
    "NumericGreaterThanEquals": _number(compare.ge),
}


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def filled_in(text: str, context: Context) -> str:
    """With policy variables such as ${aws:PrincipalAccount} replaced; one that the call lacks stays, and matches nothing."""

    def value(match: re.Match[str]) -> str:
        found = context.get(match.group(1).lower())
        return found if isinstance(found, str) else match.group(0)

    return _VARIABLE.sub(value, text) if "${" in text else text


def all_met(condition: Mapping[str, Any] | None, context: Context) -> bool:
    """Whether every operator and key of a statement's Condition holds. Raises NotImplementedError on an operator
    that is not evaluated here."""
    return all(
        _met(operator, as_list(values), context.get(key.lower()), context)
        for operator, keys in (condition or {}).items()
        for key, values in keys.items()
    )


def _met(operator: str, wanted: list[Any], actual: str | list[str] | None, context: Context) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if name == "Null":
        return any(str(value).lower() == str(actual is None).lower() for value in wanted)
    if name.endswith("IfExists"):
        if actual is None:
            return True
        name = name.removesuffix("IfExists")
    negated = "Not" in name
    test = _OPERATORS.get(name.replace("Not", "", 1))
    if test is None:
        raise NotImplementedError(f"the condition operator {operator} is not evaluated by the local AWS")
    values = as_list(actual)
    patterns = [filled_in(str(value), context) for value in wanted]

    def matches(value: str) -> bool:
        return negated != any(test(pattern, value) for pattern in patterns)

    if quantifier == "ForAllValues":
        # "It also returns true if there are no context keys in the request."
        return all(map(matches, values))
    if quantifier == "ForAnyValue":
        return any(map(matches, values))
    # A key that the call lacks matches nothing, which the negated operators want.
    return matches(values[0]) if values else negated
