"""What instances and clusters have in common: states that end by themselves, final snapshots, interfaces."""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.responses import RDSResponse

from .. import engines, lifecycle, service_interfaces
from ..errors import AwsError
from ..override import wrap

# "The DB instance is fully operational" while its storage is optimized:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
USABLE = ("available", "storage-optimization")


def pass_through(thing: Any, state: str, seconds: float, then: Callable[[], None] = lambda: None) -> None:
    """`state` for so many seconds, unless something ends it earlier; then available."""
    thing.status = state

    def end() -> None:
        if thing.status != state:
            return
        if engines.busy(thing):
            lifecycle.after(engines.BEAT_SECONDS, end)
            return
        thing.status = "available"
        then()

    lifecycle.after(seconds, end)


def before(*actions: str) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    """The decorated check sees the backend and what was asked for, before moto does, and refuses it by raising. What
    it sets among the parameters is what moto goes by. Of several checks, the last that was added is the first to see."""

    def decorate(check: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        for action in actions:

            @wrap(RDSResponse, action)
            def ask(original: Any, self: Any) -> Any:
                check(self.backend, self.params)
                return original(self)

        return check

    return decorate


def usable(backend: Any, params: Any) -> Any:
    """The instance that a change names, or None where the change is refused for that it is not there or is busy."""
    instance = backend.databases.get(params.get("DBInstanceIdentifier") or "")
    return instance if instance is not None and instance.status in USABLE else None


def check_final_snapshot(skip: bool, name: str | None) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html, SkipFinalSnapshot.
    if not skip and not name:
        raise AwsError(
            "InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        )
    if skip and name:
        raise AwsError(
            "InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is enabled."
        )


def subnets_of(backend: Any, group_name: str | None) -> list[Any]:
    """The subnets of a subnet group, or those of the default VPC."""
    if group_name and group_name != "default":
        return list(backend.describe_db_subnet_groups(group_name)[0]._subnets)
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    return [s for zone in ec2.subnets.values() for s in zone.values() if s.vpc_id == ec2.default_vpc.id]


def check_groups(backend: Any, group_ids: list[str], subnets: list[Any]) -> None:
    service_interfaces.check_groups(
        backend, group_ids, None, "InvalidParameterValue", "Invalid security group , groupId= {}, groupName=."
    )
    vpc_id = subnets[0].vpc_id if subnets else None
    service_interfaces.check_groups(
        backend,
        group_ids,
        vpc_id,
        "InvalidParameterCombination",
        f"The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc_id} and {{}} is not.",
    )
