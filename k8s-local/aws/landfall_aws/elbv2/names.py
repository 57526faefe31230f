"""What load balancers and target groups may be called: CreateLoadBalancer and CreateTargetGroup, parameter Name."""

import re

from ..errors import AwsError

BALANCER = "Load balancer"
GROUP = "Target group"


def check(noun: str, name: str) -> None:
    def refuse(words: str) -> AwsError:
        return AwsError("ValidationError", f"{noun} name '{name}' {words}")

    if len(name) > 32:
        raise refuse("cannot be longer than '32' characters")
    if not re.fullmatch(r"[A-Za-z0-9-]*", name):
        raise refuse("can only contain characters that are alphanumeric characters and hyphens(-)")
    if not name or name.startswith("-") or name.endswith("-"):
        raise refuse("cannot begin or end with '-'")
    if noun == BALANCER and name.startswith("internal-"):
        raise refuse("cannot begin with 'internal-'")
