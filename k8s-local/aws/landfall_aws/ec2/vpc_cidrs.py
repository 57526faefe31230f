"""Secondary IPv4 blocks of VPCs: AWS's restrictions and states, and a local route in every table while associated.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
"""

import ipaddress
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPC
from moto.ec2.utils import generate_route_id

from .. import lifecycle
from ..errors import AwsError
from ..override import wrap
from ..settings import Settings

_NEVER = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.31.0.0/16", "198.19.0.0/16", "224.0.0.0/4"]
_PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


def _within(block: Any, *ranges: str) -> bool:
    return any(block.subnet_of(ipaddress.ip_network(one)) for one in ranges)


def live_blocks(vpc: VPC) -> list[Any]:
    live = [a for a in vpc.get_cidr_block_association_set() if a["cidr_block_state"]["state"] != "disassociated"]
    return [ipaddress.ip_network(a["cidr_block"]) for a in live]


def _check(backend: Any, vpc: VPC, cidr: str) -> None:
    try:
        block = ipaddress.ip_network(cidr)
    except ValueError:
        raise AwsError("InvalidParameterValue", f"Value ({cidr}) for parameter cidrBlock is invalid.") from None
    if not 16 <= block.prefixlen <= 28:
        raise AwsError("InvalidVpc.Range", f"The CIDR '{cidr}' is invalid.")
    present = live_blocks(vpc)
    primary = ipaddress.ip_network(vpc.cidr_block)
    mixed = any(_within(block, one) and not _within(primary, one) for one in _PRIVATE)
    docker = _within(block, "10.0.0.0/16") and any(_within(other, "10.0.0.0/15") for other in present)
    if _within(block, *_NEVER) or mixed or docker:
        raise AwsError(
            "InvalidVpc.Range",
            f"The CIDR '{cidr}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, "
            "or use a publicly-routable CIDR. For additional restrictions, see "
            "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
        )
    # The reference names no code for these two.
    if any(block.overlaps(other) for other in present):
        raise AwsError("InvalidVpc.Range", f"The CIDR '{cidr}' conflicts with another CIDR of {vpc.id}.")
    for table in backend.route_tables.values():
        for route in table._routes.values() if table.vpc_id == vpc.id else []:
            destination = route.destination_cidr_block
            # "must not be the same or larger than a destination CIDR range in a route in any of the VPC route tables"
            if destination and not route.local and ipaddress.ip_network(destination).subnet_of(block):
                raise AwsError("InvalidVpc.Range", f"The CIDR '{cidr}' conflicts with a route in {table.id}.")


def _subnets_in(backend: Any, vpc: VPC, cidr: str) -> bool:
    subnets = [s for zone in backend.subnets.values() for s in zone.values() if s.vpc_id == vpc.id and s.cidr_block]
    return any(_within(ipaddress.ip_network(subnet.cidr_block), cidr) for subnet in subnets)


def install(settings: Settings) -> None:
    @wrap(EC2Backend, "associate_vpc_cidr_block")
    def associate(original: Any, self: Any, vpc_id: str, cidr_block: str, amazon_provided_ipv6_cidr_block: bool) -> Any:
        if amazon_provided_ipv6_cidr_block:
            return original(self, vpc_id, cidr_block, amazon_provided_ipv6_cidr_block)
        vpc = self.get_vpc(vpc_id)
        _check(self, vpc, cidr_block)
        association = original(self, vpc_id, cidr_block, amazon_provided_ipv6_cidr_block)
        state = association["cidr_block_state"]
        state["state"] = "associating"
        lifecycle.after(
            settings.cidr_seconds,
            lambda: state.update(state="associated") if state["state"] == "associating" else None,
        )
        return association

    @wrap(EC2Backend, "disassociate_vpc_cidr_block")
    def disassociate(original: Any, self: Any, association_id: str) -> Any:
        found = ((vpc, vpc._cidr_block_association_set.get(association_id)) for vpc in self.vpcs.values())
        vpc, entry = next(((vpc, entry) for vpc, entry in found if entry), (None, None))
        if vpc is None or entry is None or "::" in entry["cidr_block"] or entry["cidr_block"] == vpc.cidr_block:
            return original(self, association_id)
        cidr, state = entry["cidr_block"], entry["cidr_block_state"]
        if state["state"] in ("disassociating", "disassociated"):
            raise AwsError(
                "InvalidVpcCidrBlockAssociationID.NotFound",
                f"The vpc CIDR block with association ID {association_id} does not exist",
            )
        if _subnets_in(self, vpc, cidr):
            raise AwsError(
                "InvalidCidrBlock.InUse", f"The vpc {vpc.id} currently has a subnet within CIDR block {cidr}"
            )
        state["state"] = "disassociating"
        lifecycle.after(settings.cidr_seconds, lambda: _end(self, vpc, entry))
        return {**entry, "vpc_id": vpc.id}

    def _end(backend: Any, vpc: VPC, entry: dict[str, Any]) -> None:
        entry["cidr_block_state"]["state"] = "disassociated"
        for table in backend.route_tables.values():
            if table.vpc_id == vpc.id:
                table._routes.pop(generate_route_id(table.id, entry["cidr_block"]), None)
        # Listed for an hour or more: https://github.com/lyft/cni-ipvlan-vpc-k8s/issues/49
        lifecycle.after(
            settings.nat_listed_seconds,
            lambda: vpc._cidr_block_association_set.pop(entry["association_id"], None),
        )

    @wrap(EC2Backend, "create_subnet")
    def create_subnet(original: Any, self: Any, vpc_id: str, cidr_block: str | None, *args: Any, **kwargs: Any) -> Any:
        vpc = self.get_vpc(vpc_id)
        if cidr_block:
            try:
                block = ipaddress.ip_network(cidr_block)
            except ValueError:
                block = None
            for association in vpc.get_cidr_block_association_set():
                inside = block is not None and _within(block, association["cidr_block"])
                if inside and association["cidr_block_state"]["state"] != "associated":
                    raise AwsError("InvalidSubnet.Range", f"The CIDR '{cidr_block}' is invalid.")
        return original(self, vpc_id, cidr_block, *args, **kwargs)
