"""Number and issue a certificate through the services."""

from certificates.lifecycle import services
from tests.kit.factories.certificates import BASE_URL, BODY


def number(session, decision):
    certificate = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    session.flush()
    return certificate


def issue(session, certificate, sha256="a" * 64):
    issued = services.issue_certificate(session, certificate.id, sha256=sha256, size=9, language="nl")
    session.flush()
    return issued
