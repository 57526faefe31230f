"""Tags of vaults, plans and recovery points, by the ARN in the path, with or without a slash at its end.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListTags.html
"""

import json
import re
from typing import Any
from urllib.parse import unquote

from moto.backup.responses import BackupResponse

from ..errors import AwsError
from ..override import replace

_PATH = re.compile(r"/(?:tags|untag)/([^/]+)/?$")


def _found(response: Any) -> str:
    """The ARN, of something that is there."""
    path, backend = _PATH.search(unquote(response.path)), response.backup_backend
    arn = path[1] if path else ""
    known = {vault.backup_vault_arn for vault in backend.vaults.values()}
    known |= {plan.backup_plan_arn for plan in backend.plans.values()}
    if arn not in known | set(backend.landfall_points):
        raise AwsError("ResourceNotFoundException", f"Resource {arn} does not exist")
    return arn


def _list(response: Any) -> str:
    return json.dumps({"Tags": response.backup_backend.list_tags(_found(response))})


def _tag(response: Any) -> str:
    response.backup_backend.tag_resource(_found(response), json.loads(response.body).get("Tags"))
    return "{}"


def _untag(response: Any) -> str:
    response.backup_backend.untag_resource(_found(response), json.loads(response.body).get("TagKeyList"))
    return "{}"


def install() -> None:
    replace(BackupResponse, "list_tags")(_list)
    replace(BackupResponse, "tag_resource")(_tag)
    replace(BackupResponse, "untag_resource")(_untag)
