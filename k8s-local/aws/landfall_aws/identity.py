"""Who is calling: the access key of the request, looked up as AWS does before anything else happens."""

from dataclasses import dataclass

from moto.iam.models import iam_backends

from . import sessions
from .errors import AwsError


@dataclass(frozen=True)
class Caller:
    account: str
    arn: str
    user_id: str
    # The role behind a session; trust policies may name either.
    role_arn: str | None = None


def find(access_key: str) -> Caller | None:
    session = sessions.find(access_key)
    if session:
        return Caller(session.account, session.arn, session.user_id, session.role_arn)
    for account, partitions in list(iam_backends.items()):
        iam = partitions["aws"]
        key = iam.access_keys.get(access_key)
        if key and key.user_name and key.status == "Active":
            user = iam.users.get(key.user_name)
            if user:
                return Caller(account, user.arn, user.id)
    return None


# JSON services have codes of their own for the same things.
_JSON = {"backup", "dynamodb", "ecs", "kms", "logs", "resourcegroupstaggingapi", "secretsmanager", "ssm", "tagging"}


def authenticate(service: str, access_key: str, token: str | None) -> Caller:
    """The caller, or the refusal in the words of the service that was asked."""
    # EC2 has codes of its own: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    session = sessions.find(access_key)
    if session and sessions.expired(session):
        if service == "ec2":
            raise AwsError("RequestExpired", "Request has expired.")
        code = "ExpiredTokenException" if service in _JSON else "ExpiredToken"
        raise AwsError(code, "The security token included in the request is expired")
    caller = find(access_key)
    if caller is None or (session and token != session.session_token):
        if service == "ec2":
            raise AwsError("AuthFailure", "AWS was not able to validate the provided access credentials")
        code = "InvalidClientTokenId"
        if service in _JSON:
            code = "UnrecognizedClientException"
        raise AwsError(code, "The security token included in the request is invalid.")
    return caller


REFUSAL_STATUS = {"AuthFailure": 401, "DryRunOperation": 412, "InvalidClientTokenId": 403, "ExpiredToken": 403, "AccessDenied": 403, "UnauthorizedOperation": 403}
