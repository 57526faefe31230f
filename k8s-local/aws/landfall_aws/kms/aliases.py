"""Aliases: AWS keeps a prefix to itself.

https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
"""

from typing import Any

from moto.kms.responses import KmsResponse

from ..errors import AwsError
from ..override import wrap


def install() -> None:
    @wrap(KmsResponse, "_set_alias")
    def set_alias(original: Any, self: Any, update: bool = False) -> Any:
        name = self._get_param("AliasName") or ""
        if name.startswith("alias/aws/"):
            raise AwsError("NotAuthorizedException", "The alias/aws/ prefix is reserved for AWS managed keys.")
        if len(name) > 256 or name == "alias/":
            raise AwsError("ValidationException", "Invalid identifier")
        return original(self, update)
