"""Pagination with the limits of each service's own model; moto gives everything at once.

A token names the last item of its page, so that a page stays right when things are made and deleted meanwhile.
"""

import base64
import functools
import json
from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model
from moto.ec2.responses import EC2Response

from .errors import AwsError

# Method of EC2Response, key of the list in its result, the attribute or key that tells items apart, the page when none is asked.
_EC2 = [
    ("DescribeVpcs", "Vpcs", "id", 1000),
    ("DescribeSubnets", "Subnets", "id", 1000),
    ("DescribeDhcpOptions", "DhcpOptions", "id", 1000),
    ("DescribeInternetGateways", "InternetGateways", "id", 1000),
    ("DescribeRouteTables", "RouteTables", "id", 100),
    ("DescribeNetworkAcls", "NetworkAcls", "id", 1000),
    ("DescribeSecurityGroups", "SecurityGroups", "id", 1000),
    ("DescribeSecurityGroupRules", "SecurityGroupRules", "id", 1000),
    ("DescribeVpcEndpoints", "VpcEndpoints", "id", 1000),
    ("DescribeVpcEndpointConnections", "VpcEndpointConnections", "VpcEndpointId", 1000),
    ("DescribeVpcEndpointConnectionNotifications", "ConnectionNotificationSet", "ConnectionNotificationId", 1000),
    ("DescribeVpcEndpointServiceConfigurations", "ServiceConfigurations", "ServiceId", 1000),
    ("DescribeVpcEndpointServicePermissions", "AllowedPrincipals", "ServicePermissionId", 1000),
    ("DescribeFlowLogs", "FlowLogs", "id", 1000),
    ("DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments", "id", 1000),
    ("DescribeTransitGatewayAttachments", "TransitGatewayAttachments", "id", 1000),
    ("DescribeNatGateways", "NatGateways", "NatGatewayId", 1000),
    ("DescribeNetworkInterfaces", "NetworkInterfaces", "id", 1000),
    ("DescribeLaunchTemplates", "LaunchTemplates", "LaunchTemplateId", 200),
    ("DescribePrefixLists", "PrefixLists", "id", 1000),
    ("DescribeManagedPrefixLists", "PrefixLists", "id", 100),
]
# Documented with "You cannot specify this parameter and the … IDs parameter in the same request".
_IDS = {
    "DescribeVpcs": "VpcIds",
    "DescribeSubnets": "SubnetIds",
    "DescribeSecurityGroups": "GroupIds",
    "DescribeNetworkInterfaces": "NetworkInterfaceIds",
}


def token_for(action: str, last: str, index: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([action, last, index]).encode()).decode()


def start_of(action: str, token: str, names: list[str]) -> int | None:
    """The index at which the page after `token` begins, or None where the token is not one of this action."""
    try:
        of, last, index = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError:
        return None
    if of != action:
        return None
    # The item of that name may be gone; then its place is the best that is known.
    return names.index(last) + 1 if last in names else int(index)


def page(action: str, items: list[Any], names: list[str], token: str | None, size: int) -> tuple[list[Any], str | None]:
    """One page and the token of the next one. Raises KeyError on a foreign token."""
    start = 0
    if token:
        found = start_of(action, token, names)
        if found is None:
            raise KeyError(token)
        start = found
    end = start + size
    more = end < len(items)
    return items[start:end], token_for(action, names[end - 1], end) if more else None


@functools.cache
def _limits(action: str) -> tuple[int, int]:
    metadata = get_service_model("ec2").operation_model(action).input_shape.members["MaxResults"].metadata
    return int(metadata.get("min", 1)), int(metadata.get("max", 1_000_000))


def _size(response: BaseResponse, action: str, default: int) -> int:
    asked = response._get_int_param("MaxResults")
    if asked is None:
        return default
    lowest, highest = _limits(action)
    if not lowest <= asked <= highest:
        bound = f"greater than {lowest}" if asked < lowest else f"less than {highest}"
        raise AwsError(
            "InvalidParameterValue", f"Value ( {asked} ) for parameter maxResults is invalid. Expecting a value {bound}."
        )
    ids = _IDS.get(action)
    if ids and response._get_param(ids):
        raise AwsError(
            "InvalidParameterCombination", f"The parameter {ids} cannot be used with the parameter MaxResults"
        )
    # Documented for endpoints: "If the value is greater than 1,000, we return only 1,000 items."
    return min(asked, 1000)


def _paginated(action: str, key: str, name: str, default: int) -> None:
    method = "".join("_" + c.lower() if c.isupper() else c for c in action).lstrip("_")
    original = getattr(EC2Response, method)

    @functools.wraps(original)
    def paginated(self: Any) -> ActionResult:
        size = _size(self, action, default)
        result: Any = original(self).result
        items = list(result[key])
        token = self._get_param("NextToken")
        try:
            # An attribute of moto's objects, a member of AWS's answers.
            names = [getattr(item, name) if hasattr(item, name) else item[name] for item in items]
            shown, following = page(action, items, names, token, size)
        except KeyError as error:
            raise AwsError("InvalidNextToken", f"The token '{token}' is invalid") from error
        return ActionResult({**result, key: shown, "NextToken": following})

    setattr(EC2Response, method, paginated)


def install() -> None:
    for entry in _EC2:
        _paginated(*entry)
