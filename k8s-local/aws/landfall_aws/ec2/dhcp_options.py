"""Sets of DHCP options: each region has AWS's own, which every new VPC gets; one set serves many VPCs.

https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
"""

import ipaddress
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.dhcp_options import DHCPOptionsSet
from moto.ec2.responses import EC2Response

from ..errors import AwsError, dependency_violation
from ..override import replace, wrap
from .tags import forget

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html, each with how many values it takes.
_KEYS = {
    "domain-name": 1,
    "domain-name-servers": 4,
    "ntp-servers": 4,
    "netbios-name-servers": 4,
    "netbios-node-type": 1,
}
_ADDRESSES = ("domain-name-servers", "ntp-servers", "netbios-name-servers")


def _own_values(region: str) -> dict[str, list[str]]:
    name = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return {"domain-name": [name], "domain-name-servers": ["AmazonProvidedDNS"]}


def _values(options: DHCPOptionsSet) -> dict[str, Any]:
    return {key: values for key, values in options._options.items() if values}


def _own_set(backend: Any) -> DHCPOptionsSet:
    """AWS's own set of the region. AWS makes it anew where it was deleted: https://github.com/gruntwork-io/cloud-nuke/issues/118"""
    wanted = _own_values(backend.region_name)
    found = next((one for one in backend.dhcp_options_sets.values() if _values(one) == wanted), None)
    if found is None:
        found = DHCPOptionsSet(backend, wanted["domain-name-servers"], wanted["domain-name"])  # type: ignore[arg-type]
        backend.dhcp_options_sets[found.id] = found
    return found


def _check(configurations: list[dict[str, Any]]) -> None:
    if not configurations:
        raise AwsError("MissingParameter", "The request must contain the parameter dhcpConfiguration")
    for entry in configurations:
        key, values = entry.get("Key", ""), entry.get("Values") or []
        if key not in _KEYS:
            raise AwsError("InvalidParameterValue", f"Value ({key}) for parameter key is invalid. Unknown option.")
        if not 1 <= len(values) <= _KEYS[key]:
            raise AwsError("InvalidParameterValue", f"Value ({','.join(values)}) for parameter value is invalid.")
        for value in values if key in _ADDRESSES else []:
            if key != "domain-name-servers" or value != "AmazonProvidedDNS":
                _check_address(value)


def _check_address(value: str) -> None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise AwsError(
            "InvalidParameterValue", f"Value ({value}) for parameter value is invalid. Invalid IP address."
        ) from None


def install() -> None:
    @wrap(EC2Backend, "create_vpc")
    def create_vpc(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        vpc = original(self, *args, **kwargs)
        vpc.dhcp_options = _own_set(self)
        return vpc

    @wrap(EC2Response, "create_dhcp_options")
    def create(original: Any, self: Any) -> Any:
        _check(self._get_param("DhcpConfigurations", []))
        answer = original(self)
        # moto looks at no tags here.
        answer.result["DhcpOptions"].add_tags(self._parse_tag_specification().get("dhcp-options", {}))
        return answer

    # moto remembers one VPC for a set, the last.
    @replace(EC2Backend)
    def associate_dhcp_options(self: Any, dhcp_options: DHCPOptionsSet, vpc: Any) -> None:
        vpc.dhcp_options = dhcp_options

    @replace(EC2Backend)
    def disassociate_dhcp_options(self: Any, vpc: Any) -> None:
        """`default` leaves the VPC without options, as in AWS: https://github.com/hashicorp/terraform-provider-aws/issues/31672"""
        vpc.dhcp_options = None

    @wrap(EC2Backend, "delete_dhcp_options_set")
    def delete(original: Any, self: Any, options_id: str | None) -> None:
        if any(vpc.dhcp_options is not None and vpc.dhcp_options.id == options_id for vpc in self.vpcs.values()):
            raise dependency_violation(f"The dhcpOptions '{options_id}' has dependencies and cannot be deleted.")
        original(self, options_id)
        forget(self, options_id or "")

    @wrap(DHCPOptionsSet, "get_filter_value")
    def filter_value(original: Any, self: Any, name: str, method: str | None = None) -> Any:
        if name == "key":
            return list(_values(self))
        return self.ec2_backend.account_id if name == "owner-id" else original(self, name, method)
