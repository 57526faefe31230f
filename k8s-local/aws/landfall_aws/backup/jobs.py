"""Backup jobs: CREATED, RUNNING, COMPLETED, or FAILED where the resource cannot be saved.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
"""

import json
from typing import Any

from moto.backup import urls
from moto.backup.responses import BackupResponse
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from .. import lifecycle, memory, pages
from ..errors import AwsError
from ..override import replace
from ..settings import Settings
from . import plans, points, roles, vaults
from .resources import Resource

# Members of a job that ListBackupJobs filters by, by the name in its query.
_FILTERS = {"backupVaultName": "BackupVaultName", "resourceArn": "ResourceArn", "resourceType": "ResourceType", "state": "State"}


def _jobs(response: Any) -> dict[str, dict[str, Any]]:
    backend = response.backup_backend
    return memory.jobs.setdefault((backend.account_id, backend.region_name), {})


def _job_id(response: Any) -> str:
    return response.path.rstrip("/").split("/")[-1]


def _found(response: Any) -> dict[str, Any]:
    known = _jobs(response).get(_job_id(response))
    if known is None:
        raise AwsError("ResourceNotFoundException", f"Cannot find Backup job with ID {_job_id(response)}")
    return known


def page(response: Any, action: str, items: list[Any], names: list[str]) -> tuple[list[Any], str | None]:
    size = int((response.querystring.get("maxResults") or ["1000"])[0])
    token = (response.querystring.get("nextToken") or [None])[0]
    try:
        return pages.page(action, items, names, token, size)
    except KeyError as error:
        raise AwsError("InvalidParameterValueException", "The token is not valid") from error


def matching(response: Any, items: list[dict[str, Any]], filters: dict[str, str]) -> list[dict[str, Any]]:
    asked = {member: response.querystring[name][0] for name, member in filters.items() if response.querystring.get(name)}
    return [item for item in items if all(item.get(member) == value for member, value in asked.items())]


def _describe(response: Any) -> str:
    return json.dumps(_found(response))


def _list(response: Any) -> str:
    found = matching(response, list(_jobs(response).values()), _FILTERS)
    shown, following = page(response, "ListBackupJobs", found, [job["BackupJobId"] for job in found])
    return json.dumps({"BackupJobs": shown, **({"NextToken": following} if following else {})})


def install(settings: Settings) -> None:
    seconds = settings.backup_seconds

    def finish(backend: Any, job: dict[str, Any], point: dict[str, Any], snapshot: Any) -> None:
        if snapshot is not None and snapshot.status != "available":
            lifecycle.after(seconds, lambda: finish(backend, job, point, snapshot))
            return
        job.update(State="COMPLETED", PercentDone="100.0", CompletionDate=unix_time())
        points.complete(point)

    def run(backend: Any, job: dict[str, Any], asked: dict[str, Any], resource: Resource) -> None:
        try:
            vaults.found(backend, job["BackupVaultName"])
            arn, snapshot = resource.save(job["BackupJobId"])
        except AwsError as error:
            job.update(State="FAILED", StatusMessage=error.message, CompletionDate=unix_time())
            return
        job.update(State="RUNNING", RecoveryPointArn=arn)
        point = points.begin(backend, job, asked)
        lifecycle.after(seconds, lambda: finish(backend, job, point, snapshot))

    def start(response: Any) -> str:
        backend, asked = response.backup_backend, json.loads(response.body)
        vault = vaults.found(backend, asked.get("BackupVaultName"))
        resource = Resource(backend, asked.get("ResourceArn"))
        roles.check(backend, str(asked.get("IamRoleArn")))
        plans.check_lifecycle(asked.get("Lifecycle"))
        if (asked.get("StartWindowMinutes") or 60) < 60:
            raise plans.invalid("StartWindowMinutes must be at least 60")
        job: dict[str, Any] = {
            "AccountId": backend.account_id,
            "BackupJobId": str(mock_random.uuid4()).upper(),
            "BackupVaultArn": vault.backup_vault_arn,
            "BackupVaultName": vault.backup_vault_name,
            "CreationDate": unix_time(),
            "IamRoleArn": asked["IamRoleArn"],
            "PercentDone": "0.0",
            "ResourceArn": resource.arn,
            "ResourceType": resource.type,
            "State": "CREATED",
        }
        # A log of 30 days, and no state of what there is.
        _jobs(response)[job["BackupJobId"]] = job
        lifecycle.after(seconds, lambda: run(backend, job, asked, resource))
        return json.dumps({"BackupJobId": job["BackupJobId"], "CreationDate": job["CreationDate"]})

    replace(BackupResponse, "start_backup_job")(start)
    replace(BackupResponse, "describe_backup_job")(_describe)
    replace(BackupResponse, "list_backup_jobs")(_list)
    urls.url_paths["{0}/backup-jobs/?$"] = urls.response.dispatch
    urls.url_paths["{0}/backup-jobs/(?P<id>[^/]+)/?$"] = urls.response.dispatch
