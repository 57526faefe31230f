"""What has a web ACL: application load balancers that are set up, one each.

https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
"""

import json
from typing import Any

from moto.elbv2.models import elbv2_backends
from moto.wafv2.models import WAFV2Backend, wafv2_backends
from moto.wafv2.responses import WAFV2Response

from ..errors import AwsError
from ..override import replace
from . import acls, checks


def _unavailable(what: str) -> AwsError:
    return AwsError(
        "WAFUnavailableEntityException",
        f"AWS WAF couldn’t retrieve the resource that you requested. Retry your request. ({what})",
    )


def _balancer(backend: Any, arn: str) -> Any:
    if ":loadbalancer/app/" not in arn:
        raise checks.invalid("RESOURCE_ARN", "A web ACL can't be associated with this resource")
    balancer = elbv2_backends[backend.account_id][backend.region_name].load_balancers.get(arn)
    if balancer is None:
        raise acls.missing()
    return balancer


def _take_off(backend: Any, arn: str) -> None:
    for acl in backend.wacls.values():
        if arn in acl.associated_resources:
            acl.associated_resources.remove(arn)


def balancer_deleted(account: str, region: str, arn: str) -> None:
    """What is gone has no web ACL, so that nothing keeps that."""
    if region in wafv2_backends[account]:
        _take_off(wafv2_backends[account][region], arn)


def install() -> None:
    @replace(WAFV2Backend)
    def associate_web_acl(self: Any, web_acl_arn: str, resource_arn: str) -> None:
        acl = self.wacls.get(web_acl_arn)
        if acl is None:
            raise acls.missing()
        balancer = _balancer(self, resource_arn)
        if acl.landfall_young:
            raise _unavailable("the web ACL is new")
        if balancer.state != "active":
            raise _unavailable("the load balancer is being set up")
        # Whatever it had before is replaced.
        _take_off(self, resource_arn)
        acl.associated_resources.append(resource_arn)

    @replace(WAFV2Backend)
    def disassociate_web_acl(self: Any, resource_arn: str) -> None:
        _balancer(self, resource_arn)
        _take_off(self, resource_arn)

    @replace(WAFV2Response)
    def get_web_acl_for_resource(self: Any) -> Any:
        arn = self._get_param("ResourceArn")
        _balancer(self.wafv2_backend, arn)
        acl = next((a for a in self.wafv2_backend.wacls.values() if arn in a.associated_resources), None)
        return 200, {}, json.dumps({"WebACL": acl.to_dict()} if acl else {})

    @replace(WAFV2Response)
    def list_resources_for_web_acl(self: Any) -> Any:
        acl = self.wafv2_backend.wacls.get(self._get_param("WebACLArn"))
        if acl is None:
            raise acls.missing()
        # "Default: APPLICATION_LOAD_BALANCER": ListResourcesForWebACL, ResourceType.
        kind = self._get_param("ResourceType") or "APPLICATION_LOAD_BALANCER"
        arns = sorted(acl.associated_resources) if kind == "APPLICATION_LOAD_BALANCER" else []
        return 200, {}, json.dumps({"ResourceArns": arns})
