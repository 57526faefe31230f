"""Roles that AWS's services act by."""

import json

from moto.iam.models import iam_backends


def assumable(account: str, role_arn: str, service: str) -> bool:
    """Whether there is such a role, and its trust policy lets the service in."""
    role = next((r for r in iam_backends[account]["aws"].roles.values() if r.arn == role_arn), None)
    if role is None:
        return False
    for statement in json.loads(role.assume_role_policy_document).get("Statement", []):
        services = (statement.get("Principal") or {}).get("Service", []) if statement.get("Effect") == "Allow" else []
        if service in (services if isinstance(services, list) else [services]):
            return True
    return False
