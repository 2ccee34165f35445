"""Status lists as credentials (W3C Bitstring Status List v1.0), and the entries by which a certificate points there."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.credentials import bits
from certificates.credentials.dates import moment
from certificates.credentials.securing import CONTEXT, signed

LASTS = timedelta(hours=24)
"""How long a signed list may be believed at most. It is made anew well before, and at once when a status changes."""

_CACHE_MILLISECONDS = 60_000


class StatusPurpose(StrEnum):
    """What a set bit says."""

    REVOCATION = "revocation"  # the certificate will never count again
    SUSPENSION = "suspension"  # the certificate does not count now


def list_of(index: int) -> int:
    """Which list holds the bit of a certificate with this index."""
    return index // bits.SIZE


def position_of(index: int) -> int:
    """Where in its list that bit is."""
    return index % bits.SIZE


def list_url(issuer: str, purpose: StatusPurpose, number: int) -> str:
    """The permanent address of a list."""
    return f"{issuer}/status-lists/{purpose}/{number}"


def status_entry(issuer: str, purpose: StatusPurpose, index: int) -> dict[str, str]:
    """What a credential says about where its status is to be read."""
    url, position = list_url(issuer, purpose, list_of(index)), str(position_of(index))
    return {
        "id": f"{url}#{position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose.value,
        "statusListIndex": position,
        "statusListCredential": url,
    }


def status_list(
    issuer: str, purpose: StatusPurpose, number: int, packed: bytes, *, key: ec.EllipticCurvePrivateKey, at: datetime
) -> str:
    """One list as a vc+jwt that may be believed from `at` for a day."""
    url = list_url(issuer, purpose, number)
    credential: dict[str, Any] = {
        "@context": [CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": moment(at),
        "validUntil": moment(at + LASTS),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "ttl": _CACHE_MILLISECONDS,
            "encodedList": bits.encode(packed),
        },
    }
    return signed(credential, issuer, key)
