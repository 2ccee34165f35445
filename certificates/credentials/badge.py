"""Issue a certificate as an Open Badges 3.0 credential, for wallets and profiles that support badges."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from audits.core.errors import N_
from audits.core.languages import say
from certificates.addresses import about_url, badge_url
from certificates.credentials.dates import first_moment, last_moment, moment
from certificates.credentials.securing import CONTEXT
from certificates.credentials.status import StatusPurpose, status_entry
from certificates.credentials.tokens import sign

_CONTEXTS = [
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",  # context file that defines the schema type
]
TYPE = "JWT"
_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
_ABOUT = N_("quality mark for temporary employment agencies: audited against the norm, and decided independently")


def issue_badge(
    facts: Mapping[str, Any], *, issuer: str, status_index: int, key: ec.EllipticCurvePrivateKey, at: datetime
) -> str:
    """Return the badge of a certificate as a JWT (Open Badges 3.0 section 8.2); arguments as for `issue`.

    That section requires type JWT, no content type, and a key named by its address. The standard allows one status
    only. It is that of the suspension list, where the bit is set for every certificate that is not valid at present,
    whatever the reason.
    """
    starts, ends = first_moment(facts["valid_from"]), last_moment(facts["valid_until"])
    badge = {
        "@context": [CONTEXT, *_CONTEXTS],
        "id": badge_url(issuer, facts["number"]),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts["norm"]["name"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": facts["body"]["name"], "url": issuer},
        "validFrom": moment(starts),
        "validUntil": moment(ends),
        "credentialSubject": _subject(facts, issuer),
        "credentialSchema": [{"id": _SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": status_entry(issuer, StatusPurpose.SUSPENSION, status_index),
    }
    claims = {"jti": badge["id"], "sub": facts["register_url"], "nbf": _seconds(starts), "exp": _seconds(ends)}
    claims |= {"iat": _seconds(at), "iss": issuer}
    return sign({**badge, **claims}, key, typ=TYPE, named=lambda kid: key_url(issuer, kid))


def key_url(issuer: str, kid: str) -> str:
    """Return the address of a key as JWK."""
    return f"{issuer}/credential-keys/{kid}"


def _subject(facts: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    scheme = facts["norm"]
    return {
        "id": facts["register_url"],
        "type": ["AchievementSubject"],
        "licenseNumber": facts["number"],
        "achievement": {
            "id": f"{about_url(issuer)}#{scheme['version']}",
            "type": ["Achievement"],
            "achievementType": "Certification",
            "name": scheme["name"],
            "version": scheme["version"],
            "inLanguage": facts["language"],
            "description": say(_ABOUT, facts["language"]),
            "criteria": {"id": about_url(issuer)},
        },
    }


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
