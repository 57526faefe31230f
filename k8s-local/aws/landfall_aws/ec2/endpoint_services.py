"""What an endpoint can be made to: AWS's own services, fixed by name, and the accounts' endpoint services.

moto makes its list by instantiating a dozen unrelated backends, with ids that differ each time.
"""

import functools
import hashlib
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import Zone
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES
from moto.ec2.responses import EC2Response

from .. import pages
from ..errors import AwsError
from ..identity import Caller
from ..override import replace
from . import provided_services, zones

_GATEWAY = ("s3", "dynamodb")
# Where the private name is not the service's own:
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_PRIVATE_NAME = {
    "ecr.api": "api.ecr.{region}.amazonaws.com",
    "ecr.dkr": "*.dkr.ecr.{region}.amazonaws.com",
    "s3": "s3.{region}.amazonaws.com",
}


def _service(name: str, kind: str, region: str, offered_in: list[Zone]) -> dict[str, Any]:
    digest = hashlib.sha256(f"{region}/{name}/{kind}".encode()).hexdigest()
    private = _PRIVATE_NAME.get(name, "{name}.{region}.amazonaws.com").format(name=name, region=region)
    service = {
        "AcceptanceRequired": False,
        "AvailabilityZones": [zone.name for zone in offered_in],
        "AvailabilityZoneIds": sorted(zone.zone_id for zone in offered_in),
        "BaseEndpointDnsNames": [f"{name}.{region}.vpce.amazonaws.com"],
        "ManagesVpcEndpoints": False,
        "Owner": "amazon",
        "ServiceId": f"vpce-svc-{digest[:17]}",
        "ServiceName": f"com.amazonaws.{region}.{name}",
        "ServiceType": [{"ServiceType": kind}],
        "Tags": [],
        "VpcEndpointPolicySupported": True,
    }
    if kind == "Interface":
        service["PrivateDnsName"] = private
        service["PrivateDnsNameVerificationState"] = "verified"
        service["PrivateDnsNames"] = [{"PrivateDnsName": private}]
    return service


# Services that a zone lacks, by its id, as use1-az3 lacks many; set when the server starts.
_gaps: frozenset[tuple[str, str]] = frozenset()


@functools.cache
def _offered(account: str, region: str) -> list[dict[str, Any]]:
    every = zones.of(account, region)
    names = sorted({*AWS_ENDPOINT_SERVICES, "ecr.api", "ecr.dkr", "s3"})
    interfaces = [
        _service(name, "Interface", region, [zone for zone in every if (name, zone.zone_id) not in _gaps]) for name in names
    ]
    return [_service(name, "Gateway", region, every) for name in _GATEWAY] + interfaces


def find(backend: Any, name: str, kind: str, caller: Caller | None = None) -> dict[str, Any]:
    """The service of that name and endpoint type as the backend's account sees it; to a caller, one that it may not use
    does not exist. Raises AWS's refusals."""
    account, region = backend.account_id, backend.region_name
    named = [service for service in _offered(account, region) if service["ServiceName"] == name]
    provided = provided_services.find(region, name)
    if provided and (caller is None or provided_services.permitted(provided, caller)):
        named.append(provided_services.seen_by(provided, account))
    if not named:
        raise AwsError("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    for service in named:
        if kind in [t["ServiceType"] for t in service["ServiceType"]]:
            return service
    types = ", ".join(t["ServiceType"] for service in named for t in service["ServiceType"])
    raise AwsError("InvalidParameter", f"Endpoint type ({kind}) does not match available service types ([{types}]).")


def check_zones(backend: Any, service: dict[str, Any], subnet_ids: list[str]) -> None:
    """https://repost.aws/knowledge-center/interface-endpoint-availability-zone"""
    for subnet_id in subnet_ids:
        if backend.get_subnet(subnet_id).availability_zone_id not in service["AvailabilityZoneIds"]:
            raise AwsError(
                "InvalidParameter",
                f"The VPC endpoint service {service['ServiceName']} does not support the availability zone of the "
                f"subnet: {subnet_id}.",
            )


_moto_filter = EC2Backend._filter_endpoint_services


def _filter(names: list[str], filters: list[dict[str, Any]], services: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """moto refuses the filter `owner`, and looks for a service's name under a key that is not there."""
    wanted = {f["Name"]: f["Values"] for f in filters if f["Name"] in ("owner", "service-name")}
    rest = [f for f in filters if f["Name"] not in wanted]
    return [
        service
        for service in _moto_filter(names, rest, services)
        if service.get("Owner") in wanted.get("owner", [service.get("Owner")])
        and service["ServiceName"] in wanted.get("service-name", [service["ServiceName"]])
    ]


def _describe(response: Any) -> ActionResult:
    region, caller = response.region, response.landfall_caller
    services = _offered(caller.account, region) + provided_services.offered_to(region, caller)
    names = response._get_param("ServiceNames", [])
    for name in names:
        if not any(service["ServiceName"] == name for service in services):
            raise AwsError("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    found = sorted(_filter(names, response._get_param("Filters", []), services), key=lambda s: s["ServiceName"])
    size, token = min(response._get_int_param("MaxResults") or 1000, 1000), response._get_param("NextToken")
    try:
        ids = [service["ServiceId"] for service in found]
        shown, following = pages.page("DescribeVpcEndpointServices", found, ids, token, size)
    except KeyError as error:
        raise AwsError("InvalidNextToken", f"The token '{token}' is invalid") from error
    listed = [service["ServiceName"] for service in shown]
    return ActionResult({"ServiceNames": listed, "ServiceDetails": shown, "NextToken": following})


def install(gaps: frozenset[tuple[str, str]]) -> None:
    global _gaps
    _gaps = gaps
    replace(EC2Backend, "_filter_endpoint_services")(staticmethod(_filter))
    replace(EC2Response, "describe_vpc_endpoint_services")(_describe)
    replace(EC2Backend, "_collect_default_endpoint_services")(staticmethod(_offered))
