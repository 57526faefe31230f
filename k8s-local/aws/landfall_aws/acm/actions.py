"""Asking for certificates, describing, listing and deleting them."""

import re
from typing import Any

from moto.acm.models import AWSCertificateManagerBackend, CertBundle, TagHolder
from moto.acm.responses import AWSCertificateManagerResponse
from moto.acm.utils import make_arn_for_certificate
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from .. import memory, pages
from ..errors import AwsError
from ..override import replace, wrap
from . import proofs

# RequestCertificate, API reference: DomainName, IdempotencyToken.
_NAME = re.compile(r"(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])")
_TOKEN = re.compile(r"\w{1,32}")
# "The maximum length of a common name is 64": the same page. Names of a certificate, unless the quota is raised:
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
_COMMON_NAME_MAX = 64
_NAMES_MAX = 10
_ISSUER = "Amazon"
# "Default filtering returns only RSA_1024 and RSA_2048 certificates": ListCertificates, API reference, Filters.
_LISTED_KEYS = ["RSA_1024", "RSA_2048"]


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def _made(account: str, region: str, names: list[str], options: dict[str, Any] | None) -> Any:
    """A certificate without keys: nobody has them but AWS, and they take a tenth of a second to draw."""
    certificate: Any = CertBundle.__new__(CertBundle)
    certificate.created_at = utcnow()
    certificate.tags = TagHolder()
    certificate.type, certificate.status = "AMAZON_ISSUED", "PENDING_VALIDATION"
    certificate.cert_authority_arn = None
    certificate.in_use_by = []
    certificate.cert_options = {
        "CertificateTransparencyLoggingPreference": "ENABLED",
        "Export": "DISABLED",
        **(options or {}),
    }
    certificate.common_name, certificate.sans = names[0], names
    certificate.arn = make_arn_for_certificate(account, region)
    certificate.landfall_key = "RSA_2048"
    certificate.landfall_failure, certificate.landfall_looking, certificate.landfall_issued_at = None, False, None
    return certificate


def _validation(certificate: Any, name: str) -> dict[str, Any]:
    account = certificate.landfall_account
    proved = certificate.status == "ISSUED" or proofs.is_proved(account, name)
    state = "FAILED" if certificate.landfall_failure else "SUCCESS" if proved else "PENDING_VALIDATION"
    shown = {"DomainName": name, "ValidationDomain": name, "ValidationStatus": state, "ValidationMethod": "DNS"}
    if certificate.landfall_records:
        shown["ResourceRecord"] = proofs.record_for(account, name)
    return shown


def _described(certificate: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "CertificateArn": certificate.arn,
        "DomainName": certificate.common_name,
        "SubjectAlternativeNames": certificate.sans,
        "DomainValidationOptions": [_validation(certificate, name) for name in certificate.sans],
        "Subject": f"CN={certificate.common_name}",
        "Issuer": _ISSUER,
        "CreatedAt": certificate.created_at.timestamp(),
        "Status": certificate.status,
        "KeyAlgorithm": certificate.landfall_key.replace("_", "-"),
        "SignatureAlgorithm": "SHA256WITHRSA",
        "InUseBy": list(certificate.in_use_by),
        "Type": certificate.type,
        "KeyUsages": [],
        "ExtendedKeyUsages": [],
        "RenewalEligibility": "ELIGIBLE" if certificate.in_use_by else "INELIGIBLE",
        "Options": certificate.cert_options,
    }
    if certificate.landfall_failure:
        shown["FailureReason"] = certificate.landfall_failure
    if certificate.landfall_issued_at:
        shown["IssuedAt"] = certificate.landfall_issued_at.timestamp()
    return {"Certificate": shown}


def _summary(certificate: Any) -> dict[str, Any]:
    shown = certificate.describe()["Certificate"]
    names = shown["SubjectAlternativeNames"]
    kept = ("CertificateArn", "DomainName", "Status", "Type", "KeyAlgorithm", "RenewalEligibility", "CreatedAt", "IssuedAt")
    return {
        **{key: shown[key] for key in kept if key in shown},
        # "up to the first 100": CertificateSummary, API reference.
        "SubjectAlternativeNameSummaries": names[:100],
        "HasAdditionalSubjectAlternativeNames": len(names) > 100,
        "InUse": bool(certificate.in_use_by),
        "Exported": False,
    }


def install() -> None:
    @wrap(CertBundle, "describe")
    def describe(original: Any, self: Any) -> dict[str, Any]:
        return _described(self) if self.type == "AMAZON_ISSUED" else original(self)

    @replace(AWSCertificateManagerBackend)
    def request_certificate(
        self: Any,
        domain_name: str,
        idempotency_token: str | None,
        subject_alt_names: list[str] | None,
        tags: list[dict[str, str]] | None,
        cert_authority_arn: str | None = None,
        cert_options: dict[str, Any] | None = None,
    ) -> str:
        names = list(dict.fromkeys([domain_name, *(subject_alt_names or [])]))
        if idempotency_token is not None and not _TOKEN.fullmatch(idempotency_token):
            raise _invalid(f"Value '{idempotency_token}' at 'idempotencyToken' failed to satisfy constraint: \\w+")
        for name in names:
            if len(name) > 253 or not _NAME.fullmatch(name):
                raise _invalid(f"Value '{name}' failed to satisfy constraint: Member must be a domain name")
        if len(domain_name) > _COMMON_NAME_MAX:
            raise _invalid("The first domain name can be no longer than 64 characters.")
        if len(names) > _NAMES_MAX:
            raise AwsError("LimitExceededException", "Error: you have reached your limit of domain names per certificate.")
        if cert_authority_arn:
            raise NotImplementedError("the local AWS makes no certificates of private authorities")
        certificate = _made(self.account_id, self.region_name, names, cert_options)
        certificate.tags.add(tags or [])
        self._certificates[certificate.arn] = certificate
        proofs.begin(self.account_id, certificate)
        return certificate.arn

    @wrap(AWSCertificateManagerResponse, "request_certificate")
    def request(original: Any, self: Any) -> ActionResult:
        answer = original(self)
        certificate = self.acm_backend._certificates[answer.result["CertificateArn"]]
        certificate.landfall_key = self._get_param("KeyAlgorithm") or certificate.landfall_key
        return answer

    @wrap(AWSCertificateManagerBackend, "delete_certificate")
    def delete_certificate(original: Any, self: Any, arn: str) -> None:
        certificate = self.get_certificate(arn)
        if certificate.in_use_by:
            raise AwsError("ResourceInUseException", f"Certificate {arn} in account {self.account_id} is in use.")
        original(self, arn)
        pairs = [{"key": key, "value": value or ""} for key, value in certificate.tags.items()]
        memory.keep_ghost(self.account_id, self.region_name, arn, pairs, "acm:certificate")

    @replace(AWSCertificateManagerResponse)
    def list_certificates(self: Any) -> ActionResult:
        statuses = self._get_param("CertificateStatuses")
        size, token = int(self._get_param("MaxItems") or 100), self._get_param("NextToken")
        keys = (self._get_param("Includes") or {}).get("keyTypes") or _LISTED_KEYS
        found = [
            c
            for c in self.acm_backend._certificates.values()
            if (not statuses or c.status in statuses) and c.describe()["Certificate"]["KeyAlgorithm"].replace("-", "_") in keys
        ]
        try:
            shown, following = pages.page("ListCertificates", found, [c.arn for c in found], token, size)
        except KeyError as error:
            raise _invalid("The NextToken is not valid.") from error
        return ActionResult({"CertificateSummaryList": [_summary(c) for c in shown], "NextToken": following})
