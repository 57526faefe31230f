"""Selections of plans, which moto lacks, and plans that go only without them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
"""

import json
import re
from typing import Any

from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from .. import pages
from ..errors import AwsError
from ..override import replace, wrap
from . import roles

_PATH = re.compile(r"/backup/plans/([^/]+)/selections(?:/([^/]+))?/?$")


def _plan(response: Any) -> tuple[str, str | None]:
    """Ids of the plan and of the selection in the path."""
    found = _PATH.search(response.path)
    plan, selection = found.groups() if found else ("", None)
    if plan not in response.backup_backend.plans or response.backup_backend.plans[plan].deletion_date:
        raise AwsError("ResourceNotFoundException", f"Cannot find Backup plan with ID {plan}")
    return plan, selection


def _selected(response: Any) -> dict[str, Any]:
    plan, selection = _plan(response)
    known = response.backup_backend.landfall_selections.get(selection)
    if known is None or known["BackupPlanId"] != plan:
        raise AwsError("ResourceNotFoundException", f"Cannot find Backup selection with ID {selection}")
    return known


def _create(response: Any) -> str:
    backend, (plan, _) = response.backup_backend, _plan(response)
    params = json.loads(response.body)
    asked, request_id = params.get("BackupSelection") or {}, params.get("CreatorRequestId")
    if not asked.get("SelectionName") or not asked.get("IamRoleArn"):
        raise AwsError("MissingParameterValueException", "SelectionName and IamRoleArn are required")
    roles.check(backend, asked["IamRoleArn"])
    for known in backend.landfall_selections.values():
        of_plan = known["BackupPlanId"] == plan
        if of_plan and request_id and known["CreatorRequestId"] == request_id:
            # "allows failed requests to be retried without the risk of running the operation twice"
            if known["BackupSelection"] != asked:
                raise AwsError("AlreadyExistsException", "A selection with that CreatorRequestId exists, with other content")
            return json.dumps(_made(known))
        if of_plan and known["BackupSelection"]["SelectionName"] == asked["SelectionName"]:
            raise AwsError("AlreadyExistsException", f"Backup selection {asked['SelectionName']} already exists")
    selection = {
        "SelectionId": str(mock_random.uuid4()),
        "BackupPlanId": plan,
        "CreationDate": unix_time(),
        "CreatorRequestId": request_id,
        "BackupSelection": asked,
    }
    backend.landfall_selections[selection["SelectionId"]] = selection
    return json.dumps(_made(selection))


def _made(selection: dict[str, Any]) -> dict[str, Any]:
    return {key: selection[key] for key in ("SelectionId", "BackupPlanId", "CreationDate")}


def _get(response: Any) -> str:
    return json.dumps(_selected(response))


def _list(response: Any) -> str:
    backend, (plan, _) = response.backup_backend, _plan(response)
    found = [s for s in backend.landfall_selections.values() if s["BackupPlanId"] == plan]
    size = int((response.querystring.get("maxResults") or ["1000"])[0])
    token = (response.querystring.get("nextToken") or [None])[0]
    try:
        shown, following = pages.page("ListBackupSelections", found, [s["SelectionId"] for s in found], token, size)
    except KeyError as error:
        raise AwsError("InvalidParameterValueException", "The token is not valid") from error
    members = [
        {
            **_made(selection),
            "SelectionName": selection["BackupSelection"]["SelectionName"],
            "IamRoleArn": selection["BackupSelection"]["IamRoleArn"],
            "CreatorRequestId": selection["CreatorRequestId"],
        }
        for selection in shown
    ]
    return json.dumps({"BackupSelectionsList": members, **({"NextToken": following} if following else {})})


def _delete(response: Any) -> str:
    del response.backup_backend.landfall_selections[_selected(response)["SelectionId"]]
    return ""


def install() -> None:
    @wrap(BackupBackend, "delete_backup_plan")
    def delete_plan(original: Any, self: Any, backup_plan_id: str) -> Any:
        if any(s["BackupPlanId"] == backup_plan_id for s in self.landfall_selections.values()):
            raise AwsError(
                "InvalidRequestException",
                "Related backup plan selections must be deleted prior to backup plan deletion",
            )
        deleted = original(self, backup_plan_id)
        # AWS lists it on request for a while; here it is gone, so that nothing is left.
        plan = self.plans.pop(backup_plan_id)
        self.tagger.delete_all_tags_for_resource(plan.backup_plan_arn)
        return deleted

    replace(BackupResponse, "create_backup_selection")(_create)
    replace(BackupResponse, "get_backup_selection")(_get)
    replace(BackupResponse, "list_backup_selections")(_list)
    replace(BackupResponse, "delete_backup_selection")(_delete)
