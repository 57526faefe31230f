"""Flow logs: the role must be one that the flow-log service may assume, and a second equal one is refused."""

import inspect
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response

from .. import service_roles
from ..errors import AwsError
from ..override import wrap
from .tags import forget

_SERVICE = "vpc-flow-logs.amazonaws.com"
_SETTINGS = ("traffic_type", "max_aggregation_interval", "log_format")
_signature = inspect.signature(EC2Backend.create_flow_logs)


def _unsuccessful(resource_id: str, code: str, message: str) -> dict[str, Any]:
    return {"ResourceId": resource_id, "Error": {"Code": code, "Message": message}}


def _missing(backend: Any, kind: str, resource_id: str) -> dict[str, Any] | None:
    """AWS reports resources that do not exist one by one, not as an error of the call."""
    look_up = {
        "VPC": (backend.vpcs, "InvalidVpcId.NotFound", "The vpc ID '{}' does not exist"),
        "Subnet": (
            {s: 1 for zone in backend.subnets.values() for s in zone},
            "InvalidSubnetId.NotFound",
            "The subnet ID '{}' does not exist",
        ),
        "NetworkInterface": (
            backend.enis,
            "InvalidNetworkInterfaceId.NotFound",
            "The networkInterface ID '{}' does not exist",
        ),
    }
    if kind not in look_up:
        return None
    known, code, message = look_up[kind]
    return None if resource_id in known else _unsuccessful(resource_id, code, message.format(resource_id))


def install() -> None:
    @wrap(EC2Response, "create_flow_logs")
    def create(original: Any, self: Any) -> ActionResult:
        role = self._get_param("DeliverLogsPermissionArn")
        kind = self._get_param("LogDestinationType") or "cloud-watch-logs"
        destination = self._get_param("LogDestination")
        group = self._get_param("LogGroupName")
        if kind == "cloud-watch-logs":
            if role and not service_roles.assumable(self.current_account, role, _SERVICE):
                raise AwsError("InvalidParameter", f"Unable to assume given IAM role: '{role}'")
            if destination and not group:
                # arn:aws:logs:REGION:ACCOUNT:log-group:NAME[:*]; moto takes the name only.
                self.params["LogGroupName"] = destination.split(":log-group:")[-1].removesuffix(":*")
        backend = self.ec2_backend
        resource_ids = self._get_param("ResourceIds", [])
        problems = [p for r in resource_ids if (p := _missing(backend, self._get_param("ResourceType"), r))]
        bad = {problem["ResourceId"] for problem in problems}
        self.params["ResourceIds"] = [r for r in resource_ids if r not in bad]
        if not self.params["ResourceIds"]:
            return ActionResult({"FlowLogIds": [], "Unsuccessful": problems})
        result: Any = original(self).result
        return ActionResult({**result, "Unsuccessful": problems + result["Unsuccessful"]})

    @wrap(EC2Backend, "create_flow_logs")
    def create_in_backend(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        # A flow log is refused beside an equal one, not beside one of other traffic to the same group: AWS lets
        # several "publish data to the same log group" (VPC User Guide, "Publish flow logs to CloudWatch Logs").
        # moto compares only resource and destination.
        asked = _signature.bind(self, *args, **kwargs).arguments
        others = {
            key: log
            for key, log in self.flow_logs.items()
            if any(asked.get(name) not in (None, getattr(log, name)) for name in _SETTINGS)
        }
        for key in others:
            del self.flow_logs[key]
        try:
            return original(self, *args, **kwargs)
        finally:
            self.flow_logs.update(others)

    @wrap(EC2Backend, "delete_flow_logs")
    def delete(original: Any, self: Any, flow_log_ids: list[str]) -> None:
        original(self, flow_log_ids)
        forget(self, *flow_log_ids)
