"""How much of what an account may have, as Service Quotas tells; nothing is limited unless it is set."""

from typing import Any

from . import checks
from .errors import AwsError

# AWS's code, and what its message calls them. Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html ;
# what counts: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
_QUOTAS = {
    "vpcs": ("VpcLimitExceeded", "VPCs"),
    "addresses": ("AddressLimitExceeded", "addresses"),
    "internetGateways": ("InternetGatewayLimitExceeded", "internet gateways"),
    "subnetsPerVpc": ("SubnetLimitExceeded", "subnets"),
    "blocksPerVpc": ("CidrLimitExceeded", "CIDR blocks"),
    "routeTablesPerVpc": ("RouteTableLimitExceeded", "route tables"),
    "routesPerTable": ("RouteLimitExceeded", "routes"),
    "networkAclsPerVpc": ("NetworkAclLimitExceeded", "network ACLs"),
    "entriesPerNetworkAcl": ("NetworkAclEntryLimitExceeded", "network ACL entries"),
    "securityGroups": ("SecurityGroupLimitExceeded", "security groups"),
    "rulesPerSecurityGroup": ("RulesPerSecurityGroupLimitExceeded", "rules per security group"),
    "natGatewaysPerZone": ("NatGatewayLimitExceeded", "NAT Gateways"),
    "gatewayEndpoints": ("VpcEndpointLimitExceeded", "VPC endpoints"),
    "interfaceEndpointsPerVpc": ("VpcEndpointLimitExceeded", "VPC endpoints"),
}

OFF: dict[str, int] = {}

_limits: dict[str, int] = {}


def parse(value: Any) -> dict[str, int]:
    return dict(checks.fields("quotas", value, dict.fromkeys(_QUOTAS, int)))


def use(limits: dict[str, int]) -> None:
    """Those that are not named are no longer limited."""
    _limits.clear()
    _limits.update(limits)


def shown() -> dict[str, int]:
    return dict(_limits)


def require(name: str, used: int, more: int = 1) -> None:
    """Raises AWS's refusal where `more` would be too many; what is there already stays, whatever the quota."""
    limit = _limits.get(name)
    if limit is not None and used + more > limit:
        code, words = _QUOTAS[name]
        raise AwsError(code, f"The maximum number of {words} has been reached.")
