"""Status lists as credentials (W3C Bitstring Status List v1.0), and the entries that refer to them."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.credentials import bits
from certificates.credentials.dates import moment
from certificates.credentials.securing import CONTEXT, signed

LASTS = timedelta(hours=24)
"""Maximum lifetime of a signed list. It is signed again well before, and at once when a status changes."""

_CACHE_MILLISECONDS = 60_000


class StatusPurpose(StrEnum):
    """The meaning of a set bit."""

    REVOCATION = "revocation"  # revoked for good
    SUSPENSION = "suspension"  # not valid at present


def list_of(index: int) -> int:
    """Return the number of the list that holds the bit of this index."""
    return index // bits.SIZE


def position_of(index: int) -> int:
    """Return the position of the bit in its list."""
    return index % bits.SIZE


def list_url(issuer: str, purpose: StatusPurpose, number: int) -> str:
    """Return the permanent address of a list."""
    return f"{issuer}/status-lists/{purpose}/{number}"


def status_entry(issuer: str, purpose: StatusPurpose, index: int) -> dict[str, str]:
    """Return the `credentialStatus` entry of a credential."""
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
    """Return one list as a vc+jwt, valid for a day from `at`."""
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
