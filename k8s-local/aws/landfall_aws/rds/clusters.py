"""DB clusters: as instances, and deleted only after their members."""

from typing import Any

from moto.rds.exceptions import DBClusterNotFoundError
from moto.rds.models import DBCluster, RDSBackend

from .. import lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import families, parameter_groups, versions
from .states import check_final_snapshot, check_groups, pass_through, subnets_of


def find(backend: Any, name: str) -> DBCluster:
    if name not in backend.clusters:
        raise DBClusterNotFoundError(name)
    return backend.clusters[name]


def in_state(backend: Any, name: str, *states: str) -> DBCluster:
    cluster = find(backend, name)
    if cluster.status not in states:
        raise AwsError(
            "InvalidDBClusterStateFault",
            f"DbCluster {name} is in {cluster.status} state but expected it to be one of {','.join(states)}.",
        )
    return cluster


def exported(now: list[str], change: Any) -> list[str]:
    """The logs that a cluster writes to CloudWatch once it is told of others."""
    gone = change.get("DisableLogTypes") or []
    return [log for log in dict.fromkeys([*now, *(change.get("EnableLogTypes") or [])]) if log not in gone]


def install(settings: Settings) -> None:
    seconds = settings.database_seconds
    # moto's becomes available by being looked at.
    DBCluster.status = property(  # type: ignore[assignment,method-assign]
        lambda self: self._status, lambda self, value: setattr(self, "_status", value)
    )

    DBCluster.pending_modified_values = property(  # type: ignore[attr-defined]
        lambda self: {"EngineVersion": self.landfall_pending["engine_version"]} if self.landfall_pending else {}
    )

    @wrap(RDSBackend, "create_db_cluster")
    def create(original: Any, self: Any, kwargs: Any) -> DBCluster:
        if kwargs["db_cluster_identifier"] in self.clusters:
            raise AwsError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        group = kwargs.get("db_subnet_group_name")
        check_groups(self, kwargs.get("vpc_security_group_ids") or [], subnets_of(self, group))
        cluster = original(self, kwargs)
        cluster.landfall_pending = {}
        if not cluster.storage_encrypted:
            cluster.kms_key_id = None
        if versions.known(cluster.engine) and not kwargs.get("db_cluster_parameter_group_name"):
            cluster.parameter_group = families.default_group(cluster.engine, cluster.engine_version)
        pass_through(cluster, "creating", seconds)
        return cluster

    @wrap(RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: Any, kwargs: Any) -> DBCluster:
        cluster = in_state(self, kwargs["db_cluster_identifier"], "available")
        version = kwargs.pop("engine_version", None)
        group = kwargs.pop("db_cluster_parameter_group_name", None)
        of_members = kwargs.pop("db_instance_parameter_group_name", None)
        # moto knows these under other names than it has them.
        authenticates = kwargs.pop("enable_iam_database_authentication", None)
        exports = kwargs.pop("cloudwatch_logs_export_configuration", None) or {}
        original(self, kwargs)
        if authenticates is not None:
            cluster.iam_auth = authenticates
        cluster.enabled_cloudwatch_logs_exports = exported(cluster.enabled_cloudwatch_logs_exports, exports)
        if version is not None:
            same = version == cluster.engine_version
            cluster.landfall_pending = {} if same else {"engine_version": version, "group": group, "members": of_members}
        if group is not None and version in (None, cluster.engine_version) and group != cluster.parameter_group:
            cluster.parameter_group = group
            parameter_groups.attached_to_cluster(cluster)
        if kwargs.get("apply_immediately") and cluster.landfall_pending:
            pass_through(cluster, "upgrading", seconds, lambda: upgraded(cluster))
            for member in cluster.members:
                pass_through(member, "upgrading", seconds)
        else:
            pass_through(cluster, "modifying", seconds)
        return cluster

    def upgraded(cluster: Any) -> None:
        pending, cluster.landfall_pending = cluster.landfall_pending, {}
        cluster.engine_version = pending["engine_version"]
        if pending["group"] or cluster.parameter_group.startswith("default."):
            cluster.parameter_group = pending["group"] or families.default_group(cluster.engine, cluster.engine_version)
        for member in cluster.members:
            member.db_parameter_group_name = pending["members"] or member.db_parameter_group_name
            parameter_groups.rebooted(member)

    @replace(RDSBackend)
    def stop_db_cluster(self: Any, cluster_identifier: str) -> DBCluster:
        cluster = in_state(self, cluster_identifier, "available")
        cluster.status = "stopping"
        lifecycle.after(seconds, lambda: setattr(cluster, "status", "stopped"))
        return cluster

    @replace(RDSBackend)
    def start_db_cluster(self: Any, cluster_identifier: str) -> DBCluster:
        cluster = in_state(self, cluster_identifier, "stopped", "inaccessible-encryption-credentials-recoverable")
        pass_through(cluster, "starting", seconds)
        return cluster

    def vanish(backend: Any, cluster: Any, delete: Any) -> None:
        if cluster.members:
            # It is gone after its instances, which began to go before it.
            lifecycle.after(seconds, lambda: vanish(backend, cluster, delete))
            return
        name = cluster.db_cluster_identifier
        delete(backend, name, None)
        for snapshot in list(backend.cluster_snapshots.values()):
            if snapshot.db_cluster_identifier == name and snapshot.snapshot_type == "automated":
                backend.cluster_snapshots.pop(snapshot.db_cluster_snapshot_identifier)

    @wrap(RDSBackend, "delete_db_cluster")
    def delete(original: Any, self: Any, cluster_identifier: str, snapshot_name: str | None = None) -> DBCluster:
        cluster = find(self, cluster_identifier)
        if cluster.status == "deleting":
            raise AwsError("InvalidDBClusterStateFault", f"Cluster {cluster_identifier} is already being deleted.")
        if cluster.deletion_protection:
            raise AwsError(
                "InvalidParameterCombination",
                "Cannot delete protected Cluster, please disable deletion protection and try again.",
            )
        if any(member.status != "deleting" for member in cluster.members):
            raise AwsError(
                "InvalidDBClusterStateFault",
                "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
            )
        wait = seconds
        if snapshot_name:
            in_state(self, cluster_identifier, "available")
            self.create_db_cluster_snapshot(cluster_identifier, snapshot_name)
            wait = 2 * seconds
        cluster.status = "deleting"
        lifecycle.after(wait, lambda: vanish(self, cluster, original))
        return cluster

    from moto.rds.responses import RDSResponse

    @wrap(RDSResponse, "delete_db_cluster")
    def ask(original: Any, self: Any) -> Any:
        find(self.backend, self.params["DBClusterIdentifier"])
        check_final_snapshot(bool(self.params.get("SkipFinalSnapshot")), self.params.get("FinalDBSnapshotIdentifier"))
        return original(self)
