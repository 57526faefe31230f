"""Scheduled actions: of targets that there are, at times that can be read."""

import re
import zoneinfo
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend

from ..override import wrap
from . import found

# PutScheduledAction, API reference, Schedule.
_SCHEDULE = re.compile(r"^(at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\(\d+ (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))$")


def _check_cron(schedule: str) -> None:
    fields = schedule.removeprefix("cron(").removesuffix(")").split(" ")
    # "You can't specify the Day_of_month and Day_of_week fields in the same cron expression": scheduled scaling, user guide.
    if schedule.startswith("cron(") and (fields[2] == "?") == (fields[4] == "?"):
        raise found.invalid(f"Invalid schedule expression: {schedule}")


def _check_zone(name: str | None) -> None:
    try:
        zoneinfo.ZoneInfo(name or "Etc/UTC")
    except (ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise found.invalid(f"Invalid time zone: {name}") from error


def _same(action: Any, resource_id: str, dimension: str, name: str) -> bool:
    return (action.resource_id, action.scalable_dimension, action.scheduled_action_name) == (resource_id, dimension, name)


def install() -> None:
    @wrap(ApplicationAutoscalingBackend, "put_scheduled_action")
    def put(original: Any, self: Any, **kwargs: Any) -> None:
        at = (kwargs["resource_id"], kwargs["scalable_dimension"])
        found.target(self, *at)
        known = next((a for a in self.scheduled_actions if _same(a, *at, kwargs["scheduled_action_name"])), None)
        schedule = kwargs.get("schedule") or (known.schedule if known else "")
        if not _SCHEDULE.match(schedule):
            raise found.invalid(f"Invalid schedule expression: {schedule}")
        _check_cron(schedule)
        _check_zone(kwargs.get("timezone"))
        bounds = kwargs.get("scalable_target_action") or {}
        found.check_bounds(bounds.get("MinCapacity"), bounds.get("MaxCapacity"))
        if known is None and not bounds:
            raise found.invalid("ScalableTargetAction must have a minimum capacity, a maximum capacity or both")
        if known is not None:
            # "Any parameters that you don't specify are not changed by this update request": PutScheduledAction.
            for name in ("start_time", "end_time"):
                kwargs[name] = kwargs.get(name) or getattr(known, name)
        original(self, **kwargs)

    @wrap(ApplicationAutoscalingBackend, "delete_scheduled_action")
    def delete(original: Any, self: Any, **kwargs: Any) -> None:
        at, name = (kwargs["resource_id"], kwargs["scalable_dimension"]), kwargs["scheduled_action_name"]
        if not any(_same(action, *at, name) for action in self.scheduled_actions):
            raise found.not_found("scheduled action", *at, name)
        original(self, **kwargs)
