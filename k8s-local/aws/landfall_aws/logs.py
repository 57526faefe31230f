"""CloudWatch Logs: groups listed by identifier, tags that go with their group, and metrics that events have in them."""

import json
from typing import Any

from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from . import embedded_metrics, pages
from .errors import AwsError
from .override import wrap


def _name(identifier: str) -> str:
    """Of a name or an ARN: arn:aws:logs:REGION:ACCOUNT:log-group:NAME."""
    return identifier.split(":log-group:")[-1].removesuffix(":*") if identifier.startswith("arn:") else identifier


def install() -> None:
    @wrap(LogsResponse, "describe_log_groups")
    def describe(original: Any, self: Any) -> Any:
        identifiers = self._get_param("logGroupIdentifiers")
        prefix, pattern = self._get_param("logGroupNamePrefix"), self._get_param("logGroupNamePattern")
        limit = int(self._get_param("limit") or 50)
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
        if not 1 <= limit <= 50 or len(identifiers or []) > 50:
            return original(self) if limit > 50 else _invalid("logGroupIdentifiers takes at most 50 items")
        if prefix and pattern:
            raise AwsError(
                "InvalidParameterException", "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
            )
        groups = sorted(self.logs_backend.groups.values(), key=lambda group: group.name)
        if identifiers is not None:
            wanted = {_name(identifier) for identifier in identifiers}
            groups = [group for group in groups if group.name in wanted]
        groups = [g for g in groups if g.name.startswith(prefix or "") and (pattern or "") in g.name]
        token = self._get_param("nextToken")
        try:
            shown, following = pages.page("DescribeLogGroups", groups, [g.name for g in groups], token, limit)
        except KeyError as error:
            raise AwsError("InvalidParameterException", "The specified nextToken is invalid.") from error
        result: dict[str, Any] = {"logGroups": [_described(group) for group in shown]}
        if following:
            result["nextToken"] = following
        return json.dumps(result)

    @wrap(LogsBackend, "delete_log_group")
    def delete(original: Any, self: Any, log_group_name: str) -> None:
        group = self.groups.get(log_group_name)
        original(self, log_group_name)
        if group is not None:
            self.tagger.delete_all_tags_for_resource(group.arn)

    @wrap(LogsBackend, "put_log_events")
    def put(original: Any, self: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
        known = _messages(self, log_group_name, log_stream_name)
        result = original(self, log_group_name, log_stream_name, log_events)
        # Those that are too old or too new are not among them.
        taken = _messages(self, log_group_name, log_stream_name)[len(known) :]
        embedded_metrics.put(self.account_id, self.region_name, taken)
        return result


def _messages(backend: Any, group: str, stream: str) -> list[str]:
    streams = backend.groups[group].streams if group in backend.groups else {}
    return [event.message for event in streams[stream].events] if stream in streams else []


def _described(group: Any) -> dict[str, Any]:
    described = group.to_describe_dict()
    # The ARN comes twice, with and without the ":*" that policies want.
    described.setdefault("logGroupArn", group.arn.removesuffix(":*"))
    described.setdefault("logGroupClass", "STANDARD")
    return {key: value for key, value in described.items() if value is not None}


def _invalid(message: str) -> Any:
    raise AwsError("InvalidParameterException", message)
