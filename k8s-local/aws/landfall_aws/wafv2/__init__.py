"""AWS WAF: regional web ACLs of managed rule groups and rate limits, on application load balancers.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Operations_AWS_WAFV2.html of each action.
"""

from typing import Any

from moto.wafv2.responses import WAFV2Response

from ..settings import Settings
from . import acls, associations


def install(settings: Settings) -> Any:
    acls.install(settings)
    associations.install()
    return WAFV2Response
