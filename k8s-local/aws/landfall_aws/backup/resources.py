"""What is backed up here: databases and clusters of RDS, by snapshots of theirs, and tables of DynamoDB."""

import re
from typing import Any

from ..errors import AwsError

_ARN = re.compile(r"arn:aws:(rds|dynamodb):([\w-]+):(\d{12}):(db:|cluster:|table/)(.+)")
_TYPES = {"db:": "RDS", "cluster:": "Aurora", "table/": "DynamoDB"}


class Resource:
    """Raises ResourceNotFoundException unless the resource is there, in the vault's account and region."""

    def __init__(self, backend: Any, arn: str) -> None:
        parts = _ARN.fullmatch(arn or "")
        if not parts:
            raise AwsError("InvalidParameterValueException", f"Resource {arn} is of a type that is not supported")
        if (parts[2], parts[3]) != (backend.region_name, backend.account_id):
            raise AwsError("InvalidParameterValueException", f"Resource {arn} is of another account or region")
        self.arn, self.name, self._kind = arn, parts[5], parts[4]
        self.type = _TYPES[parts[4]]
        self._owner = _owner(parts[1], backend)
        if self.name not in self._known():
            raise AwsError("ResourceNotFoundException", f"Resource {arn} does not exist")

    def _known(self) -> Any:
        if self._kind == "table/":
            return self._owner.tables
        return self._owner.databases if self._kind == "db:" else self._owner.clusters

    def save(self, job_id: str) -> tuple[str, Any]:
        """Begins the backup. The ARN of the recovery point and, of RDS, the snapshot that it is.

        Raises AwsError where the resource is gone, or not in a state to be saved."""
        if self.name not in self._known():
            raise AwsError("ResourceNotFoundException", f"Resource {self.arn} does not exist")
        if self._kind == "table/":
            prefix = f"arn:aws:backup:{self._owner.region_name}:{self._owner.account_id}"
            # Of "advanced features for DynamoDB", which new accounts have.
            return f"{prefix}:recovery-point:{job_id}", None
        snapshot_id = f"awsbackup:job-{job_id}"
        prefix = f"arn:aws:rds:{self._owner.region_name}:{self._owner.account_id}"
        if self._kind == "db:":
            snapshot = self._owner.create_db_snapshot(self.name, snapshot_id, snapshot_type="awsbackup")
            return f"{prefix}:snapshot:{snapshot_id}", snapshot
        snapshot = self._owner.create_db_cluster_snapshot(self.name, snapshot_id, snapshot_type="awsbackup")
        return f"{prefix}:cluster-snapshot:{snapshot_id}", snapshot


def _owner(service: str, backend: Any) -> Any:
    # Imported when there is something of theirs: see services.py.
    if service == "rds":
        from moto.rds.models import rds_backends as backends
    else:
        from moto.dynamodb.models import dynamodb_backends as backends  # type: ignore[assignment]
    return backends[backend.account_id][backend.region_name]


def forget(backend: Any, point_arn: str) -> None:
    """The snapshot goes with its recovery point."""
    if not point_arn.startswith("arn:aws:rds:"):
        return
    kind, name = point_arn.split(":", 6)[5:]
    owner = _owner("rds", backend)
    (owner.database_snapshots if kind == "snapshot" else owner.cluster_snapshots).pop(name, None)
