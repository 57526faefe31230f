"""Parameters of Redis OSS and Valkey that can be set, and the values that they take.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
"""

import re

from ..errors import AwsError

_YES_OR_NO = "yes|no"
_NUMBER = r"-?\d+"
_SWITCHES = (
    "activedefrag activerehashing appendonly close-on-replica-write close-on-slave-write cluster-allow-pubsubshard-when-down "
    "cluster-allow-reads-when-down cluster-enabled cluster-require-full-coverage extended-redis-compatibility "
    "lazyfree-lazy-eviction lazyfree-lazy-expire lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush "
    "replica-lazy-flush slave-allow-chaining replica-allow-chaining tracking-default hide-user-data-from-log"
).split()
_NUMBERS = (
    "acllog-max-len active-defrag-cycle-max active-defrag-cycle-min active-defrag-ignore-bytes active-defrag-max-scan-fields "
    "active-defrag-threshold-lower active-defrag-threshold-upper active-expire-effort client-output-buffer-limit-normal-hard-limit "
    "client-output-buffer-limit-normal-soft-limit client-output-buffer-limit-normal-soft-seconds "
    "client-output-buffer-limit-pubsub-hard-limit client-output-buffer-limit-pubsub-soft-limit "
    "client-output-buffer-limit-pubsub-soft-seconds client-output-buffer-limit-replica-hard-limit "
    "client-output-buffer-limit-replica-soft-limit client-output-buffer-limit-replica-soft-seconds client-query-buffer-limit "
    "commandlog-execution-slower-than commandlog-large-reply-max-len commandlog-large-request-max-len commandlog-reply-larger-than "
    "commandlog-request-larger-than commandlog-slow-execution-max-len databases cluster-databases hash-max-listpack-entries "
    "hash-max-listpack-value hash-max-ziplist-entries hash-max-ziplist-value hll-sparse-max-bytes latency-monitor-threshold "
    "lfu-decay-time lfu-log-factor list-compress-depth list-max-listpack-size list-max-ziplist-size lua-time-limit "
    "maxmemory-samples maxmemory-clients min-replicas-max-lag min-replicas-to-write min-slaves-max-lag min-slaves-to-write "
    "proto-max-bulk-len repl-backlog-size repl-backlog-ttl repl-timeout reserved-memory reserved-memory-percent "
    "set-max-intset-entries set-max-listpack-entries set-max-listpack-value slowlog-log-slower-than slowlog-max-len "
    "stream-node-max-bytes stream-node-max-entries tcp-keepalive timeout tracking-table-max-keys zset-max-listpack-entries "
    "zset-max-listpack-value zset-max-ziplist-entries zset-max-ziplist-value"
).split()
_VALUES = {
    **dict.fromkeys(_SWITCHES, _YES_OR_NO),
    **dict.fromkeys(_NUMBERS, _NUMBER),
    "appendfsync": "always|everysec|no",
    "maxmemory-policy": "(?:volatile|allkeys)-(?:lru|lfu|random)|volatile-ttl|noeviction",
    "notify-keyspace-events": "[KEg$lshzxetdmAn]*",
    "rename-commands": ".*",
    "sanitize-dump-payload": "yes|no|clients",
}


def check(family: str, name: str, value: str | None) -> None:
    """Memcached's parameters are not known here."""
    if family.startswith("memcached"):
        return
    if name not in _VALUES:
        raise AwsError("InvalidParameterValue", f"Invalid parameter: {name} is none of family {family}.")
    if value is None or not re.fullmatch(_VALUES[name], value):
        raise AwsError("InvalidParameterValue", f"Invalid parameter value: {value} is not allowed for {name}.")
