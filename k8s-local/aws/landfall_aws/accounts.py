"""Accounts with one administrator each, the member role that the home account may assume in every account, and the
boundary of the roles that it makes: as manifests/bootstrap makes both, but for the role's policies."""

import json
from pathlib import Path

from moto.iam.models import AccessKey, iam_backends

from .settings import HOME_ACCOUNT, Settings

USER = "landfall"
BOUNDARY = "landfall-boundary"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# As manifests/iam/boundary.json; both are generated.
_BOUNDARY_TEXT = Path(__file__).with_name("boundary.json").read_text()


def access_key_id(account: str) -> str:
    """A legal id of 20 characters that shows its account: AKIA222222222222LOCL."""
    return f"AKIA{account}LOCL"


def secret_access_key(account: str) -> str:
    return f"landfall/local/secret/{account}".ljust(40, "0")


def external_id(settings: Settings, account: str) -> str:
    return f"landfall:{settings.installation}:{settings.accounts[account]}"


def _trust(settings: Settings, account: str) -> dict[str, object]:
    home = {"AWS": f"arn:aws:iam::{HOME_ACCOUNT}:root"}
    installation = {"aws:RequestTag/landfall.dev/installation": settings.installation}
    any_account = {"aws:RequestTag/landfall.dev/account": "*"}
    known = {"sts:ExternalId": external_id(settings, account), **installation}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": home,
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": known, "StringLike": any_account},
            },
            {
                "Effect": "Allow",
                "Principal": home,
                "Action": "sts:TagSession",
                "Condition": {"StringEquals": installation, "StringLike": any_account},
            },
        ],
    }


def bootstrap(settings: Settings) -> None:
    """The state that every account begins with; part of the dump."""
    for account in settings.accounts:
        iam = iam_backends[account]["aws"]
        user = iam.create_user(settings.region, USER)
        # Asked only while permissions are enforced; the member role begins without any policy.
        user.policies["administrator"] = json.dumps(_EVERYTHING)
        key = AccessKey(USER, prefix="AKIA", account_id=account)
        key.access_key_id = access_key_id(account)
        key.secret_access_key = secret_access_key(account)
        user.access_keys.append(key)
        iam.access_keys[key.access_key_id] = key
        iam.create_policy(
            description="The most that a role made by Landfall can do",
            path="/",
            policy_document=_BOUNDARY_TEXT,
            policy_name=BOUNDARY,
            tags=[],
        )
        iam.create_role(
            role_name=settings.member_role,
            assume_role_policy_document=json.dumps(_trust(settings, account)),
            path="/",
            permissions_boundary=None,
            description="Assumed by Landfall from the home account",
            tags=[],
            max_session_duration="3600",
        )
