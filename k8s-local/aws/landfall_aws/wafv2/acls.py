"""Web ACLs: unavailable when they are new, replaced as a whole by whoever has seen them last, kept while they are used."""

import json
from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.core.utils import camelcase_to_underscores
from moto.wafv2.models import FakeRule, FakeWebACL, WAFV2Backend
from moto.wafv2.responses import WAFV2Response

from .. import lifecycle, memory
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import checks

_TYPE = "wafv2:regional"


def missing() -> AwsError:
    return AwsError(
        "WAFNonexistentItemException",
        "AWS WAF couldn’t perform the operation because your resource doesn’t exist.",
    )


def _stale() -> AwsError:
    return AwsError(
        "WAFOptimisticLockException",
        "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.",
    )


def _bare(value: Any) -> Any:
    """Without what was not given: AWS answers with what there is."""
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if each is not None}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _rules(rules: list[dict[str, Any]] | None) -> list[FakeRule]:
    return [FakeRule(**{camelcase_to_underscores(key): value for key, value in rule.items()}) for rule in rules or []]


def install(settings: Settings) -> None:
    # The tagging API lists what is of this class.
    WAFV2Backend.__bases__ = (*WAFV2Backend.__bases__, TaggableResourcesMixin)
    WAFV2Backend.SERVICE_NAMESPACE = "wafv2"  # type: ignore[attr-defined]

    @replace(WAFV2Backend)
    def iter_tagged_resources(self: Any) -> Iterator[TaggedResource]:
        for arn in self.wacls:
            tags = self.tagging_service.get_tag_dict_for_resource(arn)
            if tags:
                yield TaggedResource(arn=arn, tags=tags, resource_type=_TYPE)

    @wrap(FakeWebACL, "to_dict")
    def to_dict(original: Any, self: Any) -> Any:
        return _bare({key: value for key, value in original(self).items() if key != "LockToken"})

    @wrap(WAFV2Backend, "create_web_acl")
    def create(original: Any, self: Any, name: str, visibility: Any, default: Any, scope: str, *args: Any) -> Any:
        description, tags, rules, *others = args
        capacity = checks.acl(name, description, default, visibility, rules or [])
        if any(known.name == name for known in self.wacls.values()):
            raise AwsError(
                "WAFDuplicateItemException",
                "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.",
            )
        if any(tag["Key"].startswith("aws:") for tag in tags or []):
            raise checks.invalid("TAG_KEYS", "Tag keys that begin with aws: are AWS's")
        acl = original(self, name, visibility, default, scope, description, tags or [], rules or [], *others)
        acl.capacity = capacity
        # "After you create a web ACL, if you try to associate it with a resource, you might get an exception indicating that
        # the web ACL is unavailable": AssociateWebACL.
        acl.landfall_young = True

        def settled() -> None:
            acl.landfall_young = False

        lifecycle.after(settings.web_acl_seconds, settled)
        return acl

    @replace(WAFV2Backend)
    def update_web_acl(self: Any, name: str, _id: str, default: Any, rules: Any, description: Any, *args: Any) -> str:
        visibility, lock_token, bodies, captcha, challenge, domains, association = args
        acl = self.get_web_acl(None, name, _id)
        if acl.lock_token != lock_token:
            raise _stale()
        acl.capacity = checks.acl(name, description, default, visibility, rules or [])
        # "This operation completely replaces the mutable specifications that you already have": UpdateWebACL.
        acl.default_action, acl.rules, acl.description = default, _rules(rules), description or ""
        acl.visibility_config, acl.custom_response_bodies = visibility, bodies
        acl.captcha_config, acl.challenge_config = captcha, challenge
        acl.token_domains, acl.association_config = domains, association
        acl.lock_token = acl._generate_lock_token()
        return str(acl.lock_token)

    @replace(WAFV2Backend)
    def delete_web_acl(self: Any, name: str, scope: str, _id: str, lock_token: str) -> None:
        acl = self.get_web_acl(None, name, _id)
        if acl.lock_token != lock_token:
            raise _stale()
        if acl.associated_resources:
            raise AwsError(
                "WAFAssociatedItemException",
                "AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s "
                "associated with another resource.",
            )
        del self.wacls[acl.arn]
        tags = self.tagging_service.list_tags_for_resource(acl.arn)["Tags"]
        self.tagging_service.delete_all_tags_for_resource(acl.arn)
        pairs = [{"key": tag["Key"], "value": tag["Value"]} for tag in tags]
        memory.keep_ghost(self.account_id, self.region_name, acl.arn, pairs, _TYPE)

    for action in ("tag_resource", "untag_resource"):

        @wrap(WAFV2Backend, action)
        def tag(original: Any, self: Any, arn: str, *args: Any) -> Any:
            if ":regional/webacl/" in arn and arn not in self.wacls:
                raise missing()
            return original(self, arn, *args)

    @wrap(WAFV2Response, "list_tags_for_resource")
    def list_tags(original: Any, self: Any) -> Any:
        arn = self._get_param("ResourceARN") or ""
        if ":regional/webacl/" in arn and arn not in self.wafv2_backend.wacls:
            raise missing()
        return original(self)

    @wrap(WAFV2Response, "list_web_ac_ls")
    def list_acls(original: Any, self: Any) -> Any:
        # Limit is from 1 to 100: ListWebACLs.
        if not 1 <= (self._get_int_param("Limit") or 100) <= 100:
            raise checks.invalid("LIMIT", "The limit has to be from 1 to 100")
        status, headers, body = original(self)
        return status, headers, json.dumps(_bare(json.loads(body)))
