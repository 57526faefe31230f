"""ModifyReplicationGroup: what changes at once, what while the group is modifying, and what waits for a window.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.responses import ElastiCacheResponse

from .. import service_interfaces
from ..errors import AwsError
from ..override import replace
from . import layout, members, parameter_groups, tokens, versions
from .groups import check_node_type, check_retention, check_user_groups, check_window
from .states import Caches, check_network, in_state

# Changed whatever ApplyImmediately says.
_AT_ONCE = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "NotificationTopicArn": "notification_topic_arn",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "ReplicationGroupDescription": "description",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotRetentionLimit": "snapshot_retention_limit",
    "SnapshotWindow": "snapshot_window",
}


def _combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


class _Change:
    """Attributes of the group when it has happened, and what the group and its nodes show until then."""

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}
        self.of_group: dict[str, Any] = {}
        self.of_nodes: dict[str, Any] = {}


def _engine(backend: Any, group: Any, get: Any, change: _Change) -> None:
    engine, asked, wanted_group = get("Engine"), get("EngineVersion"), get("CacheParameterGroupName")
    current = versions.of(group.engine, group.engine_version)
    wanted = current
    if asked or (engine and engine.lower() != group.engine):
        wanted = versions.resolve(engine or group.engine, asked)
    versions.check_upgrade(current, wanted)
    own = group.cache_parameter_group_name
    if wanted_group is None and parameter_groups.is_default(own):
        # A default group is followed by that of the new family; who has one of his own must name the next.
        wanted_group = parameter_groups.default_of(wanted.family, group.cluster_enabled)
    named = wanted_group or own
    parameter_groups.check_fits(backend, named, wanted)
    if parameter_groups.clustered(backend, named) != group.cluster_enabled:
        raise _combination(f"cluster-enabled of parameter group {named} does not fit the replication group.")
    if wanted != current:
        change.attributes |= {"engine": wanted.engine, "engine_version": wanted.full}
        change.of_nodes["EngineVersion"] = wanted.full
    if named != own:
        change.attributes["cache_parameter_group_name"] = named


def _failover(group: Any, asked: bool | None, multi_az: bool | None, change: _Change) -> None:
    enabled = asked if asked is not None else group.automatic_failover == "enabled"
    spread = multi_az if multi_az is not None else group.multi_az == "enabled"
    if group.cluster_enabled and not enabled:
        raise _combination("Turning off automatic failover for replication group with cluster mode enabled is not supported.")
    replicas = [len(members.of_shard(group, shard)) - 1 for shard in members.shards(group)]
    if asked is not None or multi_az is not None:
        layout.check_failover(group.cluster_enabled, replicas, enabled, spread, group.cache_node_type)
    if asked is not None and enabled != (group.automatic_failover == "enabled"):
        change.attributes["automatic_failover"] = "enabled" if enabled else "disabled"
        change.of_group["AutomaticFailoverStatus"] = change.attributes["automatic_failover"]
    if multi_az is not None:
        change.attributes["multi_az"] = "enabled" if multi_az else "disabled"


def _transit(group: Any, enabled: bool | None, mode: str | None, change: _Change) -> None:
    """Two steps either way: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-enable.html"""
    wanted = group.transit_encryption_enabled if enabled is None else enabled
    if wanted and not group.transit_encryption_enabled and mode != "preferred":
        raise _combination("To enable in-transit encryption, TransitEncryptionMode must be set to preferred.")
    if not wanted and group.transit_encryption_enabled and group.transit_encryption_mode != "preferred":
        raise _combination("To disable in-transit encryption, TransitEncryptionMode must be set to preferred first.")
    if mode is not None and not wanted:
        raise _combination("TransitEncryptionMode can be specified only with TransitEncryptionEnabled.")
    if wanted != group.transit_encryption_enabled:
        change.attributes["transit_encryption_enabled"] = change.of_group["TransitEncryptionEnabled"] = wanted
    following = (mode or group.transit_encryption_mode) if wanted else None
    if following != group.transit_encryption_mode:
        change.attributes["transit_encryption_mode"] = following
        change.of_group["TransitEncryptionMode"] = following or "preferred"


def _asked(response: Any, backend: Any, group: Any) -> _Change:
    get, change = response._get_param, _Change()
    check_user_groups(get("UserGroupIdsToAdd"))
    _engine(backend, group, get, change)
    _failover(group, response._get_bool_param("AutomaticFailoverEnabled"), response._get_bool_param("MultiAZEnabled"), change)
    _transit(group, response._get_bool_param("TransitEncryptionEnabled"), get("TransitEncryptionMode"), change)
    node_type = get("CacheNodeType")
    if node_type:
        check_node_type(node_type)
        check_retention(group.snapshot_retention_limit, node_type)
        if node_type != group.cache_node_type:
            change.attributes["cache_node_type"] = change.of_nodes["CacheNodeType"] = node_type
    after, doing = tokens.change(group, get("AuthToken"), get("AuthTokenUpdateStrategy"))
    change.attributes |= after
    if doing:
        change.of_group["AuthTokenStatus"] = change.of_nodes["AuthTokenStatus"] = doing
    return change


def _check_at_once(response: Any, backend: Any, group: Any) -> dict[str, Any]:
    get = response._get_param
    for window in ("PreferredMaintenanceWindow", "SnapshotWindow"):
        check_window(window, get(window))
    check_retention(response._get_int_param("SnapshotRetentionLimit"), group.cache_node_type)
    check_network(backend, group.cache_subnet_group_name, get("SecurityGroupIds"))
    return {field: get(parameter) for parameter, field in _AT_ONCE.items() if get(parameter) is not None}


def _apply(group: Any) -> None:
    for field, value in group.landfall_waiting.items():
        setattr(group, field, value)
    group.landfall_waiting, group.landfall_member_pending, group.pending_modified_values = {}, {}, {}
    members.show(group)


def install(caches: Caches) -> None:
    def modify(response: Any) -> ActionResult:
        backend, name = response.elasticache_backend, response._get_param("ReplicationGroupId")
        group = backend.describe_replication_groups(name)[0]
        in_state(group, "InvalidReplicationGroupState", name, "available")
        at_once, change = _check_at_once(response, backend, group), _asked(response, backend, group)
        for field, value in at_once.items():
            setattr(group, field, value)
        for member in group.landfall_members:
            service_interfaces.set_groups(backend, member.landfall_enis, group.security_group_ids or [])
        group.landfall_waiting |= change.attributes
        group.pending_modified_values |= change.of_group
        group.landfall_member_pending |= change.of_nodes
        members.show(group)
        if response._get_bool_param("ApplyImmediately"):
            failover = group.landfall_waiting.get("automatic_failover")
            if failover:
                group.automatic_failover = "enabling" if failover == "enabled" else "disabling"
            caches.enter(group, "modifying", lambda: _apply(group))
        else:
            # There are no windows here: what waits is applied by the next call that asks for it.
            caches.enter(group, "modifying")
        return ActionResult({"ReplicationGroup": group})

    replace(ElastiCacheResponse, "modify_replication_group")(modify)
