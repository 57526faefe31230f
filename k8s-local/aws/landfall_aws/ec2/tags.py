"""Tags: found by id, gone with their resource, and accepted only for what the action makes."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse
from moto.ec2.models import EC2Backend
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

from ..errors import AwsError
from ..override import replace, wrap

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ , TagSpecification of each action.
_MAKES = {
    "CreateVpc": {"vpc"},
    "CreateSubnet": {"subnet"},
    "CreateDhcpOptions": {"dhcp-options"},
    "CreateInternetGateway": {"internet-gateway"},
    "CreateRouteTable": {"route-table"},
    "CreateNetworkAcl": {"network-acl"},
    "CreateSecurityGroup": {"security-group"},
    "AuthorizeSecurityGroupIngress": {"security-group-rule"},
    "AuthorizeSecurityGroupEgress": {"security-group-rule"},
    "CreateVpcEndpoint": {"vpc-endpoint"},
    "CreateVpcEndpointServiceConfiguration": {"vpc-endpoint-service"},
    "CreateFlowLogs": {"vpc-flow-log"},
    "CreateNetworkInterface": {"network-interface"},
    "CreateLaunchTemplate": {"launch-template"},
    "AllocateAddress": {"elastic-ip"},
    "CreateNatGateway": {"natgateway"},
    "CreateTransitGatewayVpcAttachment": {"transit-gateway-attachment"},
}


def forget(backend: Any, *resource_ids: str) -> None:
    """moto keeps the tags of what is deleted."""
    for resource_id in resource_ids:
        backend.tags.pop(resource_id, None)


def check_specifications(response: BaseResponse, action: str, proceed: Callable[[], Any]) -> Any:
    """A stage of the pipeline: refuses tags for a kind of resource that the action does not make, and bad tags."""
    allowed = _MAKES.get(action)
    if allowed and response.service_name == "ec2":
        seen: set[str] = set()
        for specification in response._get_param("TagSpecifications", []):
            kind = specification.get("ResourceType")
            if kind not in allowed:
                raise AwsError(
                    "InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation."
                )
            for tag in specification.get("Tags", []):
                _check(tag, seen)
    return proceed()


def _check(tag: dict[str, str], seen: set[str]) -> None:
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
    key, value = tag.get("Key", ""), tag.get("Value", "")
    if key.lower().startswith("aws:"):
        raise AwsError("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
    if not 1 <= len(key) <= 128 or len(value) > 256:
        raise AwsError("InvalidParameterValue", f"Tag key or value is too long or empty: '{key}'")
    if key in seen:
        raise AwsError("InvalidParameterValue", f"Duplicate tag key '{key}' specified.")
    seen.add(key)


# Kinds that moto lets be tagged without looking whether they exist.
_EXISTS = {
    "acl": ("network_acls", "InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist"),
    "eni": ("enis", "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"),
    "nat": ("nat_gateways", "NatGatewayNotFound", "The Nat Gateway {} was not found"),
    "tgw-attach": (
        "transit_gateway_attachments",
        "InvalidTransitGatewayAttachmentID.NotFound",
        "Transit Gateway Attachment {} was deleted or does not exist.",
    ),
    "lt": (
        "launch_templates",
        "InvalidLaunchTemplateId.NotFound",
        "The specified launch template, with template ID {}, does not exist.",
    ),
    "fl": ("flow_logs", "InvalidFlowLogId.NotFound", "The flow log ID '{}' does not exist"),
    "vpce-svc": (
        "configurations",
        "InvalidVpcEndpointServiceId.NotFound",
        "The VpcEndpointService Id '{}' does not exist",
    ),
    "vpce": ("vpc_end_points", "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"),
}


def _check_exists(backend: Any, resource_id: str) -> None:
    prefix = get_prefix(resource_id)
    if prefix in _EXISTS:
        collection, code, message = _EXISTS[prefix]
        if resource_id not in getattr(backend, collection):
            raise AwsError(code, message.format(resource_id))
    if prefix == "sgr":
        groups = [group for of_vpc in backend.groups.values() for group in of_vpc.values()]
        if not any(group.get_rule(resource_id) for group in groups):
            raise AwsError(
                "InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{resource_id}' does not exist"
            )


def install() -> None:
    @wrap(EC2Backend, "do_resources_exist")
    def do_resources_exist(original: Any, self: Any, resource_ids: list[str]) -> bool:
        for resource_id in resource_ids:
            _check_exists(self, resource_id)
        return original(self, resource_ids)

    @wrap(EC2Backend, "delete_tags")
    def delete_tags(original: Any, self: Any, resource_ids: list[str], tags: dict[str, str]) -> bool:
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html: without tags, all that users set go.
        if tags:
            return original(self, resource_ids, tags)
        for resource_id in resource_ids:
            self.tags[resource_id] = {k: v for k, v in self.tags[resource_id].items() if k.startswith("aws:")}
        return True

    # moto matches every tag of the account against a pattern, for every resource of every answer.
    @replace(TaggedEC2Resource)
    def get_tags(self: Any) -> list[dict[str, str]]:
        if not self.id:
            return []
        tags = self.ec2_backend.tags.get(self.id)
        if not tags:
            return []
        kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(self.id), "")
        return [{"resource_id": self.id, "key": k, "value": v, "resource_type": kind} for k, v in tags.items()]
