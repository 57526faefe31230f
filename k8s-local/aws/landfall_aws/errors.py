"""AWS's errors. A class outside moto's packages, so that moto serializes it for whichever service was called."""

from moto.core.exceptions import ServiceException


class AwsError(ServiceException):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def dependency_violation(message: str) -> AwsError:
    return AwsError("DependencyViolation", message)
