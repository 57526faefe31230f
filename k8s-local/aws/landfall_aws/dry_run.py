"""DryRun "checks whether you have the required permissions for the action, without actually making the request":
EC2 API reference, of every action. moto makes the request for some of them."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse

from .call import current
from .errors import AwsError


def stop_short(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline."""
    if response.service_name == "ec2" and current().params.get("DryRun") is True:
        raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    return proceed()
