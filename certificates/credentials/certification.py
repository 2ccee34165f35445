"""Issue a certificate as a W3C Verifiable Credential 2.0, in terms of schema.org's Certification."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.addresses import certificate_url, credential_url
from certificates.credentials.dates import first_moment, last_moment, moment
from certificates.credentials.securing import CONTEXT, signed
from certificates.credentials.status import StatusPurpose, status_entry


def issue(
    facts: Mapping[str, Any], *, issuer: str, status_index: int, key: ec.EllipticCurvePrivateKey, at: datetime
) -> str:
    """Return the credential of a certificate, secured as vc+jwt.

    `facts` are the printed ones (`certificates.press.documents.CertificateFacts`), `issuer` is the address of the
    register without a slash at the end, `at` the moment of signing. It says nothing that the certificate does not say,
    and nothing about a person. Validity at a later moment is not in it; the status lists tell that.
    """
    credential = {
        "@context": [CONTEXT, context_url(issuer)],
        "id": credential_url(issuer, facts["number"]),
        "type": ["VerifiableCredential", "CertificationCredential"],
        "issuer": {"id": issuer, "name": facts["body"]["name"]},
        "validFrom": moment(first_moment(facts["valid_from"])),
        "validUntil": moment(last_moment(facts["valid_until"])),
        "credentialSubject": _certification(facts, issuer),
        "credentialSchema": {"id": schema_url(issuer), "type": "JsonSchema"},
        "credentialStatus": [status_entry(issuer, purpose, status_index) for purpose in StatusPurpose],
        "iat": int(at.timestamp()),
    }
    return signed(credential, issuer, key)


def context_url(issuer: str) -> str:
    """Return the address of the JSON-LD context for our own terms. Its content never changes."""
    return f"{issuer}/contexts/certification/v1"


def schema_url(issuer: str) -> str:
    """Return the address of the JSON Schema of the credential. Its content never changes."""
    return f"{issuer}/schemas/certification/v1"


def _certification(facts: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    scheme = facts["norm"]
    return {
        "id": certificate_url(issuer, facts["number"]),
        "type": "Certification",
        "certificationIdentification": facts["number"],
        "name": scheme["name"],
        "inLanguage": facts["language"],
        "validFrom": facts["valid_from"],
        "expires": facts["valid_until"],
        "issuedBy": {"id": issuer, "type": "Organization", "legalName": facts["body"]["name"]},
        "about": {
            "id": facts["register_url"],
            "type": "Organization",
            "legalName": facts["legal_name"],
            "alternateName": facts["trade_names"],
            "identifier": {
                "type": "PropertyValue",
                "propertyID": facts["register_label"],
                "value": facts["register_number"],
            },
        },
        "isBasedOn": {
            "type": "CreativeWork",
            "name": scheme["name"],
            "version": scheme["version"],
            "sha256": scheme["sha256"],
        },
        "conditions": facts["conditions"],
        "factsDigest": facts["digest"],
    }
