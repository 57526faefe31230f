"""The resources that the actions of the other services make or name, by the parameters that name them.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import importlib
import re
from typing import Any

from ..call import Call
from . import balancing, databases, firewall, scaling
from .conditions import Context, as_list
from .policies import Ask

# moto's name: (prefix of actions, module of moto, resources by parameter). A template's {} is the parameter's value,
# {cluster} the cluster that the call names; a value that is an ARN already stays.
_RESOURCES: dict[str, tuple[str, str, dict[str, str]]] = {
    "acm": ("acm", "acm", {"CertificateArn": "{}"}),
    "application-autoscaling": (
        "application-autoscaling",
        "applicationautoscaling",
        {"ResourceId": "scalable-target/{}", "ResourceARN": "{}"},
    ),
    "backup": (
        "backup",
        "backup",
        {"BackupPlanId": "backup-plan:{}", "BackupVaultName": "backup-vault:{}", "ResourceArn": "{}"},
    ),
    "dynamodb": (
        "dynamodb",
        "dynamodb",
        {
            "BackupArn": "{}",
            "ResourceArn": "{}",
            "SourceTableArn": "{}",
            "SourceTableName": "table/{}",
            "TableName": "table/{}",
        },
    ),
    "ecs": (
        "ecs",
        "ecs",
        {
            "capacityProvider": "capacity-provider/{}",
            "clusterName": "cluster/{}",
            "clusters": "cluster/{}",
            "family": "task-definition/{}:*",
            # Of CreateCapacityProvider and UpdateCapacityProvider.
            "name": "capacity-provider/{}",
            "resourceArn": "{}",
            "service": "service/{cluster}/{}",
            "serviceName": "service/{cluster}/{}",
            "serviceRevisionArns": "{}",
            "services": "service/{cluster}/{}",
            "task": "task/{cluster}/{}",
            "taskDefinitions": "task-definition/{}",
            "tasks": "task/{cluster}/{}",
        },
    ),
    "elasticache": (
        "elasticache",
        "elasticache",
        {
            "CacheClusterId": "cluster:{}",
            "CacheParameterGroupName": "parametergroup:{}",
            "CacheSubnetGroupName": "subnetgroup:{}",
            "ReplicationGroupId": "replicationgroup:{}",
            "ResourceName": "{}",
            "SnapshotName": "snapshot:{}",
        },
    ),
    "elbv2": (
        "elasticloadbalancing",
        "elbv2",
        {"ListenerArn": "{}", "LoadBalancerArn": "{}", "ResourceArns": "{}", "RuleArn": "{}", "TargetGroupArn": "{}"},
    ),
    "kms": ("kms", "kms", {"AliasName": "{}", "KeyId": "key/{}", "TargetKeyId": "key/{}"}),
    "cloudwatch": ("cloudwatch", "cloudwatch", {"AlarmName": "alarm:{}", "AlarmNames": "alarm:{}", "ResourceARN": "{}"}),
    "rds": (
        "rds",
        "rds",
        {
            "DBClusterIdentifier": "cluster:{}",
            "DBClusterParameterGroupName": "cluster-pg:{}",
            "DBClusterSnapshotIdentifier": "cluster-snapshot:{}",
            "DBInstanceIdentifier": "db:{}",
            "DBParameterGroupName": "pg:{}",
            "DBSnapshotIdentifier": "snapshot:{}",
            "DBSubnetGroupName": "subgrp:{}",
            "OptionGroupName": "og:{}",
            "ResourceName": "{}",
            "SnapshotIdentifier": "cluster-snapshot:{}",
            "SourceDBClusterIdentifier": "cluster:{}",
            "SourceDBInstanceIdentifier": "db:{}",
            "TargetDBInstanceIdentifier": "db:{}",
        },
    ),
    # A secret's ARN ends with six characters that AWS draws.
    "secretsmanager": ("secretsmanager", "secretsmanager", {"Name": "secret:{}-??????", "SecretId": "secret:{}-??????"}),
    "ssm": ("ssm", "ssm", {"Name": "parameter/{}", "Names": "parameter/{}", "Path": "parameter/{}", "ResourceId": "parameter/{}"}),
    "wafv2": ("wafv2", "wafv2", {"ARN": "{}", "ResourceARN": "{}", "ResourceArn": "{}", "WebACLArn": "{}"}),
}
# Lists, which have no resources, though they may name some as filters.
_BARE = re.compile(r"(Describe|List)(?!.*(TagsForResource|TagsOfResource)).*")
_ITEMS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
_SEES_ONE = {
    "DescribeCertificate",
    "DescribeClusters",
    "DescribeContinuousBackups",
    "DescribeKey",
    "DescribeSecret",
    "DescribeServiceRevisions",
    "DescribeServices",
    "DescribeTable",
    "DescribeTasks",
    "DescribeTimeToLive",
    "ListServiceDeployments",
    "ListTagsOfResource",
}
# The creates that want ecs:TagResource as well, if they have tags:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
_TAGGED_BY = {"CreateCapacityProvider", "CreateCluster", "CreateService", "CreateTaskSet", "RegisterTaskDefinition", "RunTask"}
# Those of them that know no resource: the reference has none in their column, and asks for "*".
_WITHOUT_RESOURCE = {"CreateCapacityProvider", "CreateCluster", "RegisterTaskDefinition"}
# Made under a name that the ARN holds, followed by what AWS draws.
_MADE = {
    ("elbv2", "CreateLoadBalancer"): lambda p: f"loadbalancer/{'net' if p.get('Type') == 'network' else 'app'}/{p.get('Name')}/*",
    ("elbv2", "CreateTargetGroup"): lambda p: f"targetgroup/{p.get('Name')}/*",
    ("backup", "CreateBackupPlan"): lambda _p: "backup-plan:*",
    ("kms", "CreateKey"): lambda _p: "key/*",
    **{("wafv2", f"{verb}WebACL"): firewall.named for verb in ("Create", "Delete", "Update")},
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html, PassRole.
_PASSED = {
    "executionRoleArn": "ecs-tasks.amazonaws.com",
    "taskRoleArn": "ecs-tasks.amazonaws.com",
    "MonitoringRoleArn": "monitoring.rds.amazonaws.com",
    "IamRoleArn": "backup.amazonaws.com",
}


def knows(service: str) -> bool:
    return service in _RESOURCES


def asks(call: Call, common: Context) -> list[Ask]:
    service, action, params = call.service or "", call.action or "", call.params
    prefix, module, by_parameter = _RESOURCES[service]
    name = f"{prefix}:{action}"
    given = _given_tags(params)
    arns = [] if _BARE.match(action) and action not in _SEES_ONE else _arns(call, prefix, by_parameter)
    made = _arn(call, prefix, _MADE[(service, action)](params)) if (service, action) in _MADE else None
    if made:
        arns.append(made)
    tags = _tags(call, module) if arns else {}
    common = {**common, **_cluster(call)}
    named = [] if service == "ecs" and action in _WITHOUT_RESOURCE else arns
    found = [Ask(name, arn, {**common, **_own_tags(tags, arn), **given}) for arn in named]
    found = found or [Ask(name, context={**common, **given})]
    if service == "ecs" and action in _TAGGED_BY and params.get("tags"):
        found += [Ask("ecs:TagResource", arn, {**common, **given, "ecs:createaction": action}) for arn in arns]
    if service == "elbv2":
        found += balancing.further(call, common, given, made)
    if service == "dynamodb" and action.startswith("RestoreTable"):
        # "DynamoDB read and write permissions on the target table are necessary":
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
        target = _arn(call, prefix, f"table/{params.get('TargetTableName')}")
        found += [Ask(f"dynamodb:{does}", target, {**common, **_own_tags(tags, target)}) for does in _ITEMS]
    if service == "rds":
        found += databases.further(call, common, given, found)
    if service == "application-autoscaling":
        of = _tags(call, str(params.get("ServiceNamespace") or "ecs"))
        found += scaling.further(call, common, given, _own_tags(of, scaling.scaled_arn(call)))
    if (service, action) == ("acm", "RequestCertificate") and params.get("Tags"):
        # https://docs.aws.amazon.com/acm/latest/userguide/tags.html, of tags that a new certificate gets.
        arn = _arn(call, prefix, "certificate/*")
        found.append(Ask("acm:AddTagsToCertificate", arn, {**common, **given}))
    if service == "wafv2":
        balancers = _tags(call, "elbv2")
        found += firewall.further(call, common, given, lambda balancer: _own_tags(balancers, balancer))
    if service == "rds" and str(params.get("ManageMasterUserPassword")).lower() == "true":
        # "Permissions required for Secrets Manager integration":
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
        secret = _arn(call, "secretsmanager", "secret:rds!*")
        found += [Ask(f"secretsmanager:{needed}", secret, common) for needed in ("CreateSecret", "TagResource")]
        found.append(Ask("kms:DescribeKey", context=common))
    if service == "backup" and action in ("CreateBackupPlan", "CreateBackupVault") and given:
        # "Access control" of the AWS Backup Developer Guide; a vault is mounted besides, and its key looked at.
        found += [Ask("backup:TagResource", arn, {**common, **given}) for arn in arns]
    if (service, action) == ("backup", "CreateBackupVault"):
        found += [Ask("backup-storage:MountCapsule", context=common), Ask("kms:DescribeKey", context=common)]
    if (service, action) == ("cloudwatch", "PutMetricAlarm") and params.get("Tags"):
        found += [Ask("cloudwatch:TagResource", arn, {**common, **_own_tags(tags, arn), **given}) for arn in arns]
    return found + _passes(params, common)


def _cluster(call: Call) -> Context:
    """The condition key ecs:cluster of what lies in a cluster: an ARN."""
    named = call.params.get("cluster") if call.service == "ecs" and not (call.action or "").endswith("Cluster") else None
    if not named:
        return {}
    return {"ecs:cluster": _arn(call, "ecs", f"cluster/{str(named).split('/')[-1]}")}


def _arn(call: Call, prefix: str, resource: str) -> str:
    return f"arn:aws:{prefix}:{call.region}:{call.account}:{resource}"


def _arns(call: Call, prefix: str, by_parameter: dict[str, str]) -> list[str]:
    cluster = str(call.params.get("cluster") or "default").split("/")[-1]
    found = []
    for parameter, template in by_parameter.items():
        for value in as_list(call.params.get(parameter)):
            if not isinstance(value, str):
                continue
            value = _plain(call, value, template)
            resource = template.replace("{cluster}", cluster).replace("{}", value)
            found.append(value if value.startswith("arn:") else _arn(call, prefix, resource))
    if not found and call.service == "ecs" and call.params.get("cluster"):
        found.append(_arn(call, prefix, f"cluster/{cluster}"))
    return found


def _plain(call: Call, value: str, template: str) -> str:
    """The value as it stands in the ARN: parameters without their slash, keys for what an alias names."""
    if template.startswith("parameter/"):
        return value.removeprefix("/")
    if template.startswith("scalable-target/"):
        return scaling.target_arn(call, value)
    if template.startswith("key/") and value.startswith("alias/"):
        from moto.kms.models import kms_backends

        keys = kms_backends[call.account or ""][call.region or ""].keys.values()
        return next((key.id for key in keys if value in key.aliases), value)
    return value


def _passes(params: dict[str, Any], common: Context) -> list[Ask]:
    nested = {**params, **(params.get("BackupSelection") or {})}
    return [
        Ask("iam:PassRole", str(nested[parameter]), {**common, "iam:passedtoservice": service})
        for parameter, service in _PASSED.items()
        if nested.get(parameter)
    ]


def _pairs(tags: Any) -> dict[str, str]:
    """Tags as each service writes them: a list of Key and Value, of key and value, of TagKey and TagValue, or a map."""
    if isinstance(tags, dict):
        return {str(key): str(value) for key, value in tags.items()}
    pairs = {}
    for tag in as_list(tags):
        if isinstance(tag, dict):
            lower = {key.lower().removeprefix("tag"): value for key, value in tag.items()}
            pairs[str(lower.get("key"))] = str(lower.get("value") or "")
    return pairs


def _given_tags(params: dict[str, Any]) -> Context:
    tags = next((params[name] for name in ("Tags", "tags", "BackupPlanTags", "BackupVaultTags") if params.get(name)), None)
    keys = params.get("TagKeys") or params.get("tagKeys")
    if tags is None:
        return {"aws:tagkeys": [str(key) for key in as_list(keys)]} if keys else {}
    pairs = _pairs(tags)
    return {**{f"aws:requesttag/{key.lower()}": value for key, value in pairs.items()}, "aws:tagkeys": list(pairs)}


def _tags(call: Call, module: str) -> dict[str, dict[str, str]]:
    """Tags by ARN of everything that the service has in the account and region."""
    backends = getattr(importlib.import_module(f"moto.{module}.models"), f"{module}_backends")
    backend = backends[call.account or ""][call.region or ""]
    if not hasattr(backend, "iter_tagged_resources"):
        return {}
    return {resource.arn: _pairs(resource.tags) for resource in backend.iter_tagged_resources()}


def _own_tags(tags: dict[str, dict[str, str]], arn: str) -> Context:
    own = tags.get(arn) or next((t for known, t in tags.items() if arn.endswith("-??????") and known[:-7] == arn[:-7]), {})
    return {f"aws:resourcetag/{key.lower()}": value for key, value in own.items()}
