"""Network ACLs: in use by subnets, the default one stays, and what does not exist has AWS's codes."""

from typing import Any

from moto.ec2.models import EC2Backend

from ..errors import AwsError, dependency_violation
from ..override import replace, wrap
from .tags import forget


def _protected(rule_number: int) -> None:
    # "The asterisk rule" cannot be made, changed or removed; numbers go to 32766.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html
    if not 1 <= int(rule_number) <= 32766:
        raise AwsError(
            "InvalidParameterValue", f"Invalid value '{rule_number}' for ruleNumber. Must be in the range 1-32766"
        )


def _complete(response: Any) -> None:
    """TCP and UDP have ports, ICMP a type and a code; an entry for everything ignores both."""
    # "Required if specifying protocol 6 (TCP) or 17 (UDP)", "1 (ICMP)": API_CreateNetworkAclEntry; the words for ICMP are
    # those in https://github.com/hashicorp/terraform/issues/2085
    protocol = str(response._get_param("Protocol"))
    wanted = {"6": ("PortRange", "From"), "17": ("PortRange", "From"), "1": ("IcmpTypeCode", "Type")}.get(protocol)
    if wanted is None:
        return
    name, field = wanted
    if (response._get_param(name) or {}).get(field) is None:
        lowered = name[0].lower() + name[1:]
        raise AwsError(
            "MissingParameter", f"The request must contain the parameter {lowered}.{field.lower()}"
        )


def install() -> None:
    @wrap(EC2Backend, "create_network_acl")
    def create(original: Any, self: Any, vpc_id: str, tags: Any = None, default: bool = False) -> Any:
        acl = original(self, vpc_id, tags, default)
        if not default:
            # A custom ACL denies everything, by the two asterisk entries that every ACL has:
            # https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html
            for egress in (True, False):
                _create_entry(
                    self, acl.id, 32767, "-1", "deny", egress, "0.0.0.0/0", None, None, None, None, None
                )
        return acl

    @replace(EC2Backend)
    def delete_network_acl(self: Any, network_acl_id: str) -> Any:
        acl = self.get_network_acl(network_acl_id)
        if acl.default:
            raise AwsError("InvalidParameterValue", f"cannot delete default network ACL {network_acl_id}")
        if acl._associations:
            raise dependency_violation(f"The networkAcl '{network_acl_id}' has dependencies and cannot be deleted.")
        forget(self, network_acl_id)
        return self.network_acls.pop(network_acl_id)

    @replace(EC2Backend)
    def replace_network_acl_association(self: Any, association_id: str, network_acl_id: str) -> Any:
        holder = next((a for a in self.network_acls.values() if association_id in a._associations), None)
        if holder is None:
            raise AwsError("InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist")
        target = self.get_network_acl(network_acl_id)
        if target.vpc_id != holder.vpc_id:
            raise AwsError(
                "InvalidParameterValue",
                f"You have specified two resources that belong to different networks: {network_acl_id}, {holder.id}.",
            )
        return _original_replace(self, association_id, network_acl_id)

    @wrap(EC2Backend, "delete_network_acl_entry")
    def delete_entry(original: Any, self: Any, network_acl_id: str, rule_number: int, egress: bool) -> Any:
        acl = self.get_network_acl(network_acl_id)
        _protected(rule_number)
        if not any(e.egress == egress and e.rule_number == rule_number for e in acl.network_acl_entries):
            direction = "egress" if egress else "ingress"
            raise AwsError(
                "InvalidNetworkAclEntry.NotFound",
                f"The {direction} network acl entry with rule number '{rule_number}' does not exist.",
            )
        return original(self, network_acl_id, rule_number, egress)

    @wrap(EC2Backend, "describe_network_acls")
    def describe(original: Any, self: Any, network_acl_ids: list[str] | None = None, filters: Any = None) -> Any:
        for network_acl_id in network_acl_ids or []:
            self.get_network_acl(network_acl_id)
        return original(self, network_acl_ids, filters)

    from moto.ec2.responses import EC2Response

    @wrap(EC2Response, "create_network_acl_entry")
    def create_entry(original: Any, self: Any) -> Any:
        _protected(self._get_param("RuleNumber"))
        _complete(self)
        return original(self)

    @wrap(EC2Response, "replace_network_acl_entry")
    def replace_entry(original: Any, self: Any) -> Any:
        _complete(self)
        return original(self)

    @wrap(EC2Response, "_get_param")
    def get_param(original: Any, self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        # moto asks for ICMP by its name on the wire, and has it under its name in the model.
        return original(self, name.replace("Icmp.", "IcmpTypeCode."), *args, **kwargs)


_create_entry = EC2Backend.create_network_acl_entry
_original_replace = EC2Backend.replace_network_acl_association
