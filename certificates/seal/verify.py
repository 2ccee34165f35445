"""Reading a seal: is this file ours, and is it as we made it? Every input is hostile; nothing here raises.

Only one kind of file is genuine: its single signature is a certification that allows no change, made with a
certificate that the pinned root vouches for, and it covers every byte but itself. No weighing of "harmless" later
changes: a certificate has none.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

log = logging.getLogger(__name__)

MAX_BYTES = 20 * 1024 * 1024
_HEAD = 1024  # within so many bytes a reader must find the header, ISO 32000-1 annex H.3


class SealOutcome(StrEnum):
    """The answer in one word."""

    GENUINE = "genuine"
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


class SealReason(StrEnum):
    """Why it is not genuine."""

    BYTES_CHANGED = "bytes_changed"
    LATER_REVISION = "later_revision"
    NO_SIGNATURE = "no_signature"
    OTHER_SIGNER = "other_signer"
    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class SealVerdict:
    """What a file turned out to be. `reason` is None when it is genuine; `sealed_at` is what the seal itself says."""

    outcome: SealOutcome
    reason: SealReason | None = None
    sealed_at: datetime | None = None

    @property
    def genuine(self) -> bool:
        """Whether the file is as we made it. It says nothing about what the certificate is worth today."""
        return self.outcome is SealOutcome.GENUINE


def examine(pdf: bytes, trust_root: bytes, *, max_bytes: int = MAX_BYTES) -> SealVerdict:
    """Judge a file by the root certificate (PEM or DER) that our seals hang from."""
    if len(pdf) > max_bytes:
        return SealVerdict(SealOutcome.UNREADABLE, SealReason.TOO_LARGE)
    if b"%PDF-" not in pdf[:_HEAD]:
        return SealVerdict(SealOutcome.UNREADABLE, SealReason.NOT_A_PDF)
    root = _certificate(trust_root)
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        if reader.encrypted:
            return SealVerdict(SealOutcome.UNREADABLE, SealReason.ENCRYPTED)
        return _judge(pdf, list(reader.embedded_signatures), root)
    except Exception as error:  # a hostile file may break the reader in any way
        return _unreadable(error)


def _judge(pdf: bytes, signatures: list[EmbeddedPdfSignature], root: x509.Certificate) -> SealVerdict:
    if not signatures:
        return SealVerdict(SealOutcome.NOT_OURS, SealReason.NO_SIGNATURE)
    for signature in signatures:
        status = _status(signature, root)
        if status is None or not _made_by_us(status):
            continue
        reason = _change(pdf, signature, status, alone=len(signatures) == 1)
        outcome = SealOutcome.GENUINE if reason is None else SealOutcome.ALTERED
        return SealVerdict(outcome, reason, signature.self_reported_timestamp)
    return SealVerdict(SealOutcome.NOT_OURS, SealReason.OTHER_SIGNER)


def _made_by_us(status: PdfSignatureStatus) -> bool:
    """Whether our key made this signature, for this file or for another one."""
    return bool(status.valid and status.trust_problem_indic is None and status.validation_path is not None)


def _change(
    pdf: bytes, signature: EmbeddedPdfSignature, status: PdfSignatureStatus, *, alone: bool
) -> SealReason | None:
    """What happened to a file after we sealed it; None if nothing did."""
    if not status.intact or signature.docmdp_level is not MDPPerm.NO_CHANGES:
        return SealReason.BYTES_CHANGED
    if not alone or not _covers_all(pdf, signature):
        return SealReason.LATER_REVISION
    return None


def _covers_all(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether all of the file is signed but the signature itself, which fills the gap to the last byte."""
    try:
        start, before, after, rest = (int(number) for number in signature.byte_range)
        gap = pdf[before:after]
        sealed = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return False
    whole = start == 0 and after + rest == len(pdf) and gap[:1] + gap[-1:] == b"<>"
    return whole and sealed == bytes(signature.pkcs7_content)


def _status(signature: EmbeddedPdfSignature, root: x509.Certificate) -> PdfSignatureStatus | None:
    """The bare facts of one signature; None if it cannot even be read."""
    try:
        claimed = signature.self_reported_timestamp
        # Without a time-stamp there is only the moment that the seal itself claims; the pinned root vouches for it.
        context = ValidationContext(
            trust_roots=[root],
            moment=claimed.astimezone(UTC) if claimed else None,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        return validate_pdf_signature(signature, signer_validation_context=context, skip_diff=True)
    except Exception as error:  # a hostile signature may break the validator in any way
        log.info("a signature could not be read: %s", type(error).__name__)
        return None


def _unreadable(error: Exception) -> SealVerdict:
    if not isinstance(error, PdfError):
        log.info("a file broke the reader: %s", type(error).__name__)
    return SealVerdict(SealOutcome.UNREADABLE, SealReason.DAMAGED)


def _certificate(data: bytes) -> x509.Certificate:
    return x509.Certificate.load(pem.unarmor(data)[2] if pem.detect(data) else data)
