"""Batches of changes to record sets: all of one or none, exact deletes, nothing made twice, no name with a CNAME and others."""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.elbv2.models import elbv2_backends
from moto.moto_api._internal import mock_random
from moto.route53 import models
from moto.route53.models import RecordSet, Route53Backend
from moto.route53.responses import Route53

from .. import lifecycle, memory
from ..acm import proofs
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings


def _full(name: str) -> str:
    """As Route 53 keeps and shows a name: in small letters, with a dot at the end, and the star as its code."""
    return name.lower().rstrip(".").replace("*", "\\052") + "."


def _record(given: dict[str, Any]) -> RecordSet:
    fields = dict(given)
    fields["Name"] = _full(str(given["Name"]))
    if given.get("ResourceRecords"):
        fields["ResourceRecords"] = [record["Value"] for record in given["ResourceRecords"]]
    if given.get("AliasTarget"):
        fields["AliasTarget"] = {**given["AliasTarget"], "DNSName": _full(str(given["AliasTarget"]["DNSName"]))}
    return RecordSet(fields)


def _key(record: RecordSet) -> tuple[str, str, str | None]:
    return record.name, str(record.type), record.set_identifier


def _content(record: RecordSet) -> tuple[Any, ...]:
    alias = record.alias_target
    target = alias and (_full(str(alias["DNSName"])), alias["HostedZoneId"], str(alias["EvaluateTargetHealth"]).lower())
    return str(record.ttl), sorted(record.records or []), target, record.weight, record.region, record.failover


def _what(record: RecordSet) -> str:
    return f"[name='{record.name}', type='{record.type}']"


def _wrong(zone: Any, record: RecordSet) -> str | None:
    """What AWS says of a record that could stand nowhere in the zone."""
    if record.name != zone.name and not record.name.endswith("." + zone.name):
        return f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"
    if record.type == "TXT":
        unquoted = next((v for v in record.records if not (v.startswith('"') and v.endswith('"'))), None)
        if unquoted is not None:
            return (
                "Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation "
                f"marks) encountered with '{unquoted}''"
            )
    alias = record.alias_target
    if alias and not _is_balancer(str(alias["DNSName"]), str(alias["HostedZoneId"])):
        return (
            f"Tried to create an alias that targets {alias['DNSName']}, type {record.type} in zone {alias['HostedZoneId']}, "
            "but the alias target name does not lie within the target zone"
        )
    return None


def _is_balancer(name: str, zone: str) -> bool:
    """Whether an alias leads to a load balancer of any account; other targets are not made here."""
    plain = name.rstrip(".").removeprefix("dualstack.")
    return any(
        balancer.dns_name.lower() == plain and balancer.canonical_hosted_zone_id == zone
        for regions in elbv2_backends.values()
        for backend in regions.values()
        for balancer in backend.load_balancers.values()
    )


def _conflict(records: dict[Any, RecordSet], record: RecordSet, zone: Any) -> str | None:
    same = [other for other in records.values() if other.name == record.name and _key(other) != _key(record)]
    if any("CNAME" in (record.type, other.type) and other.type != record.type for other in same):
        return (
            f"RRSet of type {record.type} with DNS name {record.name} is not permitted as it conflicts with other records "
            f"with the same DNS name in zone {zone.name}"
        )
    if record.type == "CNAME" and record.name == zone.name:
        return f"RRSet of type CNAME with DNS name {record.name} is not permitted at apex in zone {zone.name}"
    return None


def _apply(zone: Any, records: dict[Any, RecordSet], action: str, record: RecordSet) -> str | None:
    """Makes one change of a batch; says what is wrong with it, if anything."""
    there = records.get(_key(record))
    if action == "DELETE":
        if there is None:
            return f"Tried to delete resource record set {_what(record)} but it was not found"
        if _content(there) != _content(record):
            return (
                f"Tried to delete resource record set {_what(record)} but the values provided do not match the current values"
            )
        del records[_key(record)]
        return None
    if action == "CREATE" and there is not None:
        return f"Tried to create resource record set {_what(record)} but it already exists"
    wrong = _wrong(zone, record) or _conflict(records, record, zone)
    if wrong is None:
        records[_key(record)] = record
    return wrong


def install(settings: Settings) -> None:
    # All of them begin so: HostedZone, API reference.
    drawn = models.create_route53_zone_id
    models.create_route53_zone_id = lambda **kwargs: f"Z{drawn(**kwargs)[:20]}"

    @replace(Route53Backend)
    def change_resource_record_sets(self: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        zone = self.get_hosted_zone(zoneid)
        records = {_key(record): record for record in zone.rrsets}
        errors = [
            _apply(zone, records, str(change["Action"]), _record(change["ResourceRecordSet"])) for change in change_list
        ]
        wrong = [error for error in errors if error is not None]
        if wrong:
            # "Route 53 […] either makes all or none of the changes in a change batch request."
            raise AwsError("InvalidChangeBatch", f"[{', '.join(wrong)}]", 400)
        zone.rrsets = list(records.values())
        proofs.look_at_all()

    @wrap(Route53Backend, "list_resource_record_sets")
    def list_resource_record_sets(
        original: Any, self: Any, zone_id: str, start_type: str, start_name: str, max_items: int
    ) -> Any:
        return original(self, zone_id, start_type=start_type, start_name=start_name and _full(start_name), max_items=max_items)

    @replace(Route53, "change_resource_record_sets")
    def changed(self: Any) -> ActionResult:
        self.backend.change_resource_record_sets(self._get_param("HostedZoneId"), self._get_param("ChangeBatch.Changes"))
        return ActionResult({"ChangeInfo": _begun(settings)})

    # Some seconds until all name servers of Route 53 have a change: GetChange, API reference.
    @replace(Route53)
    def get_change(self: Any) -> ActionResult:
        change = memory.changes.get(str(self._get_param("Id")).rsplit("/", 1)[-1])
        if change is None:
            raise AwsError("NoSuchChange", "A change with the specified change ID does not exist.", 404)
        return ActionResult({"ChangeInfo": change})


def _begun(settings: Settings) -> dict[str, Any]:
    change_id = f"C{mock_random.get_random_string(length=20, include_digits=True).upper()}"
    change = {"Id": f"/change/{change_id}", "Status": "PENDING", "SubmittedAt": utcnow()}
    memory.changes[change_id] = change

    def in_sync() -> None:
        change["Status"] = "INSYNC"

    lifecycle.after(settings.certificate_seconds, in_sync)
    return dict(change)
