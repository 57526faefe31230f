"""AWS's errors. A class outside moto's packages, so that moto serializes it for whichever service was called."""

from moto.core.exceptions import ServiceException


class AwsError(ServiceException):
    """`http_status` where it is not the one that the service's model, or REFUSAL_STATUS, has for the code."""

    def __init__(self, code: str, message: str, http_status: int | None = None) -> None:
        super().__init__(code, message)
        self.http_status = http_status


def dependency_violation(message: str) -> AwsError:
    return AwsError("DependencyViolation", message)
