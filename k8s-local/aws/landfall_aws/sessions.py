"""Credentials of assumed roles.

They live here and not in moto's IAM and STS backends: AWS keeps no resource for a session either, so two states
that differ only in who is logged in must give the same dump.
"""

import secrets
import string
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from moto.core.utils import utcnow

_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True)
class Session:
    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime
    account: str
    role_arn: str
    role_id: str
    name: str
    # Session policies: documents that limit what the role's allow; None for no limit.
    policies: tuple[str, ...] | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        # AWS drops the role's path in the ARN of the session.
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role_arn.rsplit('/', 1)[-1]}/{self.name}"

    @property
    def user_id(self) -> str:
        return f"{self.role_id}:{self.name}"


_sessions: dict[str, Session] = {}


def open_session(
    account: str,
    role_arn: str,
    role_id: str,
    name: str,
    seconds: int,
    *,
    policies: tuple[str, ...] | None = None,
    tags: dict[str, str] | None = None,
) -> Session:
    session = Session(
        access_key_id="ASIA" + "".join(secrets.choice(_ALPHABET) for _ in range(16)),
        secret_access_key=secrets.token_urlsafe(30)[:40],
        session_token="IQoJb3JpZ2luX2Vj" + secrets.token_urlsafe(120),
        expiration=utcnow() + timedelta(seconds=seconds),
        account=account,
        role_arn=role_arn,
        role_id=role_id,
        name=name,
        policies=policies,
        tags=tags or {},
    )
    _sessions[session.access_key_id] = session
    return session


def find(access_key: str) -> Session | None:
    return _sessions.get(access_key)


def end(access_key: str) -> bool:
    """Lets a session's time be over, as if its hour had passed; False where there is none."""
    session = _sessions.get(access_key)
    if session:
        _sessions[access_key] = replace(session, expiration=utcnow())
    return session is not None


def expired(session: Session) -> bool:
    return utcnow() >= session.expiration


def clear() -> None:
    _sessions.clear()
