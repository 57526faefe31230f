"""DB instances: creating, available, modifying, rebooting, stopping, starting, deleting, gone."""

import random
import string
from typing import Any

from moto.rds.models import DBInstance, RDSBackend

from .. import lifecycle, service_interfaces
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import backups, option_memberships, parameter_groups, storage
from .states import USABLE, check_final_snapshot, check_groups, pass_through, subnets_of

# Wait for the next maintenance window unless ApplyImmediately is given:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
_DEFERRED = {
    "backup_retention_period": "BackupRetentionPeriod",
    "allocated_storage": "AllocatedStorage",
    "db_instance_class": "DBInstanceClass",
    "engine_version": "EngineVersion",
    "iops": "Iops",
    "multi_az": "MultiAZ",
    "storage_type": "StorageType",
    "storage_throughput": "StorageThroughput",
}

_ALWAYS_DEFERRED = [name for name in _DEFERRED if name != "backup_retention_period"]


def _not_available(name: str) -> AwsError:
    return AwsError("InvalidDBInstanceState", f"Database instance {name} is not in available state.")


def available(backend: Any, name: str) -> DBInstance:
    instance = backend.describe_db_instances(name)[0]
    if instance.status not in USABLE:
        raise _not_available(name)
    return instance


def _group_name(instance: Any) -> str | None:
    return instance.cluster.db_subnet_group_name if hasattr(instance, "cluster") else instance._db_subnet_group_name


def _add_interface(backend: Any, instance: Any) -> None:
    subnets = subnets_of(backend, _group_name(instance))
    instance.landfall_enis = service_interfaces.add(
        backend,
        [subnet.id for subnet in subnets[: 2 if instance.multi_az else 1]],
        instance.vpc_security_group_ids,
        "amazon-rds",
        "RDSNetworkInterface",
    )


def _in_creation(instance: Any) -> bool:
    return instance.status == "creating"


def install(settings: Settings) -> None:
    seconds = settings.database_seconds

    moto_endpoint = DBInstance.endpoint.fget  # type: ignore[attr-defined]
    # "Doesn't show in the response until the instance is available": Endpoint of DBInstance, API reference.
    DBInstance.endpoint = property(lambda self: None if _in_creation(self) else moto_endpoint(self))  # type: ignore[assignment,method-assign]
    DBInstance.pending_modified_values = property(  # type: ignore[attr-defined]
        lambda self: {
            _DEFERRED[name]: value for name, value in getattr(self, "landfall_pending", {}).items() if name in _DEFERRED
        }
    )
    # Events are a log of two weeks, and no resource: nothing is left of an instance when it is gone.
    replace(RDSBackend, "add_event")(lambda self, event_type, resource: None)

    @wrap(RDSBackend, "create_db_instance")
    def create(original: Any, self: Any, db_kwargs: Any) -> DBInstance:
        cluster = self.clusters.get(db_kwargs.get("db_cluster_identifier") or "")
        if cluster is not None and cluster.status in ("creating", "deleting"):
            raise AwsError("InvalidDBClusterStateFault", f"DB cluster {cluster.resource_id} is {cluster.status}.")
        if cluster is None:
            group = db_kwargs.get("db_subnet_group_name")
            check_groups(self, db_kwargs.get("vpc_security_group_ids") or [], subnets_of(self, group))
        instance = original(self, db_kwargs)
        instance.landfall_pending = {}
        storage.set_speed(instance)
        # moto's is the same for all.
        instance.dbi_resource_id = "db-" + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))
        for snapshot in self.database_snapshots.values():
            if snapshot.db_instance_identifier == instance.db_instance_identifier and snapshot.database.created == instance.created:
                snapshot.dbi_resource_id = snapshot.database.dbi_resource_id = instance.dbi_resource_id
        _add_interface(self, instance)
        pass_through(instance, "creating", seconds)
        return instance

    @wrap(RDSBackend, "modify_db_instance")
    def modify(original: Any, self: Any, db_instance_identifier: str, db_kwargs: Any) -> DBInstance:
        instance = available(self, db_instance_identifier)
        at_once = bool(db_kwargs.pop("apply_immediately", False))
        if db_kwargs.get("vpc_security_group_ids"):
            check_groups(self, db_kwargs["vpc_security_group_ids"], subnets_of(self, _group_name(instance)))
        wanted = {name: db_kwargs.pop(name) for name in _ALWAYS_DEFERRED if db_kwargs.get(name) is not None}
        pending = {name: value for name, value in wanted.items() if getattr(instance, name) != value}
        days = db_kwargs.get("backup_retention_period")
        if days is not None and (days == 0) != (instance.backup_retention_period == 0):
            # Only then does it wait: BackupRetentionPeriod of ModifyDBInstance, API reference.
            pending["backup_retention_period"] = wanted["backup_retention_period"] = db_kwargs.pop("backup_retention_period")
        option_memberships.asked(instance, db_kwargs.pop("option_group_name", None), at_once)
        group = db_kwargs.pop("db_parameter_group_name", None)
        if group is not None and "engine_version" in pending:
            # It is of the family of the version that is still to come.
            pending["db_parameter_group_name"] = group
        elif group is not None and group != instance.db_parameter_group_name:
            instance.db_parameter_group_name = group
            parameter_groups.attached(instance)
        original(self, db_instance_identifier, {**db_kwargs, "apply_immediately": at_once})
        service_interfaces.set_groups(self, instance.landfall_enis, instance.vpc_security_group_ids)
        kept = {name: value for name, value in instance.landfall_pending.items() if name not in wanted}
        instance.landfall_pending = {**kept, **pending}

        def applied() -> None:
            if at_once:
                changed = instance.landfall_pending
                instance.landfall_pending = {}
                days = instance.backup_retention_period
                instance.update(**changed)
                backups.retained(instance, days)
                option_memberships.applied(instance)
                if "engine_version" in changed:
                    parameter_groups.rebooted(instance)
                if not storage.CHANGES.isdisjoint(changed):
                    storage.optimize(instance, settings)

        upgrading = at_once and "engine_version" in instance.landfall_pending
        pass_through(instance, "upgrading" if upgrading else "modifying", seconds, applied)
        return instance

    @replace(RDSBackend)
    def reboot_db_instance(self: Any, db_instance_identifier: str) -> DBInstance:
        instance = available(self, db_instance_identifier)
        pass_through(instance, "rebooting", seconds, lambda: parameter_groups.rebooted(instance))
        return instance

    @wrap(RDSBackend, "stop_db_instance")
    def stop(original: Any, self: Any, db_instance_identifier: str, db_snapshot_identifier: str | None = None) -> DBInstance:
        instance = original(self, db_instance_identifier, db_snapshot_identifier)
        instance.status = "stopping"
        lifecycle.after(seconds, lambda: setattr(instance, "status", "stopped"))
        return instance

    @wrap(RDSBackend, "start_db_instance")
    def start(original: Any, self: Any, db_instance_identifier: str) -> DBInstance:
        instance = original(self, db_instance_identifier)
        pass_through(instance, "starting", seconds)
        return instance

    def vanish(backend: Any, instance: Any, delete: Any, automated: bool) -> None:
        # moto asks nothing more, and would take the backups of all away that ever had its name.
        delete(backend, instance.db_instance_identifier, None, True, False)
        (backups.drop if automated else backups.keep)(instance)
        service_interfaces.linger(backend, instance.landfall_enis, settings.interface_seconds)

    @wrap(RDSBackend, "delete_db_instance")
    def delete(
        original: Any,
        self: Any,
        db_instance_identifier: str,
        final_db_snapshot_identifier: str | None = None,
        skip_final_snapshot: bool | None = False,
        delete_automated_backups: bool | None = True,
    ) -> DBInstance:
        instance = self.describe_db_instances(db_instance_identifier)[0]
        if instance.status == "deleting":
            raise AwsError(
                "InvalidDBInstanceState", f"Instance {db_instance_identifier} is already being deleted."
            )
        if instance.deletion_protection:
            raise AwsError(
                "InvalidParameterCombination",
                "Cannot delete protected DB Instance, please disable deletion protection and try again.",
            )
        wait = seconds
        if not hasattr(instance, "cluster"):
            check_final_snapshot(bool(skip_final_snapshot), final_db_snapshot_identifier)
            if final_db_snapshot_identifier:
                if instance.status not in USABLE:
                    raise AwsError(
                        "InvalidDBInstanceState",
                        "Cannot create a snapshot because the database instance "
                        f"{db_instance_identifier} is not currently in the available state.",
                    )
                self.create_db_snapshot(db_instance_identifier, final_db_snapshot_identifier)
                wait = 2 * seconds
        instance.status = "deleting"
        automated = delete_automated_backups is not False
        lifecycle.after(wait, lambda: vanish(self, instance, original, automated))
        return instance
