"""Security groups: kept while an interface has them or another group's rule names them."""

from typing import Any

from moto.ec2.models import EC2Backend

from ..errors import AwsError, dependency_violation
from ..override import replace, wrap
from . import interfaces
from .tags import forget


def find(backend: Any, group_id: str) -> Any | None:
    for groups in backend.groups.values():
        if group_id in groups:
            return groups[group_id]
    return None


def _referenced(backend: Any, group_id: str) -> bool:
    return any(
        rule.source_group.get("GroupId") == group_id
        for groups in backend.groups.values()
        for other in groups.values()
        if other.id != group_id
        for rule in other.ingress_rules + other.egress_rules
    )


def install() -> None:
    # moto walks through every group of the account for each look-up by id.
    replace(EC2Backend, "get_security_group_from_id")(find)

    @wrap(EC2Backend, "create_security_group")
    def create(original: Any, self: Any, name: str, description: str, vpc_id: str | None = None, **kwargs: Any) -> Any:
        if vpc_id:
            self.get_vpc(vpc_id)
        vpc_id = vpc_id or self.default_vpc.id
        if name.startswith("sg-"):
            raise AwsError("InvalidParameterValue", "Invalid value for parameter groupName. Must not start with sg-")
        if name == "default" and not kwargs.get("is_default"):
            raise AwsError("InvalidParameterValue", "Cannot use reserved security group name: default")
        if any(group.name == name for group in self.groups[vpc_id].values()):
            raise AwsError("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc_id}'")
        group = original(self, name, description, vpc_id=vpc_id, **{**kwargs, "force": True})
        if kwargs.get("is_default"):
            # https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html: all traffic from itself.
            pair = {"GroupId": group.id, "UserId": self.account_id, "OwnerId": self.account_id}
            group.ingress_rules.extend(
                self._iterate_security_rules("-1", group.id, None, None, [], [pair], [], is_egress=False)
            )
        return group

    @replace(EC2Backend)
    def delete_security_group(self: Any, name: str | None = None, group_id: str | None = None) -> None:
        if group_id is None:
            named = self.get_security_group_from_name(name, self.default_vpc.id)
            group_id = named.id if named else None
        group = find(self, group_id or "")
        if group is None:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id or name}' does not exist")
        if group.is_default:
            raise AwsError(
                "CannotDelete", f'the specified group: "{group.id}" name: "{group.name}" cannot be deleted by a user'
            )
        if interfaces.with_group(self, group.id) or _referenced(self, group.id):
            raise dependency_violation(f"resource {group.id} has a dependent object")
        del self.groups[group.vpc_id][group.id]
        forget(self, group.id, *(rule.id for rule in group.ingress_rules + group.egress_rules))
