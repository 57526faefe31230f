"""Rotation: every 90 to 2560 days, 365 unless asked, of symmetric keys.

https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
"""

import json
from typing import Any

from moto.core.utils import unix_time
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from ..errors import AwsError
from ..override import replace, wrap
from .states import own

_DAY = 86400


def _enable(original: Any, self: Any) -> str:
    key, days = own(self, self._get_param("KeyId")), self._get_param("RotationPeriodInDays", 365)
    if not 90 <= days <= 2560:
        bound = "greater than or equal to 90" if days < 90 else "less than or equal to 2560"
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: "
            f"Member must have value {bound}",
        )
    if key.key_spec != "SYMMETRIC_DEFAULT":
        raise AwsError("UnsupportedOperationException", f"{key.arn} is of a type that cannot be rotated.")
    key.landfall_rotation = (days, unix_time() + days * _DAY)
    return original(self)


def _status(response: Any) -> str:
    key = own(response, response._get_param("KeyId"))
    status: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status}
    if key.key_rotation_status:
        days, following = key.landfall_rotation
        status |= {"RotationPeriodInDays": days, "NextRotationDate": following}
    return json.dumps(status)


def install() -> None:
    wrap(KmsResponse, "enable_key_rotation")(_enable)
    replace(KmsResponse, "get_key_rotation_status")(_status)

    @wrap(KmsBackend, "create_key")
    def create(original: Any, self: Any, policy: Any, key_usage: str | None, *args: Any, **kwargs: Any) -> Any:
        # "The default value is ENCRYPT_DECRYPT": CreateKey, KeyUsage.
        return original(self, policy, key_usage or "ENCRYPT_DECRYPT", *args, **kwargs)
