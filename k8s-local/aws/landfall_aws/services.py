"""The services besides EC2, IAM, STS, Logs and the tagging API: each is put into moto when it is first called, since
importing all of them would double the time of a start."""

import importlib
from typing import Any

from .settings import Settings

# Folder of this package by signing name. Each has `install(settings)`, which returns the response class of a service
# that has one URL, to be called without Flask's routing, or None.
FOLDERS = {
    "acm": "acm",
    "autoscaling": "autoscaling",
    "application-autoscaling": "application_autoscaling",
    "backup": "backup",
    "dynamodb": "dynamodb",
    "ecs": "ecs",
    "elasticache": "elasticache",
    "elasticloadbalancing": "elbv2",
    "kms": "kms",
    "monitoring": "cloudwatch",
    "rds": "rds",
    "route53": "route53",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm",
    "wafv2": "wafv2",
}
_settings: Settings | None = None
_installed: dict[str, Any] = {}


def install(settings: Settings) -> None:
    global _settings
    _settings = settings


def response_class(service: str | None) -> Any:
    """What answers a service's calls, or None where routing has to find out."""
    if service not in FOLDERS:
        return None
    if service not in _installed:
        module = importlib.import_module(f".{FOLDERS[service]}", __package__)
        _installed[service] = module.install(_settings)
    return _installed[service]
