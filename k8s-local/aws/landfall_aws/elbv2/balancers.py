"""Load balancers: provisioning before they are active, with interfaces that outlive them, and names that are theirs."""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.elbv2 import models
from moto.elbv2.models import AvailabilityZone, ELBv2Backend, FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response
from moto.moto_api._internal import mock_random

from .. import lifecycle, service_interfaces
from ..ec2 import provided_services
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from ..wafv2 import associations
from . import attributes, found, listeners, names, tags

# By type: what stands in the ARN, and what EC2 calls the interfaces.
_KINDS = {"network": ("net", "network_load_balancer"), "application": ("app", "interface")}
# https://docs.aws.amazon.com/general/latest/gr/elb.html : of application and of network load balancers.
_ZONES = {
    "us-east-1": ("Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    "eu-central-1": ("Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"),
    "eu-west-1": ("Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
}

# Of network load balancers; of one for which it was never set nothing is said, and it is on.
_ENFORCE = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"


def _subnet(backend: Any, subnet_id: str) -> Any:
    try:
        return backend.ec2_backend.get_subnet(subnet_id)
    except ServiceException as error:
        raise AwsError("SubnetNotFound", f"The subnet ID '{subnet_id}' does not exist") from error


def _check_zones(subnets: list[Any], kind: str) -> None:
    zones = {subnet.availability_zone for subnet in subnets}
    if len(zones) < len(subnets):
        raise AwsError(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    if kind == "application" and len(zones) < 2:
        raise AwsError(
            "ValidationError", "At least two subnets in two different Availability Zones must be specified"
        )
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise AwsError("InvalidConfigurationRequest", "All subnets must belong to the same VPC")


def _check_gateway(backend: Any, vpc_id: str, scheme: str) -> None:
    gateways = backend.ec2_backend.internet_gateways.values()
    if scheme == "internet-facing" and not any(g.vpc and g.vpc.id == vpc_id for g in gateways):
        raise AwsError("InvalidSubnet", f"VPC {vpc_id} has no internet gateway")


def _check_addresses(subnets: list[Any], ip_address_type: str) -> None:
    if ip_address_type not in ("ipv4", "dualstack"):
        raise AwsError("ValidationError", f"'{ip_address_type}' must be one of 'ipv4, dualstack'")
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-ip-address-type.html
    without = [subnet.id for subnet in subnets if not subnet.ipv6_cidr_block_associations]
    if ip_address_type == "dualstack" and without:
        raise AwsError("InvalidSubnet", f"You must specify subnets with an associated IPv6 CIDR block: {', '.join(without)}")


def _check_groups(backend: Any, group_ids: list[str], vpc_id: str) -> None:
    words = "Security group '{}' does not exist or is of another VPC"
    service_interfaces.check_groups(backend, group_ids, vpc_id, "InvalidSecurityGroup", words)


def _same_settings(balancer: Any, asked: dict[str, Any]) -> bool:
    has = {
        "type": balancer.type,
        "scheme": balancer.scheme,
        "subnets": sorted(subnet.id for subnet in balancer.subnets),
        "groups": sorted(balancer.security_groups),
        "addresses": balancer.ip_address_type,
    }
    return has == asked


def _add_interfaces(backend: Any, balancer: Any, subnet_ids: list[str]) -> None:
    label, kind = _KINDS[balancer.type]
    description = f"ELB {label}/{balancer.name}/{balancer.arn.rsplit('/', 1)[-1]}"
    groups = balancer.security_groups
    balancer.landfall_enis += service_interfaces.add(backend, subnet_ids, groups, "amazon-elb", description, kind)


def _dns_name(balancer: Any, region: str) -> str:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html"""
    if balancer.type == "network":
        return f"{balancer.name}-{balancer.arn.rsplit('/', 1)[-1]}.elb.{region}.amazonaws.com"
    scheme = "internal-" if balancer.scheme == "internal" else ""
    return f"{scheme}{balancer.name}-{mock_random.randint(10**8, 10**9 - 1)}.{region}.elb.amazonaws.com"


def install(settings: Settings) -> None:
    FakeLoadBalancer.activate = lambda self: None  # type: ignore[method-assign]
    label = {"now": "app"}

    def arn_of(account_id: str, lb_id: str, name: str, region_name: str) -> str:
        # moto calls every one of them app.
        return f"arn:aws:elasticloadbalancing:{region_name}:{account_id}:loadbalancer/{label['now']}/{name}/{lb_id}"

    models.make_arn_for_load_balancer = arn_of

    @wrap(ELBv2Backend, "create_load_balancer")
    def create(original: Any, self: Any, name: str, security_groups: list[str], subnet_ids: list[str], **kwargs: Any) -> Any:
        kind, scheme = kwargs.get("loadbalancer_type") or "application", kwargs.get("scheme") or "internet-facing"
        subnet_ids = subnet_ids or [m["SubnetId"] for m in kwargs.get("subnet_mappings") or []]
        names.check(names.BALANCER, name)
        tags.check(kwargs.get("tags") or [])
        if kind not in _KINDS:
            raise AwsError("ValidationError", f"The local AWS has no load balancers of type '{kind}'")
        if not subnet_ids:
            raise AwsError("ValidationError", "You must specify either subnets or subnet mappings")
        subnets = [_subnet(self, subnet_id) for subnet_id in subnet_ids]
        _check_zones(subnets, kind)
        vpc_id = subnets[0].vpc_id
        _check_gateway(self, vpc_id, scheme)
        if kind == "application" and not security_groups:
            # "The default is the default security group for the VPC": CreateLoadBalancer, API reference.
            security_groups = [self.ec2_backend.get_default_security_group(vpc_id).id]
        _check_groups(self, security_groups, vpc_id)
        addresses = kwargs.get("ip_address_type") or "ipv4"
        _check_addresses(subnets, addresses)
        same_name = next((b for b in self.load_balancers.values() if b.name == name), None)
        if same_name:
            # "This operation is idempotent […] with the same settings, each call succeeds": the same page. Whether tags are
            # settings it does not say. Here they are not: whoever is told of a load balancer has to look whose it is.
            asked = {
                "type": kind,
                "scheme": scheme,
                "subnets": sorted(subnet_ids),
                "groups": sorted(security_groups),
                "addresses": addresses,
            }
            if _same_settings(same_name, asked):
                return same_name
            raise AwsError(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{name}' exists, but with different settings",
            )
        kwargs |= {"scheme": scheme, "subnet_mappings": None, "loadbalancer_type": kind}
        label["now"] = _KINDS[kind][0]
        balancer = original(self, name, security_groups, subnet_ids, **kwargs)
        balancer.dns_name = _dns_name(balancer, self.region_name)
        if self.region_name in _ZONES:
            balancer.canonical_hosted_zone_id = _ZONES[self.region_name][kind == "network"]
        balancer.attrs = attributes.of_new_balancer(balancer)
        balancer.landfall_enis = []
        _add_interfaces(self, balancer, subnet_ids)

        def active() -> None:
            balancer.state = "active"

        lifecycle.after(settings.load_balancer_seconds, active)
        return balancer

    @replace(ELBv2Backend)
    def delete_load_balancer(self: Any, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is None:
            # "If the load balancer does not exist or has already been deleted, the call succeeds."
            return
        if balancer.attrs.get("deletion_protection.enabled") == "true":
            raise AwsError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        if provided_services.uses(self.region_name, self.account_id, arn):
            raise AwsError(
                "ResourceInUse", f"Load balancer '{arn}' cannot be deleted because it is currently associated with another service"
            )
        for listener in balancer.listeners.values():
            listeners.forget(self, listener)
        del self.load_balancers[arn]
        listeners.associate(self)
        self.tagging_service.delete_all_tags_for_resource(arn)
        associations.balancer_deleted(self.account_id, self.region_name, arn)
        service_interfaces.linger(self, balancer.landfall_enis, settings.interface_seconds)

    @replace(ELBv2Backend)
    def set_security_groups(self: Any, arn: str, sec_groups: list[str]) -> None:
        balancer = found.balancer(self, arn)
        if balancer.type == "network" and not balancer.security_groups:
            # "You can't perform this operation on a Network Load Balancer unless you specified a security group for the load
            # balancer when you created it": SetSecurityGroups, API reference, which gives no code.
            raise AwsError(
                "InvalidConfigurationRequest",
                f"Security groups cannot be set on network load balancer '{arn}', which was created without any",
            )
        if not sec_groups:
            raise AwsError("ValidationError", "At least one security group must be specified")
        _check_groups(self, sec_groups, balancer.vpc_id)
        balancer.security_groups = list(sec_groups)
        service_interfaces.set_groups(self, balancer.landfall_enis, sec_groups)

    @replace(ELBV2Response, "set_security_groups")
    def set_groups(self: Any) -> ActionResult:
        arn, groups = self._get_param("LoadBalancerArn"), self._get_param("SecurityGroups", [])
        enforce = self._get_param(_ENFORCE)
        balancer = found.balancer(self.elbv2_backend, arn)
        if enforce not in (None, "on", "off"):
            raise AwsError("ValidationError", f"'{enforce}' must be one of 'on, off'")
        if enforce and balancer.type != "network":
            raise AwsError("ValidationError", f"{_ENFORCE} is not supported for load balancers with type '{balancer.type}'")
        self.elbv2_backend.set_security_groups(arn, groups)
        if enforce:
            balancer.enforce_security_group_inbound_rules_on_private_link_traffic = enforce
        return ActionResult({"SecurityGroupIds": groups, **({_ENFORCE: enforce} if enforce else {})})

    @replace(ELBv2Backend)
    def set_ip_address_type(self: Any, arn: str, ip_type: str) -> None:
        balancer = found.balancer(self, arn)
        _check_addresses(balancer.subnets, ip_type)
        balancer.ip_address_type = ip_type

    @replace(ELBv2Backend)
    def set_subnets(self: Any, arn: str, subnets: list[str], subnet_mappings: list[dict[str, Any]]) -> list[AvailabilityZone]:
        balancer = found.balancer(self, arn)
        wanted = [_subnet(self, s) for s in list(subnets) or [mapping["SubnetId"] for mapping in subnet_mappings]]
        _check_zones(wanted, balancer.type)
        if any(subnet.vpc_id != balancer.vpc_id for subnet in wanted):
            raise AwsError("InvalidConfigurationRequest", f"The subnets are not of VPC {balancer.vpc_id}")
        before = {subnet.id for subnet in balancer.subnets}
        leaving = [subnet for subnet in balancer.subnets if subnet not in wanted]
        coming = [subnet for subnet in wanted if subnet.id not in before]
        if balancer.type == "network":
            _check_steps(self, balancer, leaving, coming)
        balancer.subnets = wanted
        gone = [e for s in leaving for e in service_interfaces.in_subnet(self, balancer.landfall_enis, s.id)]
        balancer.landfall_enis = [eni_id for eni_id in balancer.landfall_enis if eni_id not in gone]
        service_interfaces.linger(self, gone, settings.interface_seconds)
        _add_interfaces(self, balancer, [subnet.id for subnet in coming])
        return [AvailabilityZone(subnet) for subnet in wanted]

    @replace(ELBV2Response, "describe_capacity_reservation")
    def no_reservation(self: Any) -> ActionResult:
        found.balancer(self.elbv2_backend, self._get_param("LoadBalancerArn"))
        return ActionResult({"CapacityReservationState": []})


def _check_steps(backend: Any, balancer: Any, leaving: list[Any], coming: list[Any]) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/network/availability-zones.html, "Considerations"."""
    if {s.availability_zone for s in leaving} & {s.availability_zone for s in coming}:
        raise AwsError(
            "InvalidConfigurationRequest",
            "Subnet changes within the same Availability Zone must be independent actions: remove the existing subnet first",
        )
    if leaving and provided_services.uses(backend.region_name, backend.account_id, balancer.arn):
        raise AwsError(
            "InvalidConfigurationRequest",
            f"Subnets of load balancer '{balancer.arn}' cannot be removed while VPC endpoints are associated with it",
        )
