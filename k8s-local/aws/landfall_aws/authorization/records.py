"""What the actions of Route 53 ask: a hosted zone, and of changes of records what is changed.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html ; the condition keys:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
"""

from typing import Any

from ..call import Call
from .conditions import Context
from .policies import Ask


def asks(call: Call, common: Context) -> list[Ask]:
    params = call.params
    zone = params.get("HostedZoneId") or (params.get("Id") if "HostedZone" in (call.action or "") else None)
    name, context = f"route53:{call.action}", {**common, **_changed(params)}
    if zone:
        return [Ask(name, f"arn:aws:route53:::hostedzone/{str(zone).rsplit('/', 1)[-1]}", context)]
    if call.action == "GetChange":
        return [Ask(name, f"arn:aws:route53:::change/{str(params.get('Id')).rsplit('/', 1)[-1]}", context)]
    return [Ask(name, context=context)]


def _changed(params: dict[str, Any]) -> Context:
    changes = (params.get("ChangeBatch") or {}).get("Changes") or []
    if not changes:
        return {}
    records = [change["ResourceRecordSet"] for change in changes]
    return {
        "route53:changeresourcerecordsetsactions": sorted({str(change["Action"]) for change in changes}),
        "route53:changeresourcerecordsetsnormalizedrecordnames": sorted({_normalized(str(r["Name"])) for r in records}),
        "route53:changeresourcerecordsetsrecordtypes": sorted({str(r["Type"]) for r in records}),
    }


def _normalized(name: str) -> str:
    """In small letters, without the last dot, a star as its code."""
    return name.lower().rstrip(".").replace("*", "\\052")
