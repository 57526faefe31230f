"""Performance Insights: not on the smallest classes of MySQL, and kept for a week or for whole months.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.Engines.html
"""

from typing import Any

from moto.rds.models import DBInstance, RDSBackend

from ..errors import AwsError
from ..override import wrap
from ..settings import Settings
from .states import before, usable

_WITHOUT = {f"db.{family}.{size}" for family in ("t2", "t3", "t4g") for size in ("micro", "small")}
# "7; month * 31, where month is a number of months from 1-23; 731": PerformanceInsightsRetentionPeriod of
# CreateDBInstance, API reference.
_PERIODS = {7, *(31 * months for months in range(1, 24)), 731}


def _check(engine: str | None, instance_class: str | None, enabled: Any, period: int | None) -> None:
    if enabled and engine == "mysql" and instance_class in _WITHOUT:
        raise AwsError("InvalidParameterCombination", "Performance Insights not supported for this configuration.")
    if period is not None and period not in _PERIODS:
        raise AwsError("InvalidParameterValue", f"Invalid Performance Insights retention period: {period}.")


def _remember(instance: DBInstance, asked: Any) -> None:
    enabled = asked.get("enable_performance_insights")
    if enabled is not None:
        instance.performance_insights_enabled = enabled  # type: ignore[attr-defined]
    if not getattr(instance, "performance_insights_enabled", False):
        instance.performance_insights_enabled = False  # type: ignore[attr-defined]
        instance.performance_insights_retention_period = None  # type: ignore[attr-defined]
        return
    period = asked.get("performance_insights_retention_period")
    known = getattr(instance, "performance_insights_retention_period", None)
    instance.performance_insights_retention_period = period or known or 7  # type: ignore[attr-defined]


def install(_settings: Settings) -> None:
    @before("create_db_instance")
    def check_new(backend: Any, params: Any) -> None:
        enabled, period = params.get("EnablePerformanceInsights"), params.get("PerformanceInsightsRetentionPeriod")
        _check(params.get("Engine"), params.get("DBInstanceClass"), enabled, period)

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        instance = usable(backend, params)
        if instance is None:
            return
        enabled = params.get("EnablePerformanceInsights")
        if enabled is None:
            enabled = instance.performance_insights_enabled
        instance_class = params.get("DBInstanceClass") or instance.db_instance_class
        _check(instance.engine, instance_class, enabled, params.get("PerformanceInsightsRetentionPeriod"))

    @wrap(RDSBackend, "create_db_instance")
    def create(original: Any, self: Any, asked: Any) -> DBInstance:
        instance = original(self, asked)
        _remember(instance, asked)
        return instance

    @wrap(RDSBackend, "modify_db_instance")
    def modify(original: Any, self: Any, name: str, asked: Any) -> DBInstance:
        kept = dict(asked)
        instance = original(self, name, asked)
        _remember(instance, kept)
        return instance
