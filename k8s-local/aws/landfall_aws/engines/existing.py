"""What exists of databases, caches and their snapshots, and how a server for each is to be."""

import json
from collections.abc import Iterator
from typing import Any

from moto.elasticache.models import elasticache_backends
from moto.rds.models import rds_backends

from .engine import Wanted

_KINDS = {
    "mysql": "mariadb",
    "mariadb": "mariadb",
    "aurora-mysql": "mariadb",
    "postgres": "postgres",
    "aurora-postgresql": "postgres",
}
# What a restored database has that is given no other: see rds/restores.py.
KEPT = "kept-as-it-was"
# "The default value is 1 (on) for RDS for PostgreSQL version 15 and later":
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
_DEMANDS = {"mariadb": ("require_secure_transport", "0"), "postgres": ("rds.force_ssl", "1")}


def _backends(of: Any) -> list[Any]:
    return [backend for _, _, backend in list(of.iter_backends())]


def _secrets(thing: Any) -> tuple[str, ...]:
    held = getattr(thing, "master_user_secret", None)
    if thing.manage_master_user_password and held is not None:
        return (str(json.loads(held.secret.secret_string)["password"]),)
    password = thing._master_user_password
    return (password,) if password and password != KEPT else ()


def _database(thing: Any, kind: str, group: Any, database: str | None) -> Wanted:
    parameter, default = _DEMANDS[kind]
    value = group.parameters.get(parameter, {}).get("ParameterValue", default) if group else default
    tls = str(value) in ("1", "ON")
    return Wanted(kind, int(thing.port), tls, thing.master_username, _secrets(thing), database)


def databases() -> Iterator[tuple[Any, Wanted]]:
    for backend in _backends(rds_backends):
        for instance in backend.databases.values():
            kind = _KINDS.get(instance.engine)
            if kind and not hasattr(instance, "cluster"):
                group = backend.db_parameter_groups.get(instance.db_parameter_group_name or "")
                yield instance, _database(instance, kind, group, instance.db_name)
        for cluster in backend.clusters.values():
            kind = _KINDS.get(cluster.engine)
            if kind:
                group = backend.db_cluster_parameter_groups.get(cluster.parameter_group or "")
                yield cluster, _database(cluster, kind, group, cluster.database_name)


def caches() -> Iterator[tuple[Any, Wanted]]:
    for backend in _backends(elasticache_backends):
        for group in backend.replication_groups.values():
            # One node has no other slots to tell a client of.
            if not group.cluster_enabled:
                yield group, Wanted("redis", int(group.port), group.transit_encryption_enabled, "", tuple(group.landfall_tokens))


def snapshots() -> Iterator[tuple[Any, Any]]:
    """Each with what it is of, if that still exists. RDS's automated ones are of the moment when their database was made."""
    for backend in _backends(rds_backends):
        for snapshot in backend.database_snapshots.values():
            if snapshot.snapshot_type != "automated":
                yield snapshot, backend.databases.get(snapshot.db_instance_identifier)
        for snapshot in backend.cluster_snapshots.values():
            if snapshot.snapshot_type != "automated":
                yield snapshot, backend.clusters.get(snapshot.db_cluster_identifier)
    for backend in _backends(elasticache_backends):
        for snapshot in backend.snapshots.values():
            yield snapshot, backend.replication_groups.get(snapshot.replication_group_id or "")
