"""What the actions of IAM, STS, CloudWatch Logs and the tagging API ask; named.py knows those of others, and of the
rest the action alone is asked.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_identityandaccessmanagement.html and its
siblings.
"""

from typing import Any

from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from ..call import Call
from . import ec2, instance_groups, named, records
from .conditions import Context, as_list
from .policies import Ask

# Where IAM's name of a service differs from its signing name.
_PREFIX = {"resourcegroupstaggingapi": "tag", "tagging": "tag"}
# The actions with the condition key iam:PermissionsBoundary: these two by their parameter, the others by the role's.
_GIVES_BOUNDARY = {"CreateRole", "PutRolePermissionsBoundary"}
_HAS_BOUNDARY = {"AttachRolePolicy", "DeleteRolePermissionsBoundary", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePolicy"}
_TAGS_LOGS = {"TagResource", "UntagResource", "ListTagsForResource"}


def asks(call: Call, common: Context) -> list[Ask]:
    """Everything that must be allowed for one call of any service."""
    service = call.service or ""
    special = {"ec2": ec2.asks, "iam": _iam, "sts": _sts, "logs": _logs, "autoscaling": instance_groups.asks, "route53": records.asks}.get(service)
    if special:
        return special(call, common)
    if named.knows(service):
        return named.asks(call, common)
    return [Ask(f"{_PREFIX.get(service, service)}:{call.action}", context=common)]


def _role(account: str, params: dict[str, Any]) -> tuple[str, Any]:
    name = str(params["RoleName"])
    role = next((r for r in iam_backends[account]["aws"].roles.values() if r.name == name), None)
    return (role.arn if role else f"arn:aws:iam::{account}:role{params.get('Path') or '/'}{name}"), role


def _iam(call: Call, common: Context) -> list[Ask]:
    action, params, account = call.action or "", call.params, call.account or ""
    name = f"iam:{action}"
    if params.get("InstanceProfileName"):
        return _of_profile(action, name, account, params, common)
    if params.get("RoleName"):
        arn, role = _role(account, params)
        return _of_role(action, name, arn, role, params, common)
    if params.get("UserName"):
        user = iam_backends[account]["aws"].users.get(str(params["UserName"]))
        return [Ask(name, user.arn if user else f"arn:aws:iam::{account}:user/{params['UserName']}", common, user is not None)]
    if params.get("PolicyArn"):
        return [Ask(name, str(params["PolicyArn"]), common)]
    if params.get("PolicyName"):
        return [Ask(name, f"arn:aws:iam::{account}:policy{params.get('Path') or '/'}{params['PolicyName']}", common)]
    listed = {"ListRoles": "role", "ListUsers": "user"}.get(action)
    return [Ask(name, f"arn:aws:iam::{account}:{listed}{params.get('PathPrefix') or '/'}" if listed else "*", common)]


def _of_profile(action: str, name: str, account: str, params: dict[str, Any], common: Context) -> list[Ask]:
    called = str(params["InstanceProfileName"])
    profile: Any = iam_backends[account]["aws"].instance_profiles.get(called)
    arn = f"arn:aws:iam::{account}:instance-profile{profile.path if profile else params.get('Path') or '/'}{called}"
    context: dict[str, str | list[str]] = {**common, **ec2.tag_context(as_list(params.get("Tags")))}
    if params.get("TagKeys"):
        context["aws:tagkeys"] = [str(key) for key in as_list(params["TagKeys"])]
    for tag in profile.tags if profile else []:
        for service in ("aws", "iam"):
            context[f"{service}:resourcetag/{tag['Key'].lower()}"] = tag["Value"]
    found = [Ask(name, arn, context, profile is not None or action == "CreateInstanceProfile")]
    if action == "CreateInstanceProfile" and params.get("Tags"):
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_instance-profiles.html , "Permissions required"
        found.append(Ask("iam:TagInstanceProfile", arn, context))
    if action == "AddRoleToInstanceProfile":
        # "must be granted the PassRole permission on the IAM role": AddRoleToInstanceProfile, API reference.
        found.append(Ask("iam:PassRole", _role(account, params)[0], {**common, "iam:passedtoservice": "ec2.amazonaws.com"}))
    return found


def _of_role(action: str, name: str, arn: str, role: Any, params: dict[str, Any], common: Context) -> list[Ask]:
    context: dict[str, str | list[str]] = {**common, **ec2.tag_context(as_list(params.get("Tags")))}
    if params.get("TagKeys"):
        context["aws:tagkeys"] = [str(key) for key in as_list(params["TagKeys"])]
    if role is not None and action != "CreateRole":
        for tag in role.tags or []:
            for service in ("aws", "iam"):
                context[f"{service}:resourcetag/{tag['Key'].lower()}"] = tag["Value"]
    boundary = params.get("PermissionsBoundary") if action in _GIVES_BOUNDARY else None
    if action in _HAS_BOUNDARY and role is not None:
        boundary = role.permissions_boundary_arn
    if boundary:
        context["iam:permissionsboundary"] = str(boundary)
    if params.get("PolicyArn"):
        context["iam:policyarn"] = str(params["PolicyArn"])
    found = [Ask(name, arn, context, role is not None or action == "CreateRole")]
    if action == "CreateRole" and params.get("Tags"):
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html , "Permissions required"
        found.append(Ask("iam:TagRole", arn, context))
    return found


def _sts(call: Call, common: Context) -> list[Ask]:
    name = f"sts:{call.action}"
    if call.action != "AssumeRole":
        return [Ask(name, context=common)]
    context: dict[str, str | list[str]] = dict(common)
    for key, param in (("sts:externalid", "ExternalId"), ("sts:rolesessionname", "RoleSessionName")):
        if call.params.get(param):
            context[key] = str(call.params[param])
    tags = as_list(call.params.get("Tags"))
    context.update(ec2.tag_context(tags))
    arn = str(call.params.get("RoleArn") or "*")
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html , "Permissions required to add session tags"
    return [Ask(name, arn, context), *([Ask("sts:TagSession", arn, context)] if tags else [])]


def _logs(call: Call, common: Context) -> list[Ask]:
    action, params = call.action or "", call.params
    name, stem = f"logs:{action}", f"arn:aws:logs:{call.region}:{call.account}:log-group:"
    if action in _TAGS_LOGS:
        # Of these the ARN ends with the name; of all others something follows it, which ":*" in a policy matches.
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
        arn = str(params.get("resourceArn") or "*").removesuffix(":*")
        return [Ask(name, arn, {**common, **_log_tags(call, arn), **_given_tags(params)})]
    group = str(params.get("logGroupName") or params.get("logGroupIdentifier") or "")
    group = group.split(":log-group:")[-1].removesuffix(":*")
    arn = stem + group
    asked = Ask(name, f"{arn}:log-stream:", {**common, **_log_tags(call, arn), **_given_tags(params)})
    if action == "CreateLogGroup" and params.get("tags"):
        # With tags, CreateLogGroup wants logs:TagResource as well: CloudWatch Logs API reference, CreateLogGroup, tags.
        return [asked, Ask("logs:TagResource", arn, {**common, **_given_tags(params)})]
    return [asked]


def _given_tags(params: dict[str, Any]) -> Context:
    if isinstance(params.get("tags"), dict):
        return ec2.tag_context([{"Key": key, "Value": value} for key, value in params["tags"].items()])
    keys = params.get("tagKeys")
    return {"aws:tagkeys": [str(key) for key in keys]} if isinstance(keys, list) else {}


def _log_tags(call: Call, arn: str) -> Context:
    tags = logs_backends[call.account or ""][call.region or ""].list_tags_for_resource(arn)
    return {f"aws:resourcetag/{key.lower()}": value for key, value in tags.items()}
