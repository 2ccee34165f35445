"""What an examination of a file can find, in plain values: an outcome, a reason with a name, and what supports it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class SealOutcome(StrEnum):
    """The answer in one word."""

    GENUINE = "genuine"
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


class SealReason(StrEnum):
    """Why it is not genuine. The first that applies, in the order in which they are looked for."""

    # Our key sealed this, and then:
    BAD_RANGE = "bad_range"  # the numbers that say what is covered were made useless
    REWRITTEN = "rewritten"  # saved anew by a program, so that nothing stands where it stood
    PADDING_USED = "padding_used"  # something was put into the unused room of the signature
    NOT_CERTIFIED = "not_certified"  # the document no longer names the seal as its certification
    SEAL_COPIED = "seal_copied"  # the signature was made for another file
    BYTES_CHANGED = "bytes_changed"
    TRAILING_BYTES = "trailing_bytes"  # something after the end that is no revision
    SIGNED_AGAIN = "signed_again"  # somebody added a signature or a time-stamp
    PAGES_REPLACED = "pages_replaced"
    CONTENT_REPLACED = "content_replaced"
    OVERLAID = "overlaid"  # a note, a stamp or a field was laid over a page
    ATTACHMENTS_CHANGED = "attachments_changed"
    METADATA_CHANGED = "metadata_changed"
    LATER_REVISION = "later_revision"  # something else was added

    # The seal is right, but our records have no such file; `examine` knows no records:
    SIGNATURE_CHANGED = "signature_changed"  # ours but for the signature itself, which is not the one that we gave out
    NOT_RECORDED = "not_recorded"

    # Our key did not, as far as can be seen:
    BROKEN_SIGNATURE = "broken_signature"
    COMPROMISED_KEY = "compromised_key"
    KEY_NOT_VALID = "key_not_valid"  # one of ours, but not at the time that it claims
    IMPOSTOR = "impostor"  # signed by somebody who calls himself as we do
    OTHER_SIGNER = "other_signer"
    SEAL_REMOVED = "seal_removed"  # the place of a seal is still there
    SEAL_MISSING = "seal_missing"  # it says that it is one of our documents
    NO_SIGNATURE = "no_signature"

    # Nobody can say:
    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"  # made so that opening it costs too much time or memory
    DAMAGED = "damaged"


class SealLevel(StrEnum):
    """How long a seal proves itself without us (ETSI EN 319 142-1, clause 6)."""

    BASIC = "B-B"
    TIME_STAMPED = "B-T"
    LONG_TERM = "B-LT"
    ARCHIVED = "B-LTA"


@dataclass(frozen=True, slots=True)
class SealReport:
    """What a file turned out to be. `reason` is None when it is genuine.

    `sealed_at` is the time of a time-stamp that the pinned roots vouch for (`stamped`), else what the seal claims.
    The rest supports the judgement and is no part of it: `signer` is the SHA-256 of the certificate that sealed, in
    hex; `covered` the length of the part, from the first byte, that still is as it was sealed; `claims` what the file
    says of itself, which is to be shown as such and never believed.
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
        """Whether the file is as we made it. It says nothing about what the certificate is worth today."""
        return self.outcome is SealOutcome.GENUINE

    def plain(self) -> dict[str, Any]:
        """As values that JSON knows; `read` makes it a verdict again."""
        return asdict(self) | {"sealed_at": self.sealed_at.isoformat() if self.sealed_at else None}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """The inverse of `plain`. ValueError, KeyError or TypeError for anything else."""
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
