"""What actions of RDS ask for besides themselves.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html of tags in a create,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html of a managed password, and of the last
snapshot what AWS wrote to its users: https://github.com/convox/convox/pull/856
"""

from ..call import Call
from ..rds import versions
from ..rds.option_memberships import default_group
from .conditions import Context
from .policies import Ask

# By the delete: what makes its last snapshot, the sort of that, and where the backend has what is deleted.
_LAST = {
    "DeleteDBInstance": ("CreateDBSnapshot", "snapshot", "DBInstanceIdentifier", "databases"),
    "DeleteDBCluster": ("CreateDBClusterSnapshot", "cluster-snapshot", "DBClusterIdentifier", "clusters"),
}


def further(call: Call, common: Context, given: Context, named: list[Ask]) -> list[Ask]:
    """`given` are the tags of the request, `named` what the action itself asks."""
    from moto.rds.models import rds_backends

    action, params = call.action or "", call.params
    found = []
    if action.startswith(("Create", "Restore")) and params.get("Tags") and named:
        found.append(Ask("rds:AddTagsToResource", _made(action, named), {**common, **given}))
    if action == "CreateDBInstance" and not params.get("OptionGroupName") and versions.known(params.get("Engine")):
        # AWS's own is asked for:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples.html
        group = default_group(params["Engine"], versions.resolve(params["Engine"], params.get("EngineVersion")))
        found.append(Ask(f"rds:{action}", f"arn:aws:rds:{call.region}:{call.account}:og:{group}", common))
    if action in _LAST and params.get("FinalDBSnapshotIdentifier"):
        create, sort, parameter, things = _LAST[action]
        snapshot = f"arn:aws:rds:{call.region}:{call.account}:{sort}:{params['FinalDBSnapshotIdentifier']}"
        found += [Ask(f"rds:{create}", ask.resource, ask.context) for ask in named]
        found.append(Ask(f"rds:{create}", snapshot, common))
        thing = getattr(rds_backends[call.account or ""][call.region or ""], things).get(params[parameter])
        if thing is not None and thing.copy_tags_to_snapshot:
            found.append(Ask("rds:AddTagsToResource", snapshot, common))
    if params.get("ManageMasterUserPassword"):
        secret = f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:rds!??????"
        found += [Ask(f"secretsmanager:{does}", secret, common) for does in ("CreateSecret", "TagResource")]
        found.append(Ask("kms:DescribeKey", context=common))
    return found


def _made(action: str, named: list[Ask]) -> str:
    """The ARN of what a create makes, among those that it names."""
    sort = {
        "CreateDBInstance": "db",
        "CreateDBCluster": "cluster",
        "CreateDBParameterGroup": "pg",
        "CreateDBClusterParameterGroup": "cluster-pg",
        "CreateDBSubnetGroup": "subgrp",
        "CreateOptionGroup": "og",
        "CreateDBSnapshot": "snapshot",
        "CreateDBClusterSnapshot": "cluster-snapshot",
        "RestoreDBClusterFromSnapshot": "cluster",
        "RestoreDBClusterToPointInTime": "cluster",
        "RestoreDBInstanceFromDBSnapshot": "db",
        "RestoreDBInstanceToPointInTime": "db",
    }.get(action, "")
    return next((ask.resource for ask in named if f":{sort}:" in ask.resource), "*")
