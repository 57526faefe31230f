"""Things too young for other writes to know: for a while after it was made, naming an id is refused as not found."""

import re
from typing import Any

from .call import Call
from .errors import AwsError

# By the prefix of the id: code and words, and the action that makes it.
_KINDS = {
    "vpc": ("CreateVpc", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    "subnet": ("CreateSubnet", "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    "igw": ("CreateInternetGateway", "InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"),
    "rtb": ("CreateRouteTable", "InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
    "acl": ("CreateNetworkAcl", "InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist"),
    "sg": ("CreateSecurityGroup", "InvalidGroup.NotFound", "The security group '{}' does not exist"),
    "vpce": ("CreateVpcEndpoint", "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"),
    "vpce-svc": (
        "CreateVpcEndpointServiceConfiguration",
        "InvalidVpcEndpointServiceId.NotFound",
        "The VpcEndpointService Id '{}' does not exist",
    ),
    "fl": ("CreateFlowLogs", "InvalidFlowLogId.NotFound", "The flow log ID '{}' does not exist"),
}
_MAKES = {action: prefix for prefix, (action, _, _) in _KINDS.items()}
_ID = re.compile(r"^([a-z]+(?:-svc)?)-[0-9a-f]{8,17}$")

# When each thing was made: an EC2 id, or the ARN of a role.
_made: dict[str, float] = {}


def note(call: Call, body: Any, now: float) -> None:
    """Remembers what a successful create made, from its answer."""
    text = body.decode() if isinstance(body, bytes) else str(body)
    if call.service == "iam" and call.action == "CreateRole":
        found = re.search(r"<Arn>(arn:[^<]+:role/[^<]+)</Arn>", text)
        if found:
            _made[found.group(1)] = now
    prefix = _MAKES.get(call.action or "") if call.service == "ec2" else None
    if prefix:
        for resource_id in set(re.findall(rf"\b{prefix}-[0-9a-f]{{17}}\b", text)):
            _made.setdefault(resource_id, now)


def refuse(call: Call, since: float) -> None:
    """Raises AWS's refusal where an EC2 write names something that was made after `since`, or ECS is given such a role."""
    if not _made:
        return
    if call.service == "ecs":
        for parameter in ("executionRoleArn", "taskRoleArn"):
            if _made.get(call.params.get(parameter) or "", since) > since:
                raise AwsError("ClientException", "Role is not valid")
    if call.service != "ec2":
        return
    role = call.params.get("DeliverLogsPermissionArn")
    if role and _made.get(role, since) > since:
        raise AwsError("InvalidParameter", f"Unable to assume given IAM role: '{role}'")
    for name in _names(call.params):
        match = _ID.match(name)
        if match and match.group(1) in _KINDS and _made.get(name, since) > since:
            _, code, words = _KINDS[match.group(1)]
            raise AwsError(code, words.format(name))


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [name for item in value.values() for name in _names(item)]
    if isinstance(value, (list, tuple)):
        return [name for item in value for name in _names(item)]
    return [value] if isinstance(value, str) else []


def clear() -> None:
    _made.clear()
