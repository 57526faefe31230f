"""Attachments of VPCs to transit gateways, with AWS's lifecycle, and gateways that are shared with other accounts.

pending, or pendingAcceptance until the gateway's account accepts; available; modifying; deleting, deleted. What is
deleted, rejected or failed stays listed for a while:
https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
Route tables of the gateway itself are moto's; nothing here looks at them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.transit_gateway_attachments import TransitGatewayVpcAttachment
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_transit_gateway_attachment_id
from moto.ram.models import ram_backends

from .. import lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from .endpoint_interfaces import check_zones
from .filters import matches
from .interfaces import ServiceAttachment, add_managed, check_room, remove_managed
from .subnets import find as find_subnet
from .tags import forget

# Must agree with identity-files.ts.
HUB_ACCOUNT = "base-infra"
HUB = "tgw-0a0b0c0d0e0f01020"

_DEFAULTS = {
    "ApplianceModeSupport": "disable",
    "DnsSupport": "enable",
    "Ipv6Support": "disable",
    "SecurityGroupReferencingSupport": "enable",
}
# Those of DescribeTransitGatewayVpcAttachments and, with resource-type, of DescribeTransitGatewayAttachments.
_FILTERS = {
    "state": lambda a: a.state,
    "transit-gateway-attachment-id": lambda a: a.id,
    "transit-gateway-id": lambda a: a.transit_gateway_id,
    "vpc-id": lambda a: a.vpc_id,
    "resource-id": lambda a: a.vpc_id,
    "resource-type": lambda a: "vpc",
}
_USABLE = ("available", "modifying")


def _backends(region: str) -> list[Any]:
    return [regions[region] for regions in list(ec2_backends.values()) if region in regions.keys()]


def _is_shared(owner: Any, gateway: Any, account: str) -> bool:
    shares = ram_backends[owner.account_id][owner.region_name].resource_shares
    return account in getattr(gateway, "shared_with", ()) or any(s.status == "ACTIVE" and gateway.arn in s.resource_arns and account in s.principals for s in shares)


def _visible(backend: Any) -> list[Any]:
    """The account's own gateways, and those that others share with it."""
    own = list(backend.transit_gateways.values())
    for other in _backends(backend.region_name):
        if other is not backend:
            own += [g for g in other.transit_gateways.values() if _is_shared(other, g, backend.account_id)]
    return own


@contextmanager
def with_shared(backend: Any) -> Iterator[None]:
    """moto looks for gateways among the account's own only."""
    own = backend.transit_gateways
    try:
        backend.transit_gateways = {gateway.id: gateway for gateway in _visible(backend)}
        yield
    finally:
        backend.transit_gateways = own


def find_gateway(backend: Any, gateway_id: str) -> Any:
    for gateway in _visible(backend):
        if gateway.id == gateway_id:
            return gateway
    raise AwsError("InvalidTransitGatewayID.NotFound", f"Transit Gateway {gateway_id} was deleted or does not exist.")


def check_route(backend: Any, vpc_id: str, gateway_id: str) -> None:
    """Without a usable attachment of the VPC the gateway is not known to it: hashicorp/terraform-provider-aws#10025."""
    attached = any(a.vpc_id == vpc_id and a.transit_gateway_id == gateway_id and a.state in _USABLE for a in _own(backend))
    if not attached:
        raise AwsError("InvalidTransitGatewayID.NotFound", f"The transitGateway ID '{gateway_id}' does not exist.")


def _own(backend: Any) -> list[Any]:
    return [a for a in backend.transit_gateway_attachments.values() if isinstance(a, TransitGatewayVpcAttachment)]


def _listed(backend: Any) -> list[Any]:
    """Those of the account's VPCs, and those of others to its gateways."""
    others = [a for other in _backends(backend.region_name) if other is not backend for a in _own(other)]
    return _own(backend) + [a for a in others if a.transit_gateway_id in backend.transit_gateways]


def _missing(attachment_id: str) -> AwsError:
    return AwsError(
        "InvalidTransitGatewayAttachmentID.NotFound",
        f"Transit Gateway Attachment {attachment_id} was deleted or does not exist.",
    )


def _wrong_state(attachment: Any) -> AwsError:
    return AwsError("IncorrectState", f"{attachment.id} is in invalid state")


class _Attachments:
    """The actions; they share how long things take."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.transit_gateway_seconds
        self._listed_seconds = settings.transit_gateway_listed_seconds

    def create(self, backend: Any, gateway_id: str, vpc_id: str, subnet_ids: list[str], tags: Any, options: Any) -> Any:
        gateway = find_gateway(backend, gateway_id)
        backend.get_vpc(vpc_id)
        if any(a.vpc_id == vpc_id and a.transit_gateway_id == gateway_id and a.state != "deleted" for a in _own(backend)):
            raise AwsError(
                "DuplicateTransitGatewayAttachment",
                f"{gateway_id} has non-deleted Transit Gateway Attachments with same VPC ID.",
            )
        _check_subnets(backend, vpc_id, subnet_ids)
        check_room(backend, subnet_ids)
        attachment: Any = TransitGatewayVpcAttachment.__new__(TransitGatewayVpcAttachment)
        attachment.id = random_transit_gateway_attachment_id()
        attachment.ec2_backend = backend
        attachment.transit_gateway_id = gateway_id
        attachment.gateway_owner_id = gateway.owner_id
        attachment.vpc_id = attachment.resource_id = vpc_id
        attachment.resource_type = "vpc"
        attachment.resource_owner_id = attachment.owner_id = backend.account_id
        attachment.subnet_ids = list(subnet_ids)
        attachment.options = {**_DEFAULTS, **options}
        attachment.eni_ids = {}
        attachment._created_at = utcnow()
        attachment.add_tags(tags or {})
        backend.transit_gateway_attachments[attachment.id] = attachment
        # "AutoAcceptSharedAttachments": CreateTransitGateway, API reference.
        waits = gateway.owner_id != backend.account_id and gateway.options["AutoAcceptSharedAttachments"] != "enable"
        attachment.state = "pendingAcceptance"
        if not waits:
            self.begin(attachment)
        return attachment

    def begin(self, attachment: Any) -> None:
        attachment.state = "pending"
        self._fill(attachment)
        lifecycle.after(self._seconds, lambda: self._become_available(attachment))

    def _become_available(self, attachment: Any) -> None:
        if attachment.state in ("pending", "modifying"):
            attachment.state = "available"

    def _fill(self, attachment: Any) -> None:
        """An interface in each subnet, which keeps the subnet from being deleted."""
        backend = attachment.ec2_backend
        for subnet_id in attachment.subnet_ids:
            if subnet_id not in attachment.eni_ids:
                description = f"Network Interface for Transit Gateway Attachment {attachment.id}"
                subnet = find_subnet(backend, subnet_id)
                eni = add_managed(backend, subnet, "transit_gateway", "amazon-aws", description=description)
                attachment.eni_ids[subnet_id] = eni.id
        for subnet_id in [s for s in attachment.eni_ids if s not in attachment.subnet_ids]:
            remove_managed(backend, attachment.eni_ids.pop(subnet_id))

    def modify(self, backend: Any, attachment_id: str, add: list[str], remove: list[str], options: Any) -> Any:
        attachment = self._of_account(backend, attachment_id)
        if attachment.state != "available":
            raise _wrong_state(attachment)
        left = [s for s in attachment.subnet_ids if s not in remove]
        added = [s for s in add if s not in left]
        _check_subnets(backend, attachment.vpc_id, left + added)
        check_room(backend, added)
        attachment.subnet_ids = left + added
        attachment.options = {**attachment.options, **options}
        attachment.state = "modifying"

        def done() -> None:
            if attachment.state == "modifying":
                self._fill(attachment)
                attachment.state = "available"

        lifecycle.after(self._seconds, done)
        return attachment

    def delete(self, backend: Any, attachment_id: str) -> Any:
        attachment = self._of_account(backend, attachment_id)
        if attachment.state == "modifying":
            raise _wrong_state(attachment)
        if attachment.state not in ("deleting", "deleted"):
            attachment.state = "deleting"
            lifecycle.after(self._seconds, lambda: self._end(attachment, "deleted"))
        return attachment

    def answer(self, backend: Any, attachment_id: str, accepted: bool) -> Any:
        """The gateway's account accepts or rejects."""
        attachment = next((a for a in _listed(backend) if a.id == attachment_id), None)
        if attachment is None or attachment.gateway_owner_id != backend.account_id:
            raise _missing(attachment_id)
        if attachment.state != "pendingAcceptance":
            raise _wrong_state(attachment)
        if accepted:
            self.begin(attachment)
        else:
            self._end(attachment, "rejected")
        return attachment

    def _of_account(self, backend: Any, attachment_id: str) -> Any:
        attachment = backend.transit_gateway_attachments.get(attachment_id)
        if not isinstance(attachment, TransitGatewayVpcAttachment):
            raise _missing(attachment_id)
        return attachment

    def _end(self, attachment: Any, state: str) -> None:
        attachment.state = state
        for eni_id in attachment.eni_ids.values():
            remove_managed(attachment.ec2_backend, eni_id)
        attachment.eni_ids = {}
        if state == "deleted":
            lifecycle.after(self._listed_seconds, lambda: self._vanish(attachment))

    def _vanish(self, attachment: Any) -> None:
        attachment.ec2_backend.transit_gateway_attachments.pop(attachment.id, None)
        forget(attachment.ec2_backend, attachment.id)


def _check_subnets(backend: Any, vpc_id: str, subnet_ids: list[str]) -> None:
    if not subnet_ids:
        raise AwsError("MissingParameter", "The request must contain the parameter SubnetIds")
    for subnet_id in subnet_ids:
        if find_subnet(backend, subnet_id).vpc_id != vpc_id:
            raise AwsError("InvalidParameterValue", f"Subnet {subnet_id} does not belong to VPC {vpc_id}.")
    check_zones(backend, subnet_ids)


class _Described(dict[str, Any]):
    @property
    def id(self) -> str:
        return str(self["TransitGatewayAttachmentId"])


def _tags(attachment: Any, backend: Any) -> list[dict[str, str]]:
    # Tags are the account's own: the gateway's owner does not see them.
    own = attachment.ec2_backend.account_id == backend.account_id
    return [{"Key": t["key"], "Value": t["value"]} for t in attachment.get_tags()] if own else []


def _of_vpc(attachment: Any, backend: Any) -> dict[str, Any]:
    return _Described({
        "TransitGatewayAttachmentId": attachment.id,
        "TransitGatewayId": attachment.transit_gateway_id,
        "VpcId": attachment.vpc_id,
        "VpcOwnerId": attachment.owner_id,
        "State": attachment.state,
        "SubnetIds": attachment.subnet_ids,
        "CreationTime": attachment._created_at,
        "Options": attachment.options,
        "Tags": _tags(attachment, backend),
    })


def _of_any_kind(attachment: Any, backend: Any) -> dict[str, Any]:
    return _Described({
        "TransitGatewayAttachmentId": attachment.id,
        "TransitGatewayId": attachment.transit_gateway_id,
        "TransitGatewayOwnerId": attachment.gateway_owner_id,
        "ResourceOwnerId": attachment.owner_id,
        "ResourceType": "vpc",
        "ResourceId": attachment.vpc_id,
        "State": attachment.state,
        "CreationTime": attachment._created_at,
        "Tags": _tags(attachment, backend),
    })


def _found(response: Any) -> list[Any]:
    backend = response.ec2_backend
    ids = response._get_param("TransitGatewayAttachmentIds", [])
    found = [a for a in _listed(backend) if not ids or a.id in ids]
    for missing in [i for i in ids if i not in [a.id for a in found]]:
        raise _missing(missing)
    filters = response._filters_from_querystring()
    for name in [n for n in filters if n not in _FILTERS]:
        # No filter by tag is documented for either action.
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return [a for a in found if all(matches(_FILTERS[name](a), wanted) for name, wanted in filters.items())]


def _install_responses(actions: _Attachments) -> None:
    def answer(name: str) -> Any:
        return lambda self, attachment: ActionResult({name: _of_vpc(attachment, self.ec2_backend)})

    one = answer("TransitGatewayVpcAttachment")

    @replace(EC2Response)
    def create_transit_gateway_vpc_attachment(self: Any) -> ActionResult:
        self.error_on_dryrun()
        tags: dict[str, str] = {}
        for specification in self._get_param("TagSpecifications", []):
            tags |= {tag["Key"]: tag["Value"] for tag in specification.get("Tags", [])}
        get = self._get_param
        return one(
            self,
            actions.create(
                self.ec2_backend, get("TransitGatewayId"), get("VpcId"), get("SubnetIds", []), tags, get("Options", {})
            ),
        )

    @replace(EC2Response)
    def modify_transit_gateway_vpc_attachment(self: Any) -> ActionResult:
        get = self._get_param
        attachment = actions.modify(
            self.ec2_backend,
            get("TransitGatewayAttachmentId"),
            get("AddSubnetIds", []),
            get("RemoveSubnetIds", []),
            get("Options", {}),
        )
        return one(self, attachment)

    @replace(EC2Response)
    def delete_transit_gateway_vpc_attachment(self: Any) -> ActionResult:
        return one(self, actions.delete(self.ec2_backend, self._get_param("TransitGatewayAttachmentId")))

    @replace(EC2Response)
    def accept_transit_gateway_vpc_attachment(self: Any) -> ActionResult:
        return one(self, actions.answer(self.ec2_backend, self._get_param("TransitGatewayAttachmentId"), True))

    @replace(EC2Response)
    def reject_transit_gateway_vpc_attachment(self: Any) -> ActionResult:
        return one(self, actions.answer(self.ec2_backend, self._get_param("TransitGatewayAttachmentId"), False))

    @replace(EC2Response)
    def describe_transit_gateway_vpc_attachments(self: Any) -> ActionResult:
        return ActionResult({"TransitGatewayVpcAttachments": [_of_vpc(a, self.ec2_backend) for a in _found(self)]})

    @replace(EC2Response)
    def describe_transit_gateway_attachments(self: Any) -> ActionResult:
        return ActionResult({"TransitGatewayAttachments": [_of_any_kind(a, self.ec2_backend) for a in _found(self)]})


def bootstrap(settings: Settings) -> None:
    """The gateway that joins the platform's networks: in its own account, shared with all others, accepting by itself."""
    account = next((a for a, name in settings.accounts.items() if name == HUB_ACCOUNT), None)
    if account is None:
        return
    backend = ec2_backends[account][settings.region]
    gateway = backend.create_transit_gateway("Joins the accounts", {"AutoAcceptSharedAttachments": "enable"})
    del backend.transit_gateways[gateway.id]
    gateway.id = gateway.default_route_table.transit_gateway_id = HUB
    backend.transit_gateways[HUB] = gateway
    gateway.add_tags({"Name": HUB_ACCOUNT})
    # Not by RAM, whose backend is large and would be in every dump.
    gateway.shared_with = list(settings.accounts)


def install(settings: Settings) -> None:
    _install_responses(_Attachments(settings))

    @wrap(EC2Backend, "describe_transit_gateways")
    def describe(original: Any, self: Any, filters: Any, transit_gateway_ids: list[str] | None) -> Any:
        for gateway_id in transit_gateway_ids or []:
            find_gateway(self, gateway_id)
        with with_shared(self):
            return original(self, filters, transit_gateway_ids)

    @wrap(EC2Backend, "delete_transit_gateway")
    def delete(original: Any, self: Any, transit_gateway_id: str) -> Any:
        if transit_gateway_id not in self.transit_gateways:
            raise AwsError(
                "InvalidTransitGatewayID.NotFound", f"Transit Gateway {transit_gateway_id} was deleted or does not exist."
            )
        if any(a.transit_gateway_id == transit_gateway_id and a.state != "deleted" for a in _listed(self)):
            raise AwsError("IncorrectState", f"{transit_gateway_id} has non-deleted Transit Gateway Attachments.")
        gateway = original(self, transit_gateway_id)
        # The tables that were made with it go with it.
        self.transit_gateways_route_tables.pop(gateway.default_route_table.id, None)
        forget(self, transit_gateway_id, gateway.default_route_table.id)
        return gateway
