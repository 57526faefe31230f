"""Plans: their rules, and a new version with every change.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html
"""

import copy
import json
import re
from typing import Any

from moto.backup.models import BackupBackend, Plan, backup_backends
from moto.backup.responses import BackupResponse
from moto.core.resource_tagging import TaggedResource

from ..errors import AwsError
from ..override import replace, wrap
from . import vaults

_NAME = re.compile(r"[a-zA-Z0-9\-_.]{1,50}")
# "If you use it in one, you must use ? in the other": day of month and day of week.
_CRON = re.compile(r"cron\([^ ?]+ [^ ?]+ (?:[^ ?]+ [^ ?]+ \?|\? [^ ?]+ [^ ?]+) [^ ?]+\)")
_VAULT = re.compile(r"arn:aws:backup:([\w-]+):(\d{12}):backup-vault:([\w-]+)")
_ID = re.compile(r"/backup/plans/([^/]+)/?$")


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)


def check_lifecycle(lifecycle: dict[str, Any] | None, continuous: bool = False) -> None:
    """Words of AWS: lgallard/terraform-aws-backup#40, hashicorp/terraform-provider-aws#24960 and #7350."""
    cold, delete = (lifecycle or {}).get("MoveToColdStorageAfterDays"), (lifecycle or {}).get("DeleteAfterDays")
    longest = 35 if continuous else 36500
    if continuous and cold is not None:
        raise invalid("Invalid lifecycle. MoveToColdStorageAfterDays is unavailable")
    if delete is not None and not 1 <= delete <= longest:
        raise invalid(f"Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than {longest} days")
    if cold is not None and delete is not None and delete < cold + 90:
        raise invalid("Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays")


def _check_copy(copied: dict[str, Any]) -> None:
    arn = str(copied.get("DestinationBackupVaultArn"))
    vault = _VAULT.fullmatch(arn)
    # That AWS looks for it when the plan is made, and not when a copy is, is a guess on the strict side.
    if not vault or vault[2] not in backup_backends or vault[3] not in backup_backends[vault[2]][vault[1]].vaults:
        raise invalid(f"Destination backup vault {arn} does not exist")
    check_lifecycle(copied.get("Lifecycle"))


def _check_rule(rule: dict[str, Any]) -> None:
    schedule, start = rule.get("ScheduleExpression"), rule.get("StartWindowMinutes")
    vaults.check_name(rule.get("TargetBackupVaultName"))
    if schedule is not None and not _CRON.fullmatch(schedule):
        raise invalid(f"Invalid schedule expression {schedule}")
    if start is not None and start < 60:
        # "If this value is included, it must be at least 60 minutes to avoid errors."
        raise invalid("StartWindowMinutes must be at least 60")
    check_lifecycle(rule.get("Lifecycle"), bool(rule.get("EnableContinuousBackup")))
    for copied in rule.get("CopyActions") or []:
        _check_copy(copied)


def _check(plan: dict[str, Any] | None) -> None:
    rules = (plan or {}).get("Rules")
    if not plan or not plan.get("BackupPlanName") or not rules:
        raise AwsError("MissingParameterValueException", "BackupPlanName and Rules are required")
    for name in [plan["BackupPlanName"], *(rule.get("RuleName") or "" for rule in rules)]:
        if not _NAME.fullmatch(name):
            raise invalid(f"Invalid name: {name}")
    if len({rule["RuleName"] for rule in rules}) < len(rules):
        raise invalid("Rule names must be unique")
    for rule in rules:
        try:
            _check_rule(rule)
        except AwsError as error:
            raise invalid(f"Error in rule {rule['RuleName']} : {error.message}") from error


def _retried(backend: Any, document: dict[str, Any], request: str | None) -> Plan | None:
    """The plan that the same request has made before."""
    known = next((p for p in backend.plans.values() if request and p.creator_request_id == request), None)
    if known is not None and known.landfall_document != document:
        raise AwsError("AlreadyExistsException", "A plan with that CreatorRequestId exists, with other content")
    return known


def _update(response: Any) -> str:
    backend, asked = response.backup_backend, json.loads(response.body).get("BackupPlan")
    plan_id = _ID.search(response.path)
    known = backend.plans.get(plan_id[1] if plan_id else "")
    if known is None:
        raise AwsError("ResourceNotFoundException", "Failed reading Backup plan with provided version")
    _check(asked)
    document = copy.deepcopy(asked)
    # moto gives a new plan its version, its rules' ids and what they have unless asked otherwise.
    anew = Plan(backup_plan=asked, creator_request_id=known.creator_request_id, backend=backend)
    known.landfall_versions = {**known.landfall_versions, known.version_id: known.backup_plan}
    known.landfall_document = document
    known.version_id, known.backup_plan = anew.version_id, anew.backup_plan
    known.advanced_backup_settings = anew.advanced_backup_settings
    return json.dumps(known.to_dict())


def install() -> None:
    @wrap(BackupBackend, "iter_tagged_resources")
    def tagged(original: Any, self: Any) -> Any:
        yield from original(self)
        for plan in self.plans.values():
            tags = self.tagger.get_tag_dict_for_resource(plan.backup_plan_arn)
            yield TaggedResource(arn=plan.backup_plan_arn, tags=tags, resource_type="backup:backup-plan")

    replace(BackupResponse, "update_backup_plan")(_update)

    @wrap(BackupBackend, "create_backup_plan")
    def create(
        _original: Any, self: Any, backup_plan: dict[str, Any], backup_plan_tags: dict[str, str], creator_request_id: str
    ) -> Plan:
        _check(backup_plan)
        document = copy.deepcopy(backup_plan)
        retried = _retried(self, document, creator_request_id)
        if retried is not None:
            return retried
        # It is the document that may not be there twice; names may.
        if any(plan.landfall_document == document for plan in self.plans.values()):
            raise AwsError("AlreadyExistsException", "Backup plan with the same plan document already exists")
        plan = Plan(backup_plan=backup_plan, creator_request_id=creator_request_id, backend=self)
        plan.landfall_document, plan.landfall_versions = document, {}  # type: ignore[attr-defined]
        if backup_plan_tags:
            self.tag_resource(plan.backup_plan_arn, backup_plan_tags)
        self.plans[plan.backup_plan_id] = plan
        return plan

    @wrap(BackupBackend, "get_backup_plan")
    def get(original: Any, self: Any, backup_plan_id: str, version_id: Any) -> Any:
        version = version_id[0] if isinstance(version_id, list) else version_id
        known = self.plans.get(backup_plan_id)
        if known is None or version not in known.landfall_versions:
            return original(self, backup_plan_id, version)
        before = copy.copy(known)
        before.version_id, before.backup_plan = version, known.landfall_versions[version]
        return before
