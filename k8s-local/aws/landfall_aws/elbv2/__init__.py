"""Load balancers: provisioning before they are active, with interfaces that outlive them, and names that are theirs.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ of each action.
"""

from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response

from .. import lifecycle, service_interfaces
from ..ec2 import provided_services
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings

_KINDS = {"network": ("net", "network_load_balancer"), "application": ("app", "interface")}


def _zones(backend: Any, subnet_ids: list[str], kind: str, scheme: str) -> None:
    subnets = [backend.ec2_backend.get_subnet(subnet_id) for subnet_id in subnet_ids]
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
    vpc_id = subnets[0].vpc_id
    gateways = backend.ec2_backend.internet_gateways.values()
    if scheme == "internet-facing" and not any(g.vpc and g.vpc.id == vpc_id for g in gateways):
        raise AwsError("InvalidSubnet", f"VPC {vpc_id} has no internet gateway")


def _same_settings(backend: Any, balancer: Any, asked: dict[str, Any]) -> bool:
    has = {
        "type": balancer.type,
        "scheme": balancer.scheme,
        "subnets": sorted(subnet.id for subnet in balancer.subnets),
        "groups": sorted(balancer.security_groups),
        "tags": backend.tagging_service.get_tag_dict_for_resource(balancer.arn),
    }
    return has == asked


def _add_interfaces(backend: Any, balancer: Any, subnet_ids: list[str]) -> None:
    label, kind = _KINDS.get(balancer.type, _KINDS["application"])
    description = f"ELB {label}/{balancer.name}/{balancer.arn.rsplit('/', 1)[-1]}"
    groups = balancer.security_groups
    balancer.landfall_enis += service_interfaces.add(backend, subnet_ids, groups, "amazon-elb", description, kind)


def _forget_listener(backend: Any, listener: Any) -> None:
    for rule in listener.rules.values():
        backend.tagging_service.delete_all_tags_for_resource(rule.arn)
    backend.tagging_service.delete_all_tags_for_resource(listener.arn)


def install(settings: Settings) -> None:
    FakeLoadBalancer.activate = lambda self: None  # type: ignore[method-assign]

    @wrap(ELBv2Backend, "create_load_balancer")
    def create(original: Any, self: Any, name: str, security_groups: list[str], subnet_ids: list[str], **kwargs: Any) -> Any:
        kind, scheme = kwargs.get("loadbalancer_type") or "application", kwargs.get("scheme") or "internet-facing"
        subnet_ids = subnet_ids or [m["SubnetId"] for m in kwargs.get("subnet_mappings") or []]
        tags = {tag["Key"]: tag.get("Value", "") for tag in kwargs.get("tags") or []}
        if subnet_ids:
            _zones(self, subnet_ids, kind, scheme)
        vpc_id = self.ec2_backend.get_subnet(subnet_ids[0]).vpc_id if subnet_ids else None
        if kind == "application" and not security_groups and vpc_id:
            # "The default is the default security group for the VPC": CreateLoadBalancer, API reference.
            security_groups = [self.ec2_backend.get_default_security_group(vpc_id).id]
        service_interfaces.check_groups(
            self, security_groups, vpc_id, "InvalidSecurityGroup", "Security group '{}' does not exist or is of another VPC"
        )
        same_name = next((b for b in self.load_balancers.values() if b.name == name), None)
        if same_name:
            # "This operation is idempotent […] with the same settings, each call succeeds": the same page.
            asked = {"type": kind, "scheme": scheme, "subnets": sorted(subnet_ids), "groups": sorted(security_groups), "tags": tags}
            if _same_settings(self, same_name, asked):
                return same_name
            raise AwsError(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{name}' exists, but with different settings",
            )
        kwargs |= {"scheme": scheme, "subnet_mappings": None}
        balancer = original(self, name, security_groups, subnet_ids, **kwargs)
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
            _forget_listener(self, listener)
        for group in self.target_groups.values():
            group.load_balancer_arns = [a for a in group.load_balancer_arns if a != arn]
        del self.load_balancers[arn]
        self.tagging_service.delete_all_tags_for_resource(arn)
        service_interfaces.linger(self, balancer.landfall_enis, settings.interface_seconds)

    # "This operation is idempotent […]": CreateTargetGroup and CreateListener too, API reference.
    @wrap(ELBv2Backend, "create_target_group")
    def create_target_group(original: Any, self: Any, name: str, **kwargs: Any) -> Any:
        found = next((group for group in self.target_groups.values() if group.name == name), None)
        if found is None:
            return original(self, name, **kwargs)
        fields = ("vpc_id", "protocol", "port", "target_type")
        if any(str(getattr(found, field)) != str(kwargs.get(field)) for field in fields):
            raise AwsError(
                "DuplicateTargetGroupName",
                f"A target group with the same name '{name}' exists, but with different settings",
            )
        return found

    @wrap(ELBv2Backend, "create_listener")
    def create_listener(original: Any, self: Any, load_balancer_arn: str, protocol: str, port: str, *args: Any, **kwargs: Any) -> Any:
        balancer = self.load_balancers.get(load_balancer_arn)
        taken = next((x for x in balancer.listeners.values() if str(x.port) == str(port)), None) if balancer else None
        if taken is None:
            return original(self, load_balancer_arn, protocol, port, *args, **kwargs)
        actions = kwargs["actions"] if "actions" in kwargs else args[2]
        if taken.protocol != protocol or [action.data for action in taken.default_actions] != list(actions):
            raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")
        return taken

    @wrap(ELBv2Backend, "delete_listener")
    def delete_listener(original: Any, self: Any, listener_arn: str) -> Any:
        listener = original(self, listener_arn)
        _forget_listener(self, listener)
        return listener

    @wrap(ELBv2Backend, "delete_rule")
    def delete_rule(original: Any, self: Any, arn: str) -> None:
        original(self, arn)
        self.tagging_service.delete_all_tags_for_resource(arn)

    @wrap(ELBv2Backend, "delete_target_group")
    def delete_target_group(original: Any, self: Any, target_group_arn: str) -> Any:
        group = original(self, target_group_arn)
        self.tagging_service.delete_all_tags_for_resource(target_group_arn)
        return group

    @wrap(ELBv2Backend, "set_security_groups")
    def set_security_groups(original: Any, self: Any, arn: str, sec_groups: list[str]) -> None:
        original(self, arn, sec_groups)
        service_interfaces.set_groups(self, self.load_balancers[arn].landfall_enis, sec_groups)

    @wrap(ELBv2Backend, "set_subnets")
    def set_subnets(original: Any, self: Any, arn: str, subnets: list[str], mappings: list[dict[str, Any]]) -> Any:
        balancer = self.load_balancers.get(arn)
        before = {subnet.id for subnet in balancer.subnets} if balancer else set()
        zones = original(self, arn, subnets, mappings)
        after = [subnet.id for subnet in balancer.subnets]
        gone = [e for s in before - set(after) for e in service_interfaces.in_subnet(self, balancer.landfall_enis, s)]
        balancer.landfall_enis = [eni_id for eni_id in balancer.landfall_enis if eni_id not in gone]
        service_interfaces.linger(self, gone, settings.interface_seconds)
        _add_interfaces(self, balancer, [subnet_id for subnet_id in after if subnet_id not in before])
        return zones

    return None
