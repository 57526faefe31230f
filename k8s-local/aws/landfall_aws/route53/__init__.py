"""Record sets of Route 53, with what AWS refuses.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

from ..settings import Settings
from . import records


def install(settings: Settings) -> None:
    """None: its calls go through Flask's routing, since their paths name what they are about."""
    records.install(settings)
