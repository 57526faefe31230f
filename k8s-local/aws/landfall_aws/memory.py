"""What AWS still knows of things that are gone. It is no state of theirs, so that the dump leaves it out."""

from collections.abc import Callable
from typing import Any

from moto.core.resource_tagging import TaggedResource

# The last number of each family of task definitions, by account, region and family: "the revision is incremented the
# next time you create a task definition", DeleteTaskDefinitions, API reference.
numbers: dict[tuple[str, str, str], int] = {}
# Changes of record sets, by id.
changes: dict[str, dict[str, Any]] = {}
# Backup jobs by account and region, then by id: a log of 30 days.
jobs: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
# Account, region and name of secrets that were deleted by force a moment ago.
leaving: list[tuple[str, str, str]] = []
# By account and region, then by ARN.
_ghosts: dict[tuple[str, str], dict[str, TaggedResource]] = {}


def keep_ghost(account: str, region: str, arn: str, tags: list[dict[str, str]] | None, resource_type: str) -> None:
    """The tagging API goes on listing a thing that was deleted, "for hours" as users report (boto/boto3#3341); here
    until the next reset."""
    pairs = {tag["key"]: tag["value"] for tag in tags or []}
    _ghosts.setdefault((account, region), {})[arn] = TaggedResource(arn=arn, tags=pairs, resource_type=resource_type)


def ghosts(account: str, region: str, matches: Callable[[TaggedResource], bool]) -> list[TaggedResource]:
    return [ghost for ghost in _ghosts.get((account, region), {}).values() if matches(ghost)]


def clear() -> None:
    numbers.clear()
    changes.clear()
    jobs.clear()
    leaving.clear()
    _ghosts.clear()
