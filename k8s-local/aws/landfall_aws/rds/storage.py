"""Storage of an instance: it only grows, by a tenth at least, and then rests for a while.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
"""

from typing import Any

from .. import lifecycle
from ..errors import AwsError
from ..settings import Settings
from .states import before, pass_through, usable

# What changes the volume, by moto's names.
CHANGES = frozenset({"allocated_storage", "iops", "storage_throughput", "storage_type"})
# GiB of the general purpose types of RDS for MySQL. From 400 on a gp3 volume is of four, with more of everything:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
_LEAST, _MOST, _STRIPED = 20, 65_536, 400
_BASELINE, _STRIPED_BASELINE = (3_000, 125), (12_000, 500)


def _combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def _tenth_more(size: int) -> int:
    return -(-size * 11 // 10)


def _check_size(engine: str, kind: str, size: int) -> None:
    if engine == "mysql" and kind in ("gp2", "gp3") and not _LEAST <= size <= _MOST:
        raise _combination(f"Invalid storage size for engine name {engine} and storage type {kind}: {size}")


def _check_speed(engine: str, kind: str, size: int, params: Any) -> None:
    # The words are those of https://github.com/hashicorp/terraform-provider-aws/issues/28160.
    if kind == "gp3" and size < _STRIPED and (params.get("Iops") or params.get("StorageThroughput")):
        raise _combination(
            f"You can't specify IOPS or storage throughput for engine {engine} and a storage size less than {_STRIPED}."
        )


def _check_maximum(size: int, maximum: int | None) -> None:
    if maximum is None:
        return
    if maximum <= size:
        raise _combination("Max storage size must be greater than storage size")
    if maximum < _tenth_more(size):
        raise _combination("The maximum allocated storage must be increased by at least 10 percent.")


def set_speed(instance: Any) -> None:
    """What a gp3 volume has when nothing else was asked for."""
    if instance.storage_type == "gp3":
        iops, throughput = _STRIPED_BASELINE if instance.allocated_storage >= _STRIPED else _BASELINE
        instance.iops = max(instance.iops or 0, iops)
        instance.storage_throughput = max(instance.storage_throughput or 0, throughput)


def optimize(instance: Any, settings: Settings) -> None:
    set_speed(instance)
    instance.landfall_storage_until = lifecycle.seconds() + settings.storage_seconds
    pass_through(instance, "storage-optimization", settings.database_seconds)


def _check_rest(instance: Any) -> None:
    # "Storage optimization can take several hours. You can't make further storage modifications for either six (6)
    # hours or until storage optimization has completed on the instance, whichever is longer": the guide above.
    if instance.status == "storage-optimization" or lifecycle.seconds() < getattr(instance, "landfall_storage_until", 0):
        raise _combination(
            "You can't currently modify the storage of this DB instance because the previous storage change is being optimized."
        )


def install(settings: Settings) -> None:
    @before("create_db_instance")
    def check_new(backend: Any, params: Any) -> None:
        size = params.get("AllocatedStorage")
        if params.get("DBClusterIdentifier"):
            if size is not None:
                raise _combination(
                    "The requested DB instance will be a member of a DB cluster. You don't need to set storage size."
                )
            return
        engine, kind = params.get("Engine"), params.get("StorageType") or ("io1" if params.get("Iops") else "gp2")
        if engine != "mysql":
            return
        if size is None:
            raise AwsError("InvalidParameterValue", "The parameter AllocatedStorage must be provided and must not be null.")
        _check_size(engine, kind, size)
        _check_speed(engine, kind, size, params)
        _check_maximum(size, params.get("MaxAllocatedStorage"))

    @before("modify_db_instance")
    def check_change(backend: Any, params: Any) -> None:
        instance = usable(backend, params)
        if instance is None:
            return
        wanted, maximum = params.get("AllocatedStorage"), params.get("MaxAllocatedStorage")
        if instance.db_cluster_identifier is not None:
            if wanted is not None or maximum is not None:
                raise _combination(
                    "The specified DB instance is a member of a DB Cluster. Storage grows based on usage. "
                    "You don't need to set it explicitly."
                )
            return
        now = instance.allocated_storage
        size = now if wanted is None else wanted
        kind = params.get("StorageType") or instance.storage_type
        if size < now:
            raise _combination(f"Requested storage size ({size}) cannot be less than the current storage size ({now}).")
        # "Values that are not at least 10% greater than the existing value are rounded up so that they are 10% greater
        # than the current value": AllocatedStorage of ModifyDBInstance, API reference.
        if size > now:
            size = params["AllocatedStorage"] = max(size, _tenth_more(now))
        _check_size(instance.engine, kind, size)
        _check_speed(instance.engine, kind, size, params)
        names = {"AllocatedStorage": now, "Iops": instance.iops, "StorageType": instance.storage_type}
        names["StorageThroughput"] = instance.storage_throughput
        if any(params.get(name) not in (None, current) for name, current in names.items()):
            _check_rest(instance)
        # "You must also specify the Iops parameter": AllocatedStorage again. A gp3 volume that is not of four has none.
        provisioned = kind in ("io1", "io2") or (kind == "gp3" and now >= _STRIPED)
        if size > now and provisioned and not params.get("Iops"):
            raise _combination(
                "You must specify both the storage size and iops when modifying the storage size or iops on a DB instance "
                "that has iops."
            )
        # The same as the storage turns autoscaling off:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
        if maximum is not None:
            if maximum != size:
                _check_maximum(size, maximum)
        elif size > now and (instance.max_allocated_storage or size + 1) <= size:
            raise _combination("Max storage size must be greater than storage size")
