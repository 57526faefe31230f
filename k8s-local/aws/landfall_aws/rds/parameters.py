"""The parameters of a family that somebody is likely to set: whether they take effect at once or after a reboot.

What AWS lists with DescribeEngineDefaultParameters and DescribeEngineDefaultClusterParameters, of some hundred each:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Parameters.html and
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
"""

from dataclasses import dataclass
from typing import Any

from ..errors import AwsError


@dataclass(frozen=True)
class Parameter:
    apply_type: str
    data_type: str = "string"
    value: str | None = None
    modifiable: bool = True


def _dynamic(data_type: str, *names: str) -> dict[str, Parameter]:
    return {name: Parameter("dynamic", data_type) for name in names}


def _static(data_type: str, *names: str) -> dict[str, Parameter]:
    return {name: Parameter("static", data_type) for name in names}


_MYSQL = {
    **_dynamic("boolean", "require_secure_transport", "slow_query_log", "general_log", "event_scheduler", "local_infile"),
    **_dynamic("boolean", "log_queries_not_using_indexes", "log_bin_trust_function_creators", "innodb_print_all_deadlocks"),
    **_dynamic("string", "character_set_server", "character_set_client", "character_set_connection", "character_set_database"),
    **_dynamic("string", "character_set_results", "collation_server", "collation_connection", "time_zone", "sql_mode"),
    **_dynamic("string", "binlog_format", "binlog_row_image", "transaction_isolation", "init_connect", "tls_version"),
    **_dynamic("list", "log_output"),
    **_dynamic("float", "long_query_time"),
    **_dynamic("integer", "wait_timeout", "interactive_timeout", "connect_timeout", "net_read_timeout", "net_write_timeout"),
    **_dynamic("integer", "max_allowed_packet", "tmp_table_size", "max_heap_table_size", "table_open_cache", "sort_buffer_size"),
    **_dynamic("integer", "join_buffer_size", "thread_cache_size", "max_connect_errors", "group_concat_max_len"),
    **_dynamic("integer", "innodb_lock_wait_timeout", "innodb_flush_log_at_trx_commit", "innodb_io_capacity", "sync_binlog"),
    **_dynamic("integer", "max_execution_time", "binlog_expire_logs_seconds", "innodb_redo_log_capacity"),
    "innodb_buffer_pool_size": Parameter("dynamic", "integer", "{DBInstanceClassMemory*3/4}"),
    "max_connections": Parameter("dynamic", "integer", "{DBInstanceClassMemory/12582880}"),
    **_static("boolean", "performance_schema", "explicit_defaults_for_timestamp", "skip_name_resolve", "innodb_dedicated_server"),
    **_static("integer", "lower_case_table_names", "innodb_log_file_size", "innodb_ft_min_token_size", "ft_min_word_len"),
    **_static("integer", "innodb_buffer_pool_instances", "innodb_purge_threads", "back_log"),
    "log_bin": Parameter("static", "string", modifiable=False),
    "port": Parameter("static", "integer", "{EndPointPort}", modifiable=False),
}
# What an instance of a cluster may have differently from the others.
_AURORA_POSTGRES = {
    **_dynamic("string", "log_statement", "log_min_messages", "log_error_verbosity", "client_encoding", "search_path"),
    **_dynamic("string", "pgaudit.log", "pgaudit.role", "log_line_prefix", "pg_stat_statements.track", "client_min_messages"),
    **_dynamic("boolean", "pgaudit.log_catalog", "pgaudit.log_parameter", "pgaudit.log_relation", "log_connections"),
    **_dynamic("boolean", "log_disconnections", "log_lock_waits", "track_io_timing", "auto_explain.log_analyze"),
    **_dynamic("integer", "log_min_duration_statement", "statement_timeout", "lock_timeout", "deadlock_timeout", "work_mem"),
    **_dynamic("integer", "idle_in_transaction_session_timeout", "maintenance_work_mem", "log_temp_files", "temp_file_limit"),
    **_dynamic("integer", "auto_explain.log_min_duration", "tcp_keepalives_idle", "tcp_keepalives_interval", "effective_cache_size"),
    **_dynamic("float", "random_page_cost", "seq_page_cost"),
    **_static("list", "shared_preload_libraries"),
    **_static("integer", "max_worker_processes", "track_activity_query_size", "pg_stat_statements.max", "autovacuum_max_workers"),
    "max_connections": Parameter("static", "integer", "LEAST({DBInstanceClassMemory/9531392},5000)"),
    "shared_buffers": Parameter("static", "integer", "SUM({DBInstanceClassMemory/12038},-50003)"),
}
# What is the same for all of a cluster; its groups have the others, too.
_AURORA_POSTGRES_CLUSTER = {
    **_AURORA_POSTGRES,
    **_dynamic("string", "timezone", "password_encryption", "ssl_min_protocol_version", "ssl_max_protocol_version"),
    **_dynamic("string", "rds.accepted_password_auth_method", "default_transaction_isolation"),
    **_dynamic("boolean", "rds.force_ssl", "autovacuum", "apg_ccm_enabled", "rds.force_autovacuum_logging_level"),
    **_dynamic("integer", "rds.log_retention_period", "log_autovacuum_min_duration", "autovacuum_naptime"),
    **_static("boolean", "rds.logical_replication"),
    **_static("integer", "max_replication_slots", "max_wal_senders", "max_logical_replication_workers", "wal_buffers"),
    "server_encoding": Parameter("static", "string", modifiable=False),
}


def of_family(family: str | None, cluster: bool) -> dict[str, Parameter] | None:
    """None for families that are not as strict as AWS's here."""
    if family and family.startswith("mysql"):
        return _MYSQL
    if family and family.startswith("aurora-postgresql"):
        return _AURORA_POSTGRES_CLUSTER if cluster else _AURORA_POSTGRES
    return None


def check(known: dict[str, Parameter], name: str, method: str | None, value: Any) -> None:
    # The words are those that users report.
    if name not in known:
        raise AwsError("InvalidParameterValue", f"Could not find parameter with name: {name}")
    parameter = known[name]
    if not parameter.modifiable:
        raise AwsError("InvalidParameterValue", f"The parameter {name} cannot be modified.")
    if method not in (None, "immediate", "pending-reboot"):
        raise AwsError("InvalidParameterValue", f"Invalid apply method: {method}")
    if method == "immediate" and parameter.apply_type == "static":
        raise AwsError("InvalidParameterCombination", "cannot use immediate apply method for static parameter")
    if parameter.data_type == "boolean" and value is not None and str(value) not in ("0", "1", "ON", "OFF"):
        raise AwsError(
            "InvalidParameterValue",
            f"The parameter value {value} for {name} is not valid. Allowed values are: 0,1",
        )


def shown(known: dict[str, Parameter], set_: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """As AWS describes the parameters of a group: all of the family, with what was set."""
    return [
        {
            "ParameterName": name,
            **({"ParameterValue": parameter.value} if parameter.value is not None else {}),
            "Source": "engine-default" if parameter.value is None else "system",
            "ApplyType": parameter.apply_type,
            "DataType": parameter.data_type,
            "IsModifiable": parameter.modifiable,
            "ApplyMethod": "pending-reboot",
            **({**set_[name], "Source": "user"} if name in set_ else {}),
        }
        for name, parameter in sorted(known.items())
    ]
