"""The accounts' own endpoint services: what stands in front of a network load balancer, and who may connect to it.

https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html
"""

import hashlib
import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.vpc_service_configuration import VPCServiceConfiguration
from moto.ec2.responses import EC2Response
from moto.moto_api._internal import mock_random

from .. import lifecycle
from ..errors import AwsError
from ..identity import Caller
from ..override import replace
from ..settings import Settings
from . import connection_notifications, zones
from .filters import matches
from .tags import forget

# https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html, "ARNs for AWS principals".
_PRINCIPAL = re.compile(r"^(\*|arn:aws:iam::\d{12}:(root|(role|user)/.+))$")
_KINDS = {"root": "Account", "role": "Role", "user": "User"}
# A rejected connection holds nothing: that is how a provider gets rid of a consumer's endpoint.
_NOT_CONNECTED = ("rejected", "failed")


def find(region: str, name: str) -> VPCServiceConfiguration | None:
    """The endpoint service of that name, of whatever account."""
    return next((service for service in _all(region) if service.service_name == name), None)


def _all(region: str) -> list[VPCServiceConfiguration]:
    backends = [regions[region] for regions in ec2_backends.values() if region in regions.keys()]
    return [service for backend in backends for service in backend.configurations.values()]


def permitted(service: VPCServiceConfiguration, caller: Caller) -> bool:
    """Its owner, and whom its permissions name: an account, a role, a user or everybody."""
    if service.ec2_backend.account_id == caller.account:
        return True
    names = {"*", f"arn:aws:iam::{caller.account}:root", caller.role_arn or caller.arn}
    return not names.isdisjoint(service.principals)


def offered_to(region: str, caller: Caller) -> list[dict[str, Any]]:
    return [seen_by(service, caller.account) for service in _all(region) if permitted(service, caller)]


def endpoints_of(service: VPCServiceConfiguration) -> list[Any]:
    """The endpoints to a service, of every account."""
    backends = [r[service.ec2_backend.region_name] for r in ec2_backends.values() if service.ec2_backend.region_name in r.keys()]
    return [e for b in backends for e in b.vpc_end_points.values() if e.service_name == service.service_name]


def connection_id(endpoint_id: str) -> str:
    """Of the connection that an endpoint is to its service."""
    return endpoint_id.replace("vpce-", "vpce-con-", 1)


def named(backend: Any, service_id: str) -> VPCServiceConfiguration:
    if service_id not in backend.configurations:
        raise AwsError(
            "InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist"
        )
    return backend.configurations[service_id]


def _balancers(backend: Any, arns: list[str]) -> list[Any]:
    balancers = backend.elbv2_backend.load_balancers
    for arn in arns:
        if arn not in balancers or balancers[arn].type != "network":
            raise AwsError("InvalidNetworkLoadBalancerArn.NotFound", f"The load balancer '{arn}' does not exist")
        if balancers[arn].state != "active":
            raise AwsError("InvalidParameter", f"The load balancer '{arn}' is {balancers[arn].state}, not active")
    return [balancers[arn] for arn in arns]


def _connected(service: VPCServiceConfiguration) -> bool:
    return any(endpoint.state not in _NOT_CONNECTED for endpoint in endpoints_of(service))


def uses(region: str, account: str, balancer: str) -> bool:
    """Whether an endpoint service stands in front of a load balancer."""
    regions = ec2_backends[account]
    return region in regions.keys() and any(
        balancer in service.network_load_balancer_arns for service in regions[region].configurations.values()
    )


def _set_private_name(service: VPCServiceConfiguration, name: str | None) -> None:
    # https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html: a TXT record is to be published first.
    service.private_dns_name = name or ""
    service.landfall_dns_state = "pendingVerification" if name else None


def _is_proved(service: VPCServiceConfiguration) -> bool:
    """Whether the record is in a public zone of whichever account."""
    # Later, since it brings half of moto with it.
    from ..route53 import zones

    wanted = service.private_dns_name_configuration
    name = f"{wanted['Name']}.{service.private_dns_name.removeprefix('*.')}."
    return f'"{wanted["Value"]}"' in zones.values_of(name, "TXT")


def _create(response: Any) -> ActionResult:
    backend, get = response.ec2_backend, response._get_param
    response.error_on_dryrun()
    arns = get("NetworkLoadBalancerArns", [])
    if not arns:
        # Those of a gateway load balancer are not made here.
        raise AwsError(
            "InvalidParameter",
            "exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member",
        )
    service = VPCServiceConfiguration(
        load_balancers=_balancers(backend, arns),
        region=response.region,
        acceptance_required=response._get_bool_param("AcceptanceRequired", True),
        private_dns_name="",
        supported_regions=get("SupportedRegions", []) or [response.region],
        ec2_backend=backend,
    )
    service.id = f"vpce-svc-0{mock_random.get_random_hex(16)}"
    service.service_name = f"com.amazonaws.vpce.{response.region}.{service.id}"
    service.endpoint_dns_name = f"{service.id}.{response.region}.vpce.amazonaws.com"
    _set_private_name(service, get("PrivateDnsName"))
    backend.configurations[service.id] = service
    for specification in get("TagSpecifications", []):
        service.add_tags({tag["Key"]: tag["Value"] for tag in specification.get("Tags", [])})
    return ActionResult({"ServiceConfiguration": _described(service, backend.account_id), "ClientToken": get("ClientToken")})


def _zone_ids(service: VPCServiceConfiguration) -> list[str]:
    balancers = service.ec2_backend.elbv2_backend.load_balancers
    kept = [balancers[arn] for arn in service.network_load_balancer_arns if arn in balancers]
    return sorted({subnet.availability_zone_id for balancer in kept for subnet in balancer.subnets})


def _described(service: VPCServiceConfiguration, account: str) -> dict[str, Any]:
    """In an account's eyes, which has names of its own for the zones."""
    zone_ids = _zone_ids(service)
    described = {
        "ServiceType": service.service_type,
        "ServiceId": service.id,
        "ServiceName": service.service_name,
        "ServiceState": service.service_state,
        "AvailabilityZones": zones.names(account, service.ec2_backend.region_name, zone_ids),
        "AvailabilityZoneIds": zone_ids,
        "AcceptanceRequired": service.acceptance_required,
        "ManagesVpcEndpoints": False,
        "NetworkLoadBalancerArns": list(service.network_load_balancer_arns),
        "BaseEndpointDnsNames": service.base_endpoint_dns_names,
        "SupportedIpAddressTypes": ["ipv4"],
        "SupportedRegions": service.supported_regions,
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in service.get_tags()],
    }
    if service.private_dns_name:
        described["PrivateDnsName"] = service.private_dns_name
        described["PrivateDnsNameConfiguration"] = service.private_dns_name_configuration
    return described


def seen_by(service: VPCServiceConfiguration, account: str) -> dict[str, Any]:
    """What an account that may connect is told of a service."""
    described = {
        **_described(service, account),
        "Owner": service.ec2_backend.account_id,
        "VpcEndpointPolicySupported": True,
    }
    for of_owner in ("NetworkLoadBalancerArns", "PrivateDnsNameConfiguration", "ServiceState"):
        described.pop(of_owner, None)
    if service.private_dns_name:
        described["PrivateDnsNames"] = [{"PrivateDnsName": service.private_dns_name}]
        described["PrivateDnsNameVerificationState"] = service.landfall_dns_state
    return described


_FILTERS = {
    "service-name": lambda service: service.service_name,
    "service-id": lambda service: service.id,
    "service-state": lambda service: service.service_state,
    "supported-ip-address-types": lambda _service: ["ipv4"],
}


def _matching(service: VPCServiceConfiguration, name: str, wanted: Any) -> bool:
    tags = service.ec2_backend.tags.get(service.id) or {}
    if name.startswith("tag:"):
        return matches(tags.get(name.removeprefix("tag:")), wanted)
    if name == "tag-key":
        return matches(list(tags), wanted)
    if name not in _FILTERS:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return matches(_FILTERS[name](service), wanted)


def _describe(response: Any) -> ActionResult:
    backend, filters = response.ec2_backend, response._filters_from_querystring()
    ids = response._get_param("ServiceIds", [])
    services = [named(backend, i) for i in ids] if ids else list(backend.configurations.values())
    found = [s for s in services if all(_matching(s, name, wanted) for name, wanted in filters.items())]
    return ActionResult({"ServiceConfigurations": [_described(service, backend.account_id) for service in found]})


def _modify(response: Any) -> ActionResult:
    backend, get = response.ec2_backend, response._get_param
    response.error_on_dryrun()
    service = named(backend, get("ServiceId"))
    added, removed = get("AddNetworkLoadBalancerArns", []), get("RemoveNetworkLoadBalancerArns", [])
    _balancers(backend, added)
    kept = [arn for arn in service.network_load_balancer_arns if arn not in removed]
    kept += [arn for arn in added if arn not in kept]
    if removed and _connected(service):
        # "… or change the load balancers for the endpoint service if there are endpoints attached to the service":
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
        raise _connections_left()
    if not kept:
        raise AwsError("InvalidParameter", "An endpoint service must have at least one load balancer.")
    service.network_load_balancer_arns = kept
    service.acceptance_required = response._get_bool_param("AcceptanceRequired", service.acceptance_required)
    if response._get_bool_param("RemovePrivateDnsName", False):
        _set_private_name(service, None)
    elif get("PrivateDnsName") and get("PrivateDnsName") != service.private_dns_name:
        _set_private_name(service, get("PrivateDnsName"))
    return ActionResult({"Return": True})


def _connections_left() -> AwsError:
    return AwsError("ExistingVpcEndpointConnections", "Service has existing active VPC Endpoint connections!")


def _unsuccessful(resource_id: str, error: AwsError) -> dict[str, Any]:
    return {"ResourceId": resource_id, "Error": {"Code": error.code, "Message": error.message}}


def _delete(response: Any) -> ActionResult:
    backend = response.ec2_backend
    response.error_on_dryrun()
    unsuccessful = []
    for service_id in response._get_param("ServiceIds", []):
        service = backend.configurations.get(service_id)
        if service is None:
            words = f"The VpcEndpointService Id '{service_id}' does not exist"
            unsuccessful.append(_unsuccessful(service_id, AwsError("InvalidVpcEndpointService.NotFound", words)))
        elif _connected(service):
            unsuccessful.append(_unsuccessful(service_id, _connections_left()))
        else:
            del backend.configurations[service_id]
            connection_notifications.forget_of(backend, service_id)
            forget(backend, service_id)
    return ActionResult({"Unsuccessful": unsuccessful})


def _permission(service: VPCServiceConfiguration, principal: str) -> dict[str, Any]:
    kind = principal.split(":")[-1].split("/")[0]
    digest = hashlib.sha256(f"{service.id}/{principal}".encode()).hexdigest()
    return {
        "Principal": principal,
        "PrincipalType": _KINDS.get(kind, "All"),
        "ServicePermissionId": f"vpce-svc-perm-{digest[:17]}",
        "ServiceId": service.id,
        "Tags": [],
    }


def _modify_permissions(response: Any) -> ActionResult:
    get = response._get_param
    response.error_on_dryrun()
    service = named(response.ec2_backend, get("ServiceId"))
    added, removed = get("AddAllowedPrincipals", []), get("RemoveAllowedPrincipals", [])
    for principal in added:
        if not _PRINCIPAL.match(principal):
            raise AwsError("InvalidPrincipal", f"Invalid Principal: '{principal}'")
    new = [principal for principal in dict.fromkeys(added) if principal not in service.principals]
    service.principals = [p for p in service.principals + new if p not in removed]
    return ActionResult({"AddedPrincipals": [_permission(service, p) for p in new], "ReturnValue": True})


def _describe_permissions(response: Any) -> ActionResult:
    service = named(response.ec2_backend, response._get_param("ServiceId"))
    filters = response._filters_from_querystring()
    keys = {"principal": "Principal", "principal-type": "PrincipalType"}
    for name in filters:
        if name not in keys:
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    found = [_permission(service, principal) for principal in sorted(service.principals)]
    shown = [p for p in found if all(matches(p[keys[name]], wanted) for name, wanted in filters.items())]
    return ActionResult({"AllowedPrincipals": shown})


def install(settings: Settings) -> None:
    def dns_configuration(self: Any) -> dict[str, str]:
        digest = hashlib.sha256(f"{self.id}/{self.private_dns_name}".encode()).hexdigest()
        return {"State": self.landfall_dns_state, "Type": "TXT", "Value": f"vpce:{digest[:20]}", "Name": f"_{digest[20:33]}"}

    VPCServiceConfiguration.private_dns_name_configuration = property(dns_configuration)  # type: ignore[assignment,method-assign]

    def verify(self: Any) -> ActionResult:
        service = named(self.ec2_backend, self._get_param("ServiceId"))
        if not service.private_dns_name:
            raise AwsError("InvalidParameter", f"The service {service.id} does not have a private DNS name.")

        def verified(name: str = service.private_dns_name) -> None:
            # "… checks the DNS server": the record has to be there by then, or the state is failed until it is asked again.
            if service.private_dns_name == name:
                service.landfall_dns_state = "verified" if _is_proved(service) else "failed"

        lifecycle.after(settings.endpoint_seconds, verified)
        return ActionResult({"ReturnValue": True})

    replace(EC2Response, "create_vpc_endpoint_service_configuration")(_create)
    replace(EC2Response, "describe_vpc_endpoint_service_configurations")(_describe)
    replace(EC2Response, "modify_vpc_endpoint_service_configuration")(_modify)
    replace(EC2Response, "delete_vpc_endpoint_service_configurations")(_delete)
    replace(EC2Response, "modify_vpc_endpoint_service_permissions")(_modify_permissions)
    replace(EC2Response, "describe_vpc_endpoint_service_permissions")(_describe_permissions)
    replace(EC2Response, "start_vpc_endpoint_service_private_dns_verification")(verify)

    @replace(EC2Backend)
    def get_vpc_endpoint_service(self: Any, resource_id: str) -> Any:
        return self.configurations.get(resource_id)
