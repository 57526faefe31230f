"""Rules of security groups: a call is done whole or not at all, and says which rule it stumbled over."""

import copy
import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.responses import EC2Response

from ..errors import AwsError
from ..override import replace, wrap
from . import groups
from .rule_views import flattened
from .tags import forget


def _peer(rule: SecurityGroupRule) -> str:
    return rule.cidr_ipv4 or rule.cidr_ipv6 or rule.prefix_list_id or rule.source_group.get("GroupId") or ""


def same(one: SecurityGroupRule, other: SecurityGroupRule) -> bool:
    """What makes two rules one; descriptions do not."""
    return (one.ip_protocol, one.from_port, one.to_port, _peer(one)) == (
        other.ip_protocol,
        other.from_port,
        other.to_port,
        _peer(other),
    )


def _describe(rule: SecurityGroupRule) -> str:
    if rule.ip_protocol == "-1":
        return f"peer: {_peer(rule)}, ALL, ALLOW"
    protocol = str(rule.ip_protocol).upper()
    return f"peer: {_peer(rule)}, {protocol}, from port: {rule.from_port}, to port: {rule.to_port}, ALLOW"


def _check_prefix_lists(backend: Any, permission: dict[str, Any]) -> None:
    for item in permission.get("prefix_list_ids") or []:
        if item["PrefixListId"] not in backend.managed_prefix_lists:
            raise AwsError(
                "InvalidPrefixListID.NotFound", f"The prefix list ID '{item['PrefixListId']}' does not exist"
            )


def _check_ports(permission: dict[str, Any]) -> None:
    protocol = str(permission["ip_protocol"])
    if protocol in ("tcp", "udp", "6", "17") and (permission["from_port"] is None or permission["to_port"] is None):
        raise AwsError(
            "InvalidParameterValue",
            "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
        )
    if protocol in ("icmp", "1") and (permission["from_port"] is None or permission["to_port"] is None):
        raise AwsError(
            "InvalidParameterValue", "Invalid value 'Must specify both from and to ports with ICMP.' for portRange."
        )


# "Up to 255 characters in length. Allowed characters are a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*":
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
_DESCRIPTION = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")


def _check_descriptions(permission: dict[str, Any]) -> None:
    peers = ("ip_ranges", "source_groups", "prefix_list_ids")
    for peer in [peer for name in peers for peer in permission.get(name) or []]:
        if not _DESCRIPTION.fullmatch(peer.get("Description") or ""):
            raise AwsError(
                "InvalidParameterValue",
                "Invalid rule description. Valid descriptions are strings less than 256 characters from the following"
                " set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
            )


def _authorize(response: Any, egress: bool) -> ActionResult:
    backend = response.ec2_backend
    method = backend.authorize_security_group_egress if egress else backend.authorize_security_group_ingress
    response.error_on_dryrun()
    permissions = list(response._process_rules_from_querystring())
    group = _group(backend, permissions)
    before = list(group.egress_rules if egress else group.ingress_rules)
    tags_before = set(backend.tags)
    try:
        added = []
        for permission in permissions:
            _check_prefix_lists(backend, permission)
            _check_ports(permission)
            _check_descriptions(permission)
            added += method(**permission)[0]
    except Exception:
        # moto would keep the rules that came before the bad one.
        if egress:
            group.egress_rules = before
        else:
            group.ingress_rules = before
        forget(backend, *(set(backend.tags) - tags_before))
        raise
    return ActionResult({"Return": True, "SecurityGroupRules": [_as_listed(rule) for rule in added]})


def _as_listed(rule: SecurityGroupRule) -> SecurityGroupRule:
    listed = copy.copy(rule)
    # Rules of all ports show -1 here: DescribeSecurityGroupRules, API reference.
    listed.from_port = -1 if rule.from_port is None else rule.from_port
    listed.to_port = -1 if rule.to_port is None else rule.to_port
    return listed


def _group(backend: Any, permissions: list[dict[str, Any]]) -> SecurityGroup:
    name = permissions[0]["group_name_or_id"] if permissions else None
    group = groups.find(backend, name or "") or (name and backend.get_security_group_from_name(name))
    if not group:
        raise AwsError("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
    return group


def _wanted(backend: Any, group: SecurityGroup, permissions: list[dict[str, Any]], egress: bool) -> list[Any]:
    for permission in permissions:
        yield from backend._iterate_security_rules(
            permission["ip_protocol"],
            group.id,
            permission["from_port"],
            permission["to_port"],
            permission["ip_ranges"],
            permission["source_groups"],
            permission["prefix_list_ids"] or [],
            is_egress=egress,
        )


def _revoke(response: Any, egress: bool) -> ActionResult:
    backend = response.ec2_backend
    response.error_on_dryrun()
    permissions = list(response._process_rules_from_querystring())
    group = _group(backend, permissions)
    rules = group.egress_rules if egress else group.ingress_rules
    ids = response._get_param("SecurityGroupRuleIds", [])
    found: list[SecurityGroupRule] = []
    unknown: list[SecurityGroupRule] = []
    if ids:
        by_id = {rule.id: rule for rule in rules}
        for rule_id in ids:
            if rule_id not in by_id:
                raise AwsError(
                    "InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule_id}' does not exist"
                )
            found.append(by_id[rule_id])
    else:
        for wanted in _wanted(backend, group, permissions, egress):
            match = next((rule for rule in rules if same(rule, wanted)), None)
            (found if match else unknown).append(match or wanted)
        # "For a non-default VPC […] an InvalidPermission.NotFound client error is returned, and no rules are
        # revoked"; in a default VPC no error is returned: RevokeSecurityGroupIngress, API reference.
        if unknown and group.vpc_id != backend.default_vpc.id:
            raise AwsError(
                "InvalidPermission.NotFound", "The specified rule does not exist in this security group."
            )
    kept = [rule for rule in rules if rule not in found]
    if egress:
        group.egress_rules = kept
    else:
        group.ingress_rules = kept
    forget(backend, *(rule.id for rule in found))
    return ActionResult(
        {
            "Return": True,
            "RevokedSecurityGroupRules": [_revoked(rule) for rule in found],
            "UnknownIpPermissions": flattened(unknown),
        }
    )


def _revoked(rule: SecurityGroupRule) -> dict[str, Any]:
    listed = _as_listed(rule)
    return {
        "SecurityGroupRuleId": rule.id,
        "GroupId": rule.group_id,
        "IsEgress": rule.is_egress,
        "IpProtocol": rule.ip_protocol,
        "FromPort": listed.from_port,
        "ToPort": listed.to_port,
        "CidrIpv4": rule.cidr_ipv4,
        "CidrIpv6": rule.cidr_ipv6,
        "PrefixListId": rule.prefix_list_id,
        "ReferencedGroupId": rule.source_group.get("GroupId"),
        "Description": rule.description,
    }


def install() -> None:
    SecurityGroupRule.__eq__ = same  # type: ignore[method-assign,assignment]
    SecurityGroupRule.__hash__ = lambda self: hash(self.id)  # type: ignore[method-assign]

    @wrap(EC2Backend, "_iterate_security_rules")
    def iterate(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        # The check for duplicates is in moto, its words are not AWS's.
        group = groups.find(self, args[1])
        existing = [] if group is None else group.egress_rules if kwargs.get("is_egress") else group.ingress_rules
        for rule in original(self, *args, **kwargs):
            if kwargs.get("tags") is not None and rule in existing:
                forget(self, rule.id)
                raise AwsError("InvalidPermission.Duplicate", f'the specified rule "{_describe(rule)}" already exists')
            yield rule

    replace(EC2Response, "authorize_security_group_ingress")(lambda self: _authorize(self, egress=False))
    replace(EC2Response, "authorize_security_group_egress")(lambda self: _authorize(self, egress=True))
    replace(EC2Response, "revoke_security_group_ingress")(lambda self: _revoke(self, egress=False))
    replace(EC2Response, "revoke_security_group_egress")(lambda self: _revoke(self, egress=True))
