"""CloudWatch: alarms begin without data, keep state and tags when they are written again, and take their tags along; a metric
is listed once, however often it was measured."""

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from ..errors import AwsError
from ..override import wrap
from ..settings import Settings


def install(_settings: Settings) -> Any:
    # "When this operation creates an alarm, the alarm state is immediately set to INSUFFICIENT_DATA […] When you update an
    # existing alarm, its state is left unchanged […] any tags you specify in this parameter are ignored": PutMetricAlarm.
    @wrap(CloudWatchBackend, "put_metric_alarm")
    def put(original: Any, self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        former = self.alarms.get(name)
        period, periods = kwargs.get("period"), kwargs.get("evaluation_periods")
        if period and not (period in (10, 20, 30) or period % 60 == 0):
            raise AwsError("ValidationError", f"Period must be 10, 20, 30 or a multiple of 60, and is {period}")
        # A day, or seven where periods are an hour or more: same page, EvaluationPeriods.
        if period and periods and period * periods > (604_800 if period >= 3600 else 86_400):
            raise AwsError("ValidationError", "Metrics cannot be checked across more than a day")
        alarm = original(self, name, *args, **{**kwargs, "tags": None if former else kwargs.get("tags")})
        if former is None:
            alarm.state_value = "INSUFFICIENT_DATA"
        else:
            for field in ("state_reason", "state_reason_data", "state_value", "state_updated_timestamp", "history"):
                setattr(alarm, field, getattr(former, field))
        return alarm

    @wrap(CloudWatchBackend, "delete_alarms")
    def delete(original: Any, self: Any, alarm_names: list[str]) -> None:
        arns = [self.alarms[name].alarm_arn for name in alarm_names if name in self.alarms]
        original(self, alarm_names)
        for arn in arns:
            self.tagger.delete_all_tags_for_resource(arn)

    # Namespace, name and dimensions are what tells one metric from another.
    @wrap(CloudWatchBackend, "get_filtered_metrics")
    def metrics(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        found = original(self, *args, **kwargs)
        return list({(m.namespace, m.name, *sorted((d.name, d.value) for d in m.dimensions)): m for m in found}.values())

    # Spoken to in three protocols, which only routing tells apart.
    return None
