"""What happens to a connection is told to the SNS topics of the notifications of its endpoint and of its service.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html : the topic's policy has to
let vpce.amazonaws.com publish. AWS shows no message: these have the names of DescribeVpcEndpointConnections.
"""

import json
from typing import Any

from moto.ec2.models.vpcs import VPCEndPoint

from . import provided_services

_SERVICE = "vpce.amazonaws.com"
_PUBLISH = {"sns:publish", "sns:*", "*"}


def tell(event: str, endpoint: VPCEndPoint) -> None:
    """Of a connection to a service of the accounts' own; AWS's services tell nobody."""
    service = provided_services.find(endpoint.ec2_backend.region_name, endpoint.service_name)
    if service is None:
        return
    message = {
        "ConnectionEvent": event,
        "ServiceId": service.id,
        "ServiceName": service.service_name,
        "VpcEndpointId": endpoint.id,
        "VpcEndpointOwner": endpoint.owner_id,
        "VpcEndpointState": endpoint.state,
    }
    for backend, about in ((service.ec2_backend, service.id), (endpoint.ec2_backend, endpoint.id)):
        for notification in backend.connection_notifications.values():
            if about in (notification.get("ServiceId"), notification.get("VpcEndpointId")):
                if event in notification["ConnectionEvents"]:
                    _publish(notification["ConnectionNotificationArn"], json.dumps(message))


def _publish(arn: str, message: str) -> None:
    # Imported with the first message: it takes long, and hardly anybody is told anything.
    from moto.sns.models import sns_backends

    region, account = arn.split(":")[3:5]
    topic = sns_backends[account][region].topics.get(arn)
    if topic is not None and _may_publish(topic):
        topic.publish(message)


def _may_publish(topic: Any) -> bool:
    return any(
        statement.get("Effect") == "Allow"
        and not _PUBLISH.isdisjoint(action.lower() for action in _listed(statement.get("Action")))
        and _SERVICE in _listed((statement.get("Principal") or {}).get("Service"))
        for statement in _listed(json.loads(topic.policy).get("Statement"))
        if isinstance(statement.get("Principal"), dict)
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
