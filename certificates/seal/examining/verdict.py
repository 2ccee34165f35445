"""The result of an examination as plain values: outcome, reason, and supporting facts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class SealOutcome(StrEnum):
    """Outcomes of an examination."""

    GENUINE = "genuine"
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


class SealReason(StrEnum):
    """Reasons why a file is not genuine, in the order in which they are checked."""

    # Sealed with our key, and then:
    BAD_RANGE = "bad_range"  # the /ByteRange was made invalid
    REWRITTEN = "rewritten"  # rewritten by a program, so that offsets moved
    PADDING_USED = "padding_used"  # something was put into the unused part of the signature's placeholder
    NOT_CERTIFIED = "not_certified"  # the catalogue no longer names the seal as certification
    SEAL_COPIED = "seal_copied"  # the signature belongs to another file
    BYTES_CHANGED = "bytes_changed"
    TRAILING_BYTES = "trailing_bytes"  # data after the end that is no revision
    SIGNED_AGAIN = "signed_again"  # a signature or time-stamp was added
    PAGES_REPLACED = "pages_replaced"
    CONTENT_REPLACED = "content_replaced"
    OVERLAID = "overlaid"  # an annotation or field was added to a page
    ATTACHMENTS_CHANGED = "attachments_changed"
    METADATA_CHANGED = "metadata_changed"
    LATER_REVISION = "later_revision"  # anything else was added

    # The seal is right, but our records have no such file (set by callers; `examine` has no records):
    SIGNATURE_CHANGED = "signature_changed"  # a variant of our file with another signature than the one issued
    NOT_RECORDED = "not_recorded"

    # Not sealed with our key, as far as can be seen:
    BROKEN_SIGNATURE = "broken_signature"
    COMPROMISED_KEY = "compromised_key"
    KEY_NOT_VALID = "key_not_valid"  # our certificate, but not valid at the claimed time
    IMPOSTOR = "impostor"  # the signer uses our name
    OTHER_SIGNER = "other_signer"
    SEAL_REMOVED = "seal_removed"  # an empty placeholder of a seal is left
    SEAL_MISSING = "seal_missing"  # its text says that it is one of our documents
    NO_SIGNATURE = "no_signature"

    # Cannot be determined:
    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"  # opening it takes too much time or memory
    DAMAGED = "damaged"


class SealLevel(StrEnum):
    """How long a seal can be verified independently of us (ETSI EN 319 142-1, clause 6)."""

    BASIC = "B-B"
    TIME_STAMPED = "B-T"
    LONG_TERM = "B-LT"
    ARCHIVED = "B-LTA"


@dataclass(frozen=True, slots=True)
class SealReport:
    """The result of an examination. `reason` is None when the file is genuine.

    `sealed_at` is the time of a time-stamp under the pinned roots (`stamped`), else what the seal claims. The rest
    supports the judgement and is no part of it: `signer` is the SHA-256 of the certificate that sealed, in hex;
    `covered` the length of the part, from the first byte, that is still as it was sealed; `claims` what the file says
    of itself, which must be shown as such and never trusted.
    """

    outcome: SealOutcome
    reason: SealReason | None = None
    sealed_at: datetime | None = None
    stamped: bool = field(default=False, compare=False)
    level: SealLevel | None = field(default=None, compare=False)
    signer: str = field(default="", compare=False)
    covered: int = field(default=0, compare=False)
    claims: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def genuine(self) -> bool:
        """Return whether the file is as we made it. It says nothing about the present status of the certificate."""
        return self.outcome is SealOutcome.GENUINE

    def plain(self) -> dict[str, Any]:
        """Return JSON values; `read` is the inverse."""
        return asdict(self) | {"sealed_at": self.sealed_at.isoformat() if self.sealed_at else None}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Build from the result of `plain`. ValueError, KeyError or TypeError for anything else."""
        return cls(
            outcome=SealOutcome(plain["outcome"]),
            reason=SealReason(plain["reason"]) if plain["reason"] else None,
            sealed_at=datetime.fromisoformat(plain["sealed_at"]) if plain["sealed_at"] else None,
            stamped=bool(plain["stamped"]),
            level=SealLevel(plain["level"]) if plain["level"] else None,
            signer=str(plain["signer"]),
            covered=int(plain["covered"]),
            claims={str(key): str(value) for key, value in plain["claims"].items()},
        )
