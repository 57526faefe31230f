"""Users: gone a while after they are deleted; moto lets them go when somebody looks.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteUser.html
"""

from typing import Any

from moto.elasticache.models import ElastiCacheBackend

from .. import lifecycle
from ..errors import AwsError
from ..override import replace
from .states import Caches


def _found(backend: Any, user_id: str) -> Any:
    if user_id not in backend.users:
        raise AwsError("UserNotFound", f"User {user_id} not found.")
    return backend.users[user_id]


def install(caches: Caches) -> None:
    @replace(ElastiCacheBackend)
    def describe_users(self: Any, user_id: str | None) -> list[Any]:
        return [_found(self, user_id)] if user_id else list(self.users.values())

    @replace(ElastiCacheBackend)
    def delete_user(self: Any, user_id: str) -> Any:
        user = _found(self, user_id)
        if user_id == "default":
            raise AwsError("InvalidParameterValue", "The default user cannot be deleted.")
        if user.status != "active":
            raise AwsError("InvalidUserState", f"User {user_id} is {user.status}.")
        user.status = "deleting"

        def gone() -> None:
            self.users.pop(user_id, None)
            self.tagging_service.delete_all_tags_for_resource(user.arn)

        lifecycle.after(caches.seconds, gone)
        return user
