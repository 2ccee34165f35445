"""Build the entries of the log, byte for byte. Entries are permanent: they hold no name, reason or address."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

FORMAT = 1


class EntryType(StrEnum):
    """Types of entries: what happened to a certificate, the daily head of the case log, and promises of draws."""

    ISSUED = "issued"
    SUSPENDED = "suspended"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"  # given up by the holder
    REPLACED = "replaced"
    CONDITION_MET = "condition-met"  # one of its conditions, by a decision
    APPEAL_DECIDED = "appeal-decided"  # an appeal against a decision about it, by another decision
    RESEALED = "resealed"  # same certificate in a new file, because the key of the old one is no longer trusted
    EXPIRED = "expired"
    CASE_LOG = "case-log"
    DRAW = "draw"  # the promise of the secret of a draw, without a word on whose


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
    """Build an entry about a certificate. `status` is the public status from then on; hashes are SHA-256 in hex."""
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
    """Build an entry with the Merkle root over `count` rows of the case log with ids from `first` to `last`."""
    return {
        "format": FORMAT,
        "type": EntryType.CASE_LOG.value,
        "time": moment(at),
        "first": first,
        "last": last,
        "count": count,
        "root": root.hex(),
    }


def draw_entry(*, at: datetime, commitment: str) -> dict[str, Any]:
    """Build an entry with the promise of the secret of a draw."""
    return {"format": FORMAT, "type": EntryType.DRAW.value, "time": moment(at), "commitment": commitment}


def moment(at: datetime) -> str:
    """Format a moment for entries: UTC, whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
