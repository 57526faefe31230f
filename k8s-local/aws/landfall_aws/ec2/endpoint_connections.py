"""Connections of endpoints to the accounts' own services, as their providers see, accept and reject them.

A connection is the endpoint itself, seen from the other account, so nothing of it is kept.
https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#accept-reject-connection-requests
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2 import utils
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response

from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import connection_messages, endpoints, provided_services
from .filters import matches

# DescribeVpcEndpointConnections, API reference, Filters.
_FILTERS = {
    "ip-address-type": "IpAddressType",
    "service-id": "ServiceId",
    "vpc-endpoint-id": "VpcEndpointId",
    "vpc-endpoint-owner": "VpcEndpointOwner",
    "vpc-endpoint-region": "VpcEndpointRegion",
    "vpc-endpoint-state": "VpcEndpointState",
}
_PREFIX = "vpce-con"
_ACCEPTS = ("pendingAcceptance", "rejected")
_REJECTS = ("pendingAcceptance", "pending", "available")


def _described(service: Any, endpoint: VPCEndPoint) -> dict[str, Any]:
    return {
        "ServiceId": service.id,
        "VpcEndpointId": endpoint.id,
        "VpcEndpointConnectionId": provided_services.connection_id(endpoint.id),
        "VpcEndpointOwner": endpoint.owner_id,
        "VpcEndpointRegion": endpoint.ec2_backend.region_name,
        "VpcEndpointState": endpoint.state,
        "CreationTimestamp": endpoint.creation_timestamp,
        "DnsEntries": endpoint.dns_entries,
        "NetworkLoadBalancerArns": list(service.network_load_balancer_arns),
        "IpAddressType": "ipv4",
        "Tags": [{"Key": key, "Value": value} for key, value in _tags(service, endpoint).items()],
    }


def _tags(service: Any, endpoint: VPCEndPoint) -> dict[str, str]:
    tags = service.ec2_backend.tags
    own = provided_services.connection_id(endpoint.id)
    return dict(tags[own]) if own in tags else {}


def _describe(response: Any) -> ActionResult:
    filters = response._filters_from_querystring()
    for name in filters:
        if name not in _FILTERS:
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    connections = [
        _described(service, endpoint)
        for service in response.ec2_backend.configurations.values()
        for endpoint in provided_services.endpoints_of(service)
    ]
    found = [c for c in connections if all(matches(c[_FILTERS[name]], wanted) for name, wanted in filters.items())]
    return ActionResult({"VpcEndpointConnections": found})


def _change(response: Any, states: tuple[str, ...], verb: str, change: Any) -> ActionResult:
    """Each endpoint by itself: the call succeeds, and tells which of them did not."""
    response.error_on_dryrun()
    service = provided_services.named(response.ec2_backend, response._get_param("ServiceId"))
    by_id = {endpoint.id: endpoint for endpoint in provided_services.endpoints_of(service)}
    unsuccessful = []
    for endpoint_id in response._get_param("VpcEndpointIds", []):
        endpoint = by_id.get(endpoint_id)
        if endpoint is None:
            code, words = "InvalidVpcEndpoint.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
        elif endpoint.state not in states:
            code, words = "InvalidState", f"The Vpc Endpoint '{endpoint_id}' is {endpoint.state} and cannot be {verb}"
        else:
            change(endpoint)
            continue
        unsuccessful.append({"ResourceId": endpoint_id, "Error": {"Code": code, "Message": words}})
    return ActionResult({"Unsuccessful": unsuccessful})


def install(settings: Settings) -> None:
    def accept(endpoint: VPCEndPoint) -> None:
        endpoints.begin(endpoint, settings.endpoint_seconds)

        connection_messages.tell("Accept", endpoint)

    def reject(endpoint: VPCEndPoint) -> None:
        endpoint.state = "rejected"
        connection_messages.tell("Reject", endpoint)

    # moto knows no such ids, and refuses what it does not know.
    utils.EC2_RESOURCE_TO_PREFIX["vpc-endpoint-connection"] = _PREFIX
    utils.EC2_PREFIX_TO_RESOURCE[_PREFIX] = "vpc-endpoint-connection"
    known = utils.get_prefix
    utils.get_prefix = lambda i: _PREFIX if i.startswith(f"{_PREFIX}-") else known(i)  # type: ignore[assignment]

    # The provider's tags, which the consumer does not see:
    # https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html, "Manage tags".
    @wrap(EC2Backend, "do_resources_exist")
    def do_resources_exist(original: Any, self: Any, resource_ids: list[str]) -> bool:
        there = {
            provided_services.connection_id(endpoint.id)
            for service in self.configurations.values()
            for endpoint in provided_services.endpoints_of(service)
        }
        connections = [i for i in resource_ids if i.startswith(f"{_PREFIX}-")]
        for missing in (i for i in connections if i not in there):
            raise AwsError("InvalidVpcEndpointConnectionId.NotFound", f"The connection ID '{missing}' does not exist")
        return original(self, [i for i in resource_ids if i not in connections])

    replace(EC2Response, "describe_vpc_endpoint_connections")(_describe)
    replace(EC2Response, "accept_vpc_endpoint_connections")(lambda self: _change(self, _ACCEPTS, "accepted", accept))
    replace(EC2Response, "reject_vpc_endpoint_connections")(lambda self: _change(self, _REJECTS, "rejected", reject))
