"""Accounts with one administrator each, and the member role that the home account may assume in every account."""

import json

from moto.iam.models import AccessKey, iam_backends

from .settings import HOME_ACCOUNT, Settings

USER = "landfall"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def access_key_id(account: str) -> str:
    """A legal id of 20 characters that shows its account: AKIA222222222222LOCL."""
    return f"AKIA{account}LOCL"


def secret_access_key(account: str) -> str:
    return f"landfall/local/secret/{account}".ljust(40, "0")


def external_id(settings: Settings, account: str) -> str:
    return f"landfall:{settings.installation}:{settings.accounts[account]}"


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
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{HOME_ACCOUNT}:root"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": external_id(settings, account)}},
                },
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{HOME_ACCOUNT}:root"},
                    "Action": "sts:TagSession",
                    "Condition": {"StringLike": {"aws:RequestTag/landfall.dev/installation": "*"}},
                },
            ],
        }
        iam.create_role(
            role_name=settings.member_role,
            assume_role_policy_document=json.dumps(trust),
            path="/",
            permissions_boundary=None,
            description="Assumed by Landfall from the home account",
            tags=[],
            max_session_duration="3600",
        )
