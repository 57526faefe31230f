"""AWS Backup: vaults, plans, selections, jobs and what they make.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations.html
"""

from typing import Any

from moto.backup.models import BackupBackend

from ..override import wrap
from ..settings import Settings
from . import jobs, plans, points, selections, tags, vaults


def install(settings: Settings) -> Any:
    @wrap(BackupBackend, "__init__")
    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.landfall_selections = {}
        # Recovery points by ARN.
        self.landfall_points = {}

    vaults.install()
    plans.install()
    selections.install()
    jobs.install(settings)
    points.install(settings)
    tags.install()
    # Spoken to by paths, which only routing knows.
    return None
