"""The master password that RDS keeps in Secrets Manager: made with its database, rotated every seven days or when asked,
gone with its database, and nobody else's to write.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
"""

import json
import secrets
import string
import time
import uuid
from typing import Any

from moto.rds.models import DBCluster, DBInstance, MasterUserSecret, rds_backends
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from .. import lifecycle
from ..override import replace, wrap
from ..settings import Settings
from . import keys
from .states import USABLE

# "By default, RDS rotates the secret every seven days": the guide above.
_DAYS = 7
_DAY = 86_400
# What every engine takes, and at its length: "28 characters".
_LETTERS = string.ascii_letters + string.digits + "!#$%&()*+,-.:;<=>?[]^_{|}~"


def _value(resource: Any) -> str:
    password = "".join(secrets.choice(_LETTERS) for _ in range(28))
    return json.dumps({"username": resource.master_username, "password": password})


def schedule(secret: FakeSecret, days: int) -> None:
    secret.rotation_requested = secret.rotation_enabled = True
    secret.auto_rotate_after_days = days
    secret.next_rotation_date = int(time.time()) + days * _DAY


def rotate(secret: FakeSecret) -> None:
    """As asked of Secrets Manager. A database that is busy is rotated when it is available again; here not at all."""
    backend = rds_backends[secret.account_id][secret.region]
    for thing in [*backend.databases.values(), *backend.clusters.values()]:
        held = getattr(thing, "master_user_secret", None)
        if held is not None and held.secret is secret and thing.status in USABLE:
            held.rotate_secret()


def _activate(held: MasterUserSecret, status: str, seconds: float, then: Any = None) -> None:
    held._status = status

    def done() -> None:
        if held._status == status:
            held._status = "active"
            if then is not None:
                then()

    lifecycle.after(seconds, done)


def _write_new(held: MasterUserSecret) -> None:
    secret, now = held.secret, int(time.time())
    value, version_id = _value(held.resource), str(uuid.uuid4())
    version = {"createdate": now, "version_id": version_id, "version_stages": ["AWSCURRENT"], "secret_string": value}
    secret.reset_default_version(version, version_id)
    secret.secret_string = value
    secret.last_rotation_date = secret.last_changed_date = now
    if secret.rotation_enabled:
        schedule(secret, secret.auto_rotate_after_days)


def install(settings: Settings) -> None:
    seconds = settings.database_seconds

    @wrap(MasterUserSecret, "__init__")
    def begin(original: Any, self: Any, resource: DBCluster | DBInstance, kms_key_id: str | None) -> None:
        original(self, resource, kms_key_id)
        schedule(self.secret, _DAYS)
        _activate(self, "creating", seconds)

    @replace(MasterUserSecret)
    def rotate_secret(self: Any) -> None:
        _activate(self, "rotating", seconds, lambda: _write_new(self))

    # moto's becomes active by being looked at.
    MasterUserSecret.secret_status = property(lambda self: self._status)  # type: ignore[assignment,method-assign]
    replace(MasterUserSecret, "_generate_secret_string")(lambda self: _value(self.resource))

    moto_key = MasterUserSecret.kms_key_id.fget  # type: ignore[attr-defined]

    def key_of(self: Any) -> str:
        # moto would make the key of AWS's, which nobody then takes away.
        if self.secret.kms_key_id == SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS:
            return keys.of_aws(self.resource.backend, "aws/secretsmanager")
        return moto_key(self)

    MasterUserSecret.kms_key_id = property(key_of)  # type: ignore[assignment,method-assign]

    @wrap(FakeSecret, "to_dict")
    def describe(original: Any, self: Any) -> Any:
        shown = original(self)
        if not shown.get("RotationLambdaARN"):
            # A service rotates what it manages without one.
            shown.pop("RotationLambdaARN", None)
        return shown

