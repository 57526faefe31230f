"""Changing rules in place: ModifySecurityGroupRules and the two that update descriptions."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response

from ..errors import AwsError
from ..override import replace
from . import groups
from .rules import same

_PEERS = ("CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId")


def _find(backend: Any, group_id: str) -> Any:
    group = groups.find(backend, group_id)
    if group is None:
        raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    return group


def _rule(group: Any, rule_id: str) -> SecurityGroupRule:
    rule = group.get_rule(rule_id)
    if rule is None:
        raise AwsError("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule_id}' does not exist")
    return rule


def _set(backend: Any, rule: SecurityGroupRule, request: dict[str, Any]) -> None:
    peers = [name for name in _PEERS if request.get(name)]
    if len(peers) != 1:
        code = "MissingParameter" if not peers else "InvalidParameterCombination"
        raise AwsError(
            code, "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId"
        )
    had = {
        "CidrIpv4": rule.cidr_ipv4,
        "CidrIpv6": rule.cidr_ipv6,
        "PrefixListId": rule.prefix_list_id,
        "ReferencedGroupId": rule.source_group.get("GroupId"),
    }
    if not had[peers[0]]:
        # "You can't change the type of a rule's source": API_ModifySecurityGroupRules.
        raise AwsError("InvalidParameterValue", f"Invalid rule type for security group rule '{rule.id}'.")
    peer = request[peers[0]]
    rule.ip_protocol = request.get("IpProtocol", rule.ip_protocol)
    ports = (None, None) if rule.ip_protocol == "-1" else (request.get("FromPort"), request.get("ToPort"))
    rule.from_port, rule.to_port = (None if p is None else int(p) for p in ports)
    if peers[0] == "PrefixListId":
        rule.prefix_list_id = peer
    elif peers[0] == "ReferencedGroupId":
        _find(backend, peer)
        rule.source_group = {**rule.source_group, "GroupId": peer}
    else:
        rule.ip_range = {"CidrIp" if peers[0] == "CidrIpv4" else "CidrIpv6": peer}
    # A description that is left out is removed.
    rule.landfall_description = request.get("Description")  # type: ignore[attr-defined]


def _update_descriptions(response: Any, egress: bool) -> ActionResult:
    backend = response.ec2_backend
    response.error_on_dryrun()
    group = _find(backend, response._get_param("GroupId") or "")
    for item in response._get_param("SecurityGroupRuleDescriptions", []):
        _rule(group, item["SecurityGroupRuleId"]).landfall_description = item.get("Description")  # type: ignore[attr-defined]
    if not response._get_param("IpPermissions", []):
        return ActionResult({"Return": True})
    rules = group.egress_rules if egress else group.ingress_rules
    for permission in response._process_rules_from_querystring():
        for wanted in backend._iterate_security_rules(
            permission["ip_protocol"],
            group.id,
            permission["from_port"],
            permission["to_port"],
            permission["ip_ranges"],
            permission["source_groups"],
            permission["prefix_list_ids"],
            is_egress=egress,
        ):
            existing = next((rule for rule in rules if same(rule, wanted)), None)
            if existing is None:
                raise AwsError(
                    "InvalidPermission.NotFound", "The specified rule does not exist in this security group."
                )
            existing.landfall_description = wanted.description
    return ActionResult({"Return": True})


def install() -> None:
    @replace(EC2Response)
    def modify_security_group_rules(self: Any) -> ActionResult:
        self.error_on_dryrun()
        group = _find(self.ec2_backend, self._get_param("GroupId"))
        changes = self._get_param("SecurityGroupRules", [])
        pairs = [(_rule(group, change["SecurityGroupRuleId"]), change["SecurityGroupRule"]) for change in changes]
        for rule, request in pairs:
            _set(self.ec2_backend, rule, request)
        return ActionResult({"Return": True})

    replace(EC2Response, "update_security_group_rule_descriptions_ingress")(
        lambda self: _update_descriptions(self, egress=False)
    )
    replace(EC2Response, "update_security_group_rule_descriptions_egress")(
        lambda self: _update_descriptions(self, egress=True)
    )
