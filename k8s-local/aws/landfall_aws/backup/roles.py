"""The role that AWS Backup acts by."""

from typing import Any

from .. import service_roles
from ..errors import AwsError


def check(backend: Any, role_arn: str) -> None:
    # The words that Terraform waits for a new role by: hashicorp/terraform-provider-aws, internal/service/backup.
    if not service_roles.assumable(backend.account_id, role_arn, "backup.amazonaws.com"):
        raise AwsError("InvalidParameterValueException", f"IAM Role {role_arn} cannot be assumed by AWS Backup")
