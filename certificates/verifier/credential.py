"""Verify the credential of a certificate."""

import hashlib
from datetime import datetime

from certificates.verifier.archive import Archive
from certificates.verifier.jwt import claims_of, in_force, listed
from certificates.verifier.log import Log
from certificates.verifier.reading import Wrong
from certificates.verifier.report import Report
from certificates.verifier.status import status_in


def check_credential(archive: Archive, log: Log, number: str, moment: datetime, report: Report) -> str:
    """Verify the credential of a certificate and look up its status lists; return what was found."""
    expected = log.issue(number).get("credential_sha256")
    if expected is None:
        return "the log names none; the last entry of the log says what the certificate is worth"
    text = listed(archive, "credentials.jsonl", "number", number)
    if hashlib.sha256(text.encode()).hexdigest() != expected:
        raise Wrong("the credential is not the one in the log")
    claims = claims_of(archive, text, "the credential")
    if claims["credentialSubject"].get("certificationIdentification") != number:
        raise Wrong("the credential is of another certificate")
    if not in_force(claims, moment):
        report.not_valid(f"the credential is valid from {claims.get('validFrom')} until {claims.get('validUntil')}")
    said = [status_in(archive, each, moment, report) for each in claims["credentialStatus"]]
    return "; ".join(["signed by the register", *said])
