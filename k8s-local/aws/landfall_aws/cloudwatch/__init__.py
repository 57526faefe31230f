"""CloudWatch: tags go with their alarm."""

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from ..override import wrap
from ..settings import Settings


def install(_settings: Settings) -> Any:
    @wrap(CloudWatchBackend, "delete_alarms")
    def delete(original: Any, self: Any, alarm_names: list[str]) -> None:
        arns = [self.alarms[name].alarm_arn for name in alarm_names if name in self.alarms]
        original(self, alarm_names)
        for arn in arns:
            self.tagger.delete_all_tags_for_resource(arn)

    # Spoken to in three protocols, which only routing tells apart.
    return None
