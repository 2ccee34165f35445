"""What an entry of the log says, byte for byte. The log is for ever: no entry holds a name, a reason or an address."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

FORMAT = 1


class EntryType(StrEnum):
    """What can happen to a certificate, and the daily seal on the case log."""

    ISSUED = "issued"
    SUSPENDED = "suspended"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    RESEALED = "resealed"  # the same certificate in a new file, since the key of the old one is not trusted any more
    EXPIRED = "expired"
    CASE_LOG = "case-log"


def certificate_entry(
    kind: EntryType,
    number: str,
    *,
    status: str,
    at: datetime,
    valid_from: date,
    valid_until: date,
    pdf: str | None = None,
    credential: str | None = None,
) -> dict[str, Any]:
    """What happened to a certificate. `status` is what the register says from then on; hashes are SHA-256 in hex."""
    entry = {
        "format": FORMAT,
        "type": kind.value,
        "number": number,
        "status": status,
        "time": moment(at),
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat(),
    }
    hashes = {"pdf_sha256": pdf, "credential_sha256": credential}
    return entry | {name: value for name, value in hashes.items() if value is not None}


def case_log_entry(*, at: datetime, first: int, last: int, count: int, root: bytes) -> dict[str, Any]:
    """The Merkle root over `count` rows of the case log with ids from `first` to `last`."""
    return {
        "format": FORMAT,
        "type": EntryType.CASE_LOG.value,
        "time": moment(at),
        "first": first,
        "last": last,
        "count": count,
        "root": root.hex(),
    }


def moment(at: datetime) -> str:
    """A moment as entries write it: UTC, whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
