"""How rules are shown. moto forgets the descriptions of rules for groups and prefix lists."""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

from ..override import replace, wrap


def _described(item: dict[str, Any], description: str | None) -> dict[str, Any]:
    return {**item, "Description": description} if description else item


def flattened(rules: list[SecurityGroupRule]) -> list[dict[str, Any]]:
    """Rules as IpPermissions: one for each protocol and ports, with its peers in lists."""
    permissions: dict[tuple[Any, ...], dict[str, Any]] = {}
    for rule in rules:
        permission = permissions.setdefault(
            (rule.ip_protocol, rule.from_port, rule.to_port),
            {
                "IpProtocol": rule.ip_protocol,
                "FromPort": rule.from_port,
                "ToPort": rule.to_port,
                "IpRanges": [],
                "Ipv6Ranges": [],
                "UserIdGroupPairs": [],
                "PrefixListIds": [],
            },
        )
        if rule.cidr_ipv4:
            permission["IpRanges"].append(_described({"CidrIp": rule.cidr_ipv4}, rule.description))
        elif rule.cidr_ipv6:
            permission["Ipv6Ranges"].append(_described({"CidrIpv6": rule.cidr_ipv6}, rule.description))
        elif rule.prefix_list_id:
            permission["PrefixListIds"].append(_described({"PrefixListId": rule.prefix_list_id}, rule.description))
        elif rule.source_group:
            pair = {"GroupId": rule.source_group.get("GroupId"), "UserId": rule.source_group.get("UserId")}
            permission["UserIdGroupPairs"].append(_described(pair, rule.description))
    return list(permissions.values())


def install() -> None:
    @wrap(SecurityGroupRule, "__init__")
    def init(original: Any, self: SecurityGroupRule, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        # The peer is the sixth to eighth argument: ip_range, source_group, prefix_list_id.
        peers = [p for p in (*args[5:8], *kwargs.values()) if isinstance(p, dict)]
        self.landfall_description = next((p["Description"] for p in peers if p.get("Description")), None)  # type: ignore[attr-defined]
        self.source_group = {k: v for k, v in self.source_group.items() if k != "Description"}
        self.ip_range = {k: v for k, v in self.ip_range.items() if k != "Description"}

    SecurityGroupRule.description = property(lambda self: self.landfall_description)  # type: ignore[assignment,method-assign]

    @replace(SecurityGroup)
    def _flattened_rules(self: SecurityGroup, rules: list[SecurityGroupRule]) -> list[dict[str, Any]]:
        return flattened(rules)
