"""VPC endpoints with AWS's lifecycle: pending, available, deleting, gone.

https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html and the API reference of each action.
"""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.route_tables import Route
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_vpc_ep_id

from .. import lifecycle
from ..errors import AwsError
from ..override import replace
from ..settings import Settings
from . import connection_messages, connection_notifications, endpoint_services, provided_services
from . import endpoint_interfaces as interfaces
from .tags import forget


def _check_private_dns(backend: Any, vpc_id: str, service: dict[str, Any], own_id: str | None = None) -> None:
    vpc = backend.get_vpc(vpc_id)
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise AwsError(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
            f"set to true for {vpc_id}",
        )
    name = service.get("PrivateDnsName")
    if not name:
        raise AwsError(
            "InvalidParameter",
            f"Private DNS can't be enabled because the service {service['ServiceName']} does not provide a private DNS name.",
        )
    if service["PrivateDnsNameVerificationState"] != "verified":
        raise AwsError(
            "InvalidParameter",
            f"Private DNS can't be enabled because the service {service['ServiceName']} has not verified the private DNS name.",
        )
    for other in backend.vpc_end_points.values():
        taken = other.vpc_id == vpc_id and other.service_name == service["ServiceName"] and other.private_dns_enabled
        if taken and other.id != own_id:
            raise AwsError(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain "
                f"for {name} in the VPC {vpc_id}",
            )


def _check_accepted(service: dict[str, Any], accepted: bool) -> None:
    # https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html; the words are those that users report.
    if not accepted:
        raise AwsError(
            "InvalidParameter",
            "Private DNS can only be enabled after the endpoint connection is accepted by the owner of "
            f"{service['ServiceName']}.",
        )


def begin(endpoint: VPCEndPoint, seconds: float) -> None:
    """An endpoint that is made, or accepted by the provider of its service, is available after so many seconds."""
    endpoint.state = "pending"

    def available() -> None:
        if endpoint.state == "pending":
            endpoint.state = "available"

    lifecycle.after(seconds, available)


def _dns_entries(endpoint: VPCEndPoint, service: dict[str, Any], zones: list[str]) -> list[dict[str, str]]:
    base = service["BaseEndpointDnsNames"][0]
    label = f"{endpoint.id}-{endpoint.id[-8:]}"
    names = [f"{label}.{base}", *(f"{label}-{zone}.{base}" for zone in zones)]
    if endpoint.private_dns_enabled and service.get("PrivateDnsName"):
        names.append(service["PrivateDnsName"])
    return [{"DnsName": name, "HostedZoneId": f"Z{endpoint.id[-13:].upper()}"} for name in names]


def _prefix_list(backend: Any, service_name: str) -> Any:
    return next(p for p in backend.managed_prefix_lists.values() if p.prefix_list_name == service_name)


def _check_tables(backend: Any, endpoint: VPCEndPoint, table_ids: list[str]) -> None:
    prefix_list = _prefix_list(backend, endpoint.service_name)
    for table_id in table_ids:
        table = backend.get_route_table(table_id)
        if table.vpc_id != endpoint.vpc_id:
            raise AwsError("InvalidParameter", f"Route table {table_id} does not belong to {endpoint.vpc_id}.")
        if f"{table_id}~{prefix_list.id}" in table._routes:
            raise AwsError(
                "RouteAlreadyExists",
                f"route table {table_id} already has a route with destination-prefix-list-id {prefix_list.id}",
            )


def _add_tables(backend: Any, endpoint: VPCEndPoint, table_ids: list[str]) -> None:
    prefix_list = _prefix_list(backend, endpoint.service_name)
    for table_id in table_ids:
        table = backend.get_route_table(table_id)
        route = Route(table, None, None, destination_prefix_list=prefix_list, gateway=endpoint)  # type: ignore[arg-type]
        table._routes[route.id] = route
        endpoint.route_table_ids.append(table_id)


def _remove_tables(backend: Any, endpoint: VPCEndPoint, table_ids: list[str]) -> None:
    prefix_list = _prefix_list(backend, endpoint.service_name)
    for table_id in table_ids:
        if table_id in backend.route_tables:
            backend.route_tables[table_id]._routes.pop(f"{table_id}~{prefix_list.id}", None)
    endpoint.route_table_ids = [t for t in endpoint.route_table_ids if t not in table_ids]


def _zones(backend: Any, subnet_ids: list[str]) -> list[str]:
    return [backend.get_subnet(subnet_id).availability_zone for subnet_id in subnet_ids]


class _Endpoints:
    """The three actions; they share how long things take."""

    def __init__(self, settings: Settings) -> None:
        self._state_seconds = settings.endpoint_seconds
        self._interface_seconds = settings.interface_seconds

    def create(self, response: Any) -> ActionResult:
        backend, get = response.ec2_backend, response._get_param
        response.error_on_dryrun()
        kind = get("VpcEndpointType") or "Gateway"
        vpc = backend.get_vpc(get("VpcId"))
        service = endpoint_services.find(backend, get("ServiceName"), kind, response.landfall_caller)
        if kind == "Gateway":
            endpoint = self._create_gateway(response, vpc)
        else:
            endpoint = self._create_interface(response, vpc, service)
        for specification in get("TagSpecifications", []):
            endpoint.add_tags({tag["Key"]: tag["Value"] for tag in specification.get("Tags", [])})
        return ActionResult({"VpcEndpoint": endpoint, "ClientToken": get("ClientToken")})

    def _new(self, response: Any, vpc: Any, kind: str, **kwargs: Any) -> VPCEndPoint:
        get = response._get_param
        return VPCEndPoint(
            response.ec2_backend,
            random_vpc_ep_id(),
            vpc.id,
            get("ServiceName"),
            kind,
            get("PolicyDocument"),
            [],
            subnet_ids=[],
            dns_entries=[],
            **kwargs,
        )

    def _create_gateway(self, response: Any, vpc: Any) -> VPCEndPoint:
        backend = response.ec2_backend
        endpoint = self._new(response, vpc, "Gateway", private_dns_enabled=False)
        tables = response._get_param("RouteTableIds", [])
        _check_tables(backend, endpoint, tables)
        endpoint.destination_prefix_list_id = _prefix_list(backend, endpoint.service_name).id
        backend.vpc_end_points[endpoint.id] = endpoint
        _add_tables(backend, endpoint, tables)
        return endpoint

    def _create_interface(self, response: Any, vpc: Any, service: dict[str, Any]) -> VPCEndPoint:
        backend, get = response.ec2_backend, response._get_param
        subnets = get("SubnetIds", [])
        groups = get("SecurityGroupIds", []) or [backend.get_default_security_group(vpc.id).id]
        # "Default: true" for interface endpoints of AWS's services: CreateVpcEndpoint, API reference.
        private_dns = response._get_bool_param("PrivateDnsEnabled", service["Owner"] == "amazon" and "PrivateDnsName" in service)
        interfaces.check_network(backend, vpc.id, subnets, groups)
        interfaces.check_zones(backend, subnets)
        endpoint_services.check_zones(backend, service, subnets)
        if private_dns:
            _check_accepted(service, accepted=not service["AcceptanceRequired"])
            _check_private_dns(backend, vpc.id, service)
        endpoint = self._new(response, vpc, "Interface", security_group_ids=groups, private_dns_enabled=private_dns)
        backend.vpc_end_points[endpoint.id] = endpoint
        endpoint.subnet_ids = list(subnets)
        endpoint.dns_entries = _dns_entries(endpoint, service, _zones(backend, subnets))
        for subnet_id in subnets:
            interfaces.add(backend, endpoint, subnet_id)
        if service["AcceptanceRequired"]:
            endpoint.state = "pendingAcceptance"
        else:
            begin(endpoint, self._state_seconds)
        connection_messages.tell("Connect", endpoint)
        return endpoint

    def modify(self, response: Any) -> ActionResult:
        backend, get = response.ec2_backend, response._get_param
        response.error_on_dryrun()
        endpoint = backend.get_vpc_end_point(get("VpcEndpointId"))
        if endpoint.vpc_endpoint_type == "Gateway":
            _check_tables(backend, endpoint, [t for t in get("AddRouteTableIds", []) if t not in endpoint.route_table_ids])
            _remove_tables(backend, endpoint, get("RemoveRouteTableIds", []))
            _add_tables(backend, endpoint, [t for t in get("AddRouteTableIds", []) if t not in endpoint.route_table_ids])
        else:
            self._modify_interface(response, endpoint)
        if get("ResetPolicy"):
            endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
        elif get("PolicyDocument"):
            endpoint.policy_document = get("PolicyDocument")
        return ActionResult({"Return": True})

    def _modify_interface(self, response: Any, endpoint: VPCEndPoint) -> None:
        backend, get = response.ec2_backend, response._get_param
        removed = set(get("RemoveSubnetIds", []))
        added = [s for s in get("AddSubnetIds", []) if s not in (endpoint.subnet_ids or [])]
        kept = [s for s in endpoint.subnet_ids or [] if s not in removed]
        without = set(get("RemoveSecurityGroupIds", []))
        more = [g for g in get("AddSecurityGroupIds", []) if g not in endpoint.security_group_ids]
        groups = [g for g in endpoint.security_group_ids if g not in without] + more
        interfaces.check_network(backend, endpoint.vpc_id, added, more)
        interfaces.check_zones(backend, kept + added)
        service = endpoint_services.find(backend, endpoint.service_name, "Interface")
        endpoint_services.check_zones(backend, service, added)
        if not groups:
            raise AwsError("InvalidParameter", "You must specify at least one security group for the VPC endpoint.")
        private_dns = response._get_bool_param("PrivateDnsEnabled", endpoint.private_dns_enabled)
        if private_dns and not endpoint.private_dns_enabled:
            _check_accepted(service, accepted=endpoint.state in ("pending", "available"))
            _check_private_dns(backend, endpoint.vpc_id, service, endpoint.id)
        endpoint.private_dns_enabled = private_dns
        endpoint.security_group_ids = groups
        gone = [eni for eni in endpoint.network_interface_ids if backend.enis[eni].subnet.id in removed]
        endpoint.network_interface_ids = [eni for eni in endpoint.network_interface_ids if eni not in gone]
        interfaces.remove(backend, gone, self._interface_seconds)
        interfaces.set_groups(backend, endpoint)
        endpoint.subnet_ids = kept + added
        for subnet_id in added:
            interfaces.add(backend, endpoint, subnet_id)
        endpoint.dns_entries = _dns_entries(endpoint, service, _zones(backend, endpoint.subnet_ids))

    def delete(self, response: Any) -> ActionResult:
        backend = response.ec2_backend
        response.error_on_dryrun()
        unsuccessful = []
        for endpoint_id in response._get_param("VpcEndpointIds", []):
            endpoint = backend.vpc_end_points.get(endpoint_id)
            if endpoint is None:
                error = {
                    "Code": "InvalidVpcEndpoint.NotFound",
                    "Message": f"The Vpc Endpoint Id '{endpoint_id}' does not exist",
                }
                unsuccessful.append({"ResourceId": endpoint_id, "Error": error})
            elif endpoint.vpc_endpoint_type == "Gateway":
                _remove_tables(backend, endpoint, list(endpoint.route_table_ids))
                self._vanish(backend, endpoint)
            elif endpoint.state != "deleting":
                endpoint.state = "deleting"
                endpoint.private_dns_enabled = False
                connection_messages.tell("Delete", endpoint)
                lifecycle.after(self._state_seconds, lambda endpoint=endpoint: self._vanish(backend, endpoint))
        return ActionResult({"Unsuccessful": unsuccessful})

    def _vanish(self, backend: Any, endpoint: VPCEndPoint) -> None:
        backend.vpc_end_points.pop(endpoint.id, None)
        connection_notifications.forget_of(backend, endpoint.id)
        forget(backend, endpoint.id)
        service = provided_services.find(backend.region_name, endpoint.service_name)
        if service is not None:
            forget(service.ec2_backend, provided_services.connection_id(endpoint.id))
        interfaces.remove(backend, list(endpoint.network_interface_ids), self._interface_seconds)


def install(settings: Settings) -> None:
    endpoint_services.install(settings.service_gaps)
    actions = _Endpoints(settings)
    replace(EC2Response, "create_vpc_endpoint")(lambda self: actions.create(self))
    replace(EC2Response, "modify_vpc_endpoint")(lambda self: actions.modify(self))
    replace(EC2Response, "delete_vpc_endpoints")(lambda self: actions.delete(self))

    original = NetworkInterface.attachment.fget  # type: ignore[attr-defined]
    NetworkInterface.attachment = property(  # type: ignore[assignment,method-assign]
        lambda self: interfaces.attachment(self) if self.requester_managed else original(self)
    )
