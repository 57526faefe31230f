"""Notifications of what happens to the connections of an endpoint or of an endpoint service; connection_messages.py sends them.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html
"""

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response
from moto.moto_api._internal import mock_random

from ..errors import AwsError
from ..override import replace, wrap
from .filters import matches

_EVENTS = ("Accept", "Connect", "Delete", "Reject")
_TOPIC = re.compile(r"^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?$")
# DescribeVpcEndpointConnectionNotifications, API reference, Filters.
_FILTERS = {
    "connection-notification-arn": "ConnectionNotificationArn",
    "connection-notification-id": "ConnectionNotificationId",
    "connection-notification-state": "ConnectionNotificationState",
    "connection-notification-type": "ConnectionNotificationType",
    "service-id": "ServiceId",
    "vpc-endpoint-id": "VpcEndpointId",
}


def forget_of(backend: Any, resource_id: str) -> None:
    """Those of an endpoint or a service that is gone."""
    kept = {i: n for i, n in backend.connection_notifications.items() if resource_id not in n.values()}
    backend.connection_notifications = kept


def _missing(notification_id: str) -> AwsError:
    return AwsError(
        "InvalidConnectionNotification", f"The connection notification '{notification_id}' does not exist"
    )


def _checked(topic: str | None, events: list[str]) -> None:
    if topic is not None and not _TOPIC.match(topic):
        raise AwsError("InvalidParameter", f"'{topic}' is not the ARN of an SNS topic.")
    for event in events:
        if event not in _EVENTS:
            raise AwsError("InvalidParameter", f"'{event}' is not one of the events {', '.join(_EVENTS)}.")


def _create(response: Any) -> ActionResult:
    backend, get = response.ec2_backend, response._get_param
    response.error_on_dryrun()
    service_id, endpoint_id = get("ServiceId"), get("VpcEndpointId")
    if bool(service_id) == bool(endpoint_id):
        raise AwsError("InvalidParameter", "Exactly one of ServiceId and VpcEndpointId must be specified.")
    if service_id and service_id not in backend.configurations:
        raise AwsError("InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist")
    if endpoint_id:
        backend.get_vpc_end_point(endpoint_id)
    events = get("ConnectionEvents", [])
    _checked(get("ConnectionNotificationArn"), events)
    notification = {
        "ConnectionNotificationId": f"vpce-nfn-0{mock_random.get_random_hex(16)}",
        "ConnectionNotificationType": "Topic",
        "ConnectionNotificationArn": get("ConnectionNotificationArn"),
        "ConnectionNotificationState": "Enabled",
        "ConnectionEvents": list(events),
        **({"ServiceId": service_id} if service_id else {"VpcEndpointId": endpoint_id}),
    }
    backend.connection_notifications[notification["ConnectionNotificationId"]] = notification
    return ActionResult({"ConnectionNotification": notification, "ClientToken": get("ClientToken")})


def _describe(response: Any) -> ActionResult:
    known, filters = response.ec2_backend.connection_notifications, response._filters_from_querystring()
    for name in filters:
        if name not in _FILTERS:
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    asked = response._get_param("ConnectionNotificationId")
    if asked and asked not in known:
        raise _missing(asked)
    named = [known[asked]] if asked else list(known.values())
    found = [n for n in named if all(matches(n.get(_FILTERS[name]), wanted) for name, wanted in filters.items())]
    return ActionResult({"ConnectionNotificationSet": found})


def _modify(response: Any) -> ActionResult:
    known, get = response.ec2_backend.connection_notifications, response._get_param
    response.error_on_dryrun()
    notification = known.get(get("ConnectionNotificationId"))
    if notification is None:
        raise _missing(get("ConnectionNotificationId"))
    _checked(get("ConnectionNotificationArn"), get("ConnectionEvents", []))
    if get("ConnectionNotificationArn"):
        notification["ConnectionNotificationArn"] = get("ConnectionNotificationArn")
    if get("ConnectionEvents", []):
        notification["ConnectionEvents"] = list(get("ConnectionEvents"))
    return ActionResult({"ReturnValue": True})


def _delete(response: Any) -> ActionResult:
    known = response.ec2_backend.connection_notifications
    response.error_on_dryrun()
    unsuccessful = []
    for notification_id in response._get_param("ConnectionNotificationIds", []):
        if known.pop(notification_id, None) is None:
            error = _missing(notification_id)
            item = {"ResourceId": notification_id, "Error": {"Code": error.code, "Message": error.message}}
            unsuccessful.append(item)
    return ActionResult({"Unsuccessful": unsuccessful})


def install() -> None:
    @wrap(EC2Backend, "__init__")
    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.connection_notifications = {}

    replace(EC2Response, "create_vpc_endpoint_connection_notification")(_create)
    replace(EC2Response, "describe_vpc_endpoint_connection_notifications")(_describe)
    replace(EC2Response, "modify_vpc_endpoint_connection_notification")(_modify)
    replace(EC2Response, "delete_vpc_endpoint_connection_notifications")(_delete)
