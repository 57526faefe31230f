"""What EC2's actions ask: the resources that each of them makes or names, with their tags.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

from .. import tagging
from ..call import Call
from .conditions import Context, as_list
from .policies import Ask

# +type for a resource that the action makes, else the parameter that names existing ones.
_GROUP_RULES = ("GroupId",)
_ACTIONS: dict[str, tuple[str, ...]] = {
    "AcceptVpcEndpointConnections": ("ServiceId",),
    "AllocateAddress": ("+elastic-ip",),
    "AssociateRouteTable": ("RouteTableId", "SubnetId", "GatewayId"),
    "AssociateDhcpOptions": ("DhcpOptionsId", "VpcId"),
    "AssociateVpcCidrBlock": ("VpcId",),
    "AttachInternetGateway": ("InternetGatewayId", "VpcId"),
    "AuthorizeSecurityGroupEgress": _GROUP_RULES,
    "AuthorizeSecurityGroupIngress": _GROUP_RULES,
    "CreateDhcpOptions": ("+dhcp-options",),
    "CreateFlowLogs": ("+vpc-flow-log", "ResourceIds"),
    "CreateInternetGateway": ("+internet-gateway",),
    "CreateLaunchTemplate": ("+launch-template",),
    "CreateLaunchTemplateVersion": ("LaunchTemplateId",),
    "CreateNatGateway": ("+natgateway", "SubnetId", "AllocationId"),
    "CreateNetworkAcl": ("+network-acl", "VpcId"),
    "CreateNetworkAclEntry": ("NetworkAclId",),
    "CreateNetworkInterface": ("+network-interface", "SubnetId", "Groups"),
    "CreateRoute": ("RouteTableId",),
    "CreateRouteTable": ("+route-table", "VpcId"),
    "CreateSecurityGroup": ("+security-group", "VpcId"),
    "CreateSubnet": ("+subnet", "VpcId"),
    "CreateTags": ("Resources",),
    "CreateTransitGatewayVpcAttachment": ("+transit-gateway-attachment", "TransitGatewayId", "VpcId", "SubnetIds"),
    "CreateVpc": ("+vpc",),
    "CreateVpcEndpoint": ("+vpc-endpoint", "VpcId", "RouteTableIds", "SubnetIds", "SecurityGroupIds"),
    "CreateVpcEndpointConnectionNotification": ("ServiceId", "VpcEndpointId"),
    "CreateVpcEndpointServiceConfiguration": ("+vpc-endpoint-service",),
    "DeleteDhcpOptions": ("DhcpOptionsId",),
    "DeleteFlowLogs": ("FlowLogIds",),
    "DeleteInternetGateway": ("InternetGatewayId",),
    "DeleteLaunchTemplate": ("LaunchTemplateId",),
    "DeleteNatGateway": ("NatGatewayId",),
    "DeleteNetworkAcl": ("NetworkAclId",),
    "DeleteNetworkAclEntry": ("NetworkAclId",),
    "DeleteNetworkInterface": ("NetworkInterfaceId",),
    "DeleteRoute": ("RouteTableId",),
    "DeleteRouteTable": ("RouteTableId",),
    "DeleteSecurityGroup": ("GroupId",),
    "DeleteSubnet": ("SubnetId",),
    "DeleteTags": ("Resources",),
    "DeleteTransitGatewayVpcAttachment": ("TransitGatewayAttachmentId",),
    "DeleteVpc": ("VpcId",),
    "DeleteVpcEndpoints": ("VpcEndpointIds",),
    "DeleteVpcEndpointServiceConfigurations": ("ServiceIds",),
    "DescribeVpcAttribute": ("VpcId",),
    "DetachInternetGateway": ("InternetGatewayId", "VpcId"),
    "DisassociateRouteTable": ("AssociationId",),
    "DisassociateVpcCidrBlock": ("AssociationId",),
    "ModifyLaunchTemplate": ("LaunchTemplateId",),
    "ModifyNetworkInterfaceAttribute": ("NetworkInterfaceId", "Groups"),
    "ModifySecurityGroupRules": ("GroupId",),
    "ModifySubnetAttribute": ("SubnetId",),
    "ModifyTransitGatewayVpcAttachment": ("TransitGatewayAttachmentId", "AddSubnetIds"),
    "ModifyVpcAttribute": ("VpcId",),
    "ModifyVpcEndpoint": ("VpcEndpointId", "AddRouteTableIds", "RemoveRouteTableIds", "AddSubnetIds",
                          "RemoveSubnetIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    "ModifyVpcEndpointServiceConfiguration": ("ServiceId",),
    "ModifyVpcEndpointServicePermissions": ("ServiceId",),
    "RejectVpcEndpointConnections": ("ServiceId",),
    "ReleaseAddress": ("AllocationId",),
    "ReplaceNetworkAclAssociation": ("NetworkAclId", "AssociationId"),
    "ReplaceNetworkAclEntry": ("NetworkAclId",),
    "ReplaceRoute": ("RouteTableId",),
    "ReplaceRouteTableAssociation": ("RouteTableId", "AssociationId"),
    "RevokeSecurityGroupEgress": _GROUP_RULES,
    "RevokeSecurityGroupIngress": _GROUP_RULES,
    "StartVpcEndpointServicePrivateDnsVerification": ("ServiceId",),
    "UpdateSecurityGroupRuleDescriptionsEgress": _GROUP_RULES,
    "UpdateSecurityGroupRuleDescriptionsIngress": _GROUP_RULES,
}  # fmt: skip
_FLOW_LOGS = "vpc-flow-logs.amazonaws.com"


def tag_context(tags: list[dict[str, str]]) -> dict[str, str | list[str]]:
    """aws:RequestTag/* and aws:TagKeys of the tags in a request."""
    if not tags:
        return {}
    values = {f"aws:requesttag/{tag['Key'].lower()}": tag.get("Value") or "" for tag in tags}
    return {**values, "aws:tagkeys": [tag["Key"] for tag in tags]}


class Region:
    def __init__(self, call: Call, common: Context) -> None:
        self._call, self._common = call, common
        self._backend: Any = ec2_backends[call.account or ""][call.region or ""]

    def _arn(self, kind: str, resource_id: str) -> str:
        return f"arn:aws:ec2:{self._call.region}:{self._call.account}:{kind}/{resource_id}"

    def made(self, action: str, kind: str, more: Context) -> Ask:
        return Ask(f"ec2:{action}", self._arn(kind, "*"), {**self._common, **more})

    def named(self, action: str, resource_id: str, more: Context) -> Ask:
        prefix = get_prefix(resource_id)
        arn = self._arn(tagging.arn_type(EC2_PREFIX_TO_RESOURCE.get(prefix, "*")), resource_id)
        tags = self._backend.tags.get(resource_id) or {}
        own = {f"{by}:resourcetag/{key.lower()}": value for key, value in tags.items() for by in ("aws", "ec2")}
        return Ask(f"ec2:{action}", arn, {**self._common, **own, **more}, self._exists(resource_id))

    def joined(self, action: str, association_id: str) -> list[str]:
        """What an association joins: it is no resource itself. The table, ACL or range that a replacement leaves is not
        asked for."""
        if association_id.startswith("rtbassoc-"):
            for table in self._backend.route_tables.values():
                if association_id in table.all_associations_ids:
                    subnet = table._associations.get(association_id)
                    left = [] if action.startswith("Replace") else [table.id]
                    return [*left, *([subnet] if subnet else [])]
        for acl in self._backend.network_acls.values():
            if association_id in acl._associations:
                return [acl._associations[association_id].subnet_id]
        for vpc in self._backend.vpcs.values():
            if association_id in vpc._cidr_block_association_set:
                return [vpc.id]
        return [association_id]

    def _exists(self, resource_id: str) -> bool:
        try:
            self._backend.do_resources_exist([resource_id])
        except ServiceException:
            return False
        return True


def asks(call: Call, common: Context) -> list[Ask]:
    """Everything that must be allowed for one EC2 call."""
    action, params = call.action or "", call.params
    common = {**common, "ec2:region": call.region or ""}
    if action not in _ACTIONS:
        return [Ask(f"ec2:{action}", context=common)]
    region = Region(call, common)
    specifications = {s.get("ResourceType"): s.get("Tags") or [] for s in as_list(params.get("TagSpecifications"))}
    of_tags = tag_context(as_list(params.get("Tags"))) if action in ("CreateTags", "DeleteTags") else {}
    found: list[Ask] = []
    for part in _ACTIONS[action]:
        if part.startswith("+"):
            kind = part[1:]
            found.append(region.made(action, kind, tag_context(specifications.get(kind, []))))
        else:
            ids = [str(item) for item in as_list(params.get(part)) if item]
            if part == "AssociationId":
                ids = [joined for association_id in ids for joined in region.joined(action, association_id)]
            found += [region.named(action, resource_id, of_tags) for resource_id in ids]
    # "If tags are specified in the resource-creating action, Amazon performs additional authorization on the
    # ec2:CreateTags action": https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    for kind, tags in specifications.items():
        if tags:
            found.append(region.made("CreateTags", str(kind), {"ec2:createaction": action, **tag_context(tags)}))
    if action == "CreateFlowLogs":
        found += _delivery(params, common)
    if action == "CreateVpcEndpoint" and str(params.get("PrivateDnsEnabled", "")).lower() == "true":
        # A dependent action of CreateVpcEndpoint: private names are a hosted zone of AWS's own.
        found.append(Ask("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/*", common))
    return found


def _delivery(params: dict[str, Any], common: Context) -> list[Ask]:
    role = params.get("DeliverLogsPermissionArn")
    if role:
        # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html , "Grant a user permissions to pass a role"
        return [Ask("iam:PassRole", role, {**common, "iam:passedtoservice": _FLOW_LOGS})]
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html ; not for CloudWatch Logs.
    return [Ask(f"logs:{verb}LogDelivery", context=common) for verb in ("Create", "Delete")]
