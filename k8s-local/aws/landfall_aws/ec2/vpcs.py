"""VPCs: deleted only when nothing is left in them, and then with everything that AWS made for them."""

from typing import Any

from moto.ec2.models import EC2Backend

from ..errors import dependency_violation
from ..override import replace
from . import interfaces
from .tags import forget


def _blockers(backend: Any, vpc_id: str) -> list[str]:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html"""
    groups = [g.id for g in backend.groups.get(vpc_id, {}).values() if not g.is_default]
    subnets = [s.id for zone in backend.subnets.values() for s in zone.values() if s.vpc_id == vpc_id]
    gateways = [g.id for g in backend.internet_gateways.values() if g.vpc and g.vpc.id == vpc_id]
    gateways += [g.id for g in backend.egress_only_internet_gateways.values() if g.vpc_id == vpc_id]
    gateways += [
        g.id
        for g in backend.vpn_gateways.values()
        if vpc_id in g.attachments and g.attachments[vpc_id].state == "attached"
    ]
    tables = [t.id for t in backend.route_tables.values() if t.vpc_id == vpc_id and t.main_association_id is None]
    acls = [a.id for a in backend.network_acls.values() if a.vpc_id == vpc_id and not a.default]
    endpoints = [e.id for e in backend.vpc_end_points.values() if e.vpc_id == vpc_id]
    enis = [e.id for e in interfaces.in_vpc(backend, vpc_id)]
    attachments = [
        a.id
        for a in backend.transit_gateway_attachments.values()
        if getattr(a, "vpc_id", None) == vpc_id and a.state not in ("deleted", "deleting")
    ]
    return subnets + gateways + groups + tables + acls + endpoints + enis + attachments


def install() -> None:
    @replace(EC2Backend)
    def delete_vpc(self: Any, vpc_id: str) -> Any:
        vpc = self.get_vpc(vpc_id)
        if _blockers(self, vpc_id):
            raise dependency_violation(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        gone = [vpc_id]
        for group in self.groups.pop(vpc_id, {}).values():
            gone += [group.id, *(rule.id for rule in group.ingress_rules + group.egress_rules)]
        for table in [t for t in self.route_tables.values() if t.vpc_id == vpc_id]:
            gone.append(self.route_tables.pop(table.id).id)
        for acl in [a for a in self.network_acls.values() if a.vpc_id == vpc_id]:
            gone.append(self.network_acls.pop(acl.id).id)
        # "flow logs for deleted VPCs are eventually automatically removed": DeleteVpc, API reference.
        for log in [f for f in self.flow_logs.values() if f.resource_id == vpc_id]:
            gone.append(self.flow_logs.pop(log.id).id)
        del self.vpcs[vpc_id]
        forget(self, *gone)
        return vpc
