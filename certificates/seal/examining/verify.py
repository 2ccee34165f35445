"""Examine a seal: was the file sealed by us, and is it unchanged? All input is untrusted; nothing here raises.

Only one kind of file is genuine: its one certification signature allows no change, was made with a certificate under a
pinned root, and covers every byte but itself; nothing follows it, or only our own archival renewals (validation data
and document time-stamps, ETSI EN 319 142-1 clause 5.5). No other addition is tolerated as harmless.
Every other file gets a `SealReason`. Checks go from certain to less certain: who sealed it, whether the seal is in its
place, whether the bytes are the same, what was added after.
"""

import asyncio
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import parse_pdf_date
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.general import NonexistentAttributeError
from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus, validate_pdf_signature
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathError, ValidationError

from certificates.seal.examining.changes import claims_of, what_changed
from certificates.seal.examining.covering import end_of, misplaced, well_formed
from certificates.seal.examining.renewal import is_renewal
from certificates.seal.examining.trust import Trust, fold
from certificates.seal.examining.verdict import (
    SealLevel,
    SealOutcome,
    SealReason,
    SealReport,
)

log = logging.getLogger(__name__)

MAX_BYTES = 20 * 1024 * 1024
_HEAD = 1024  # bytes within which a reader must find the header, ISO 32000-1 annex H.3
_MOST_SIGNATURES = 20
_LINE = 16
_CLOCKS_DIFFER = timedelta(minutes=15)  # between the claimed time and the time-stamp
_LEFTOVERS = (b"/ByteRange", b"/ETSI.CAdES.detached", b"/DocMDP")

R, O = SealReason, SealOutcome  # noqa: E741
_BEFORE_THE_END = {R.BAD_RANGE, R.REWRITTEN, R.PADDING_USED, R.NOT_CERTIFIED, R.SEAL_COPIED, R.BYTES_CHANGED}


class Standing(Enum):
    """What the pinned roots say of a certificate at the time of the seal."""

    VOUCHED = "vouched"
    OUT_OF_TIME = "out of time"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """One signature with the result of its cryptographic check."""

    signature: EmbeddedPdfSignature
    status: PdfSignatureStatus
    standing: Standing
    sealed_at: datetime | None
    stamped: bool

    @property
    def ours(self) -> bool:
        """Return whether our key made this signature, for this file or for another one."""
        trusted = self.status.trust_problem_indic is None and self.status.validation_path is not None
        return bool(self.status.valid and trusted and self.standing is Standing.VOUCHED)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the certificate in DER."""
        return bytes(self.signature.signer_cert.sha256).hex()


def examine(
    pdf: bytes,
    roots: bytes | Sequence[bytes],
    *,
    distrusted: frozenset[str] = frozenset(),
    sealers: frozenset[str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> SealReport:
    """Examine a file against the root certificates (PEM, a bundle, or DER) of our seals and time-stamps.

    `sealers` are the fingerprints of our certificates for seals, where the roots certify others too; `distrusted` are
    those of compromised keys. The certificate of a retired key still counts: it must have been valid at the time of the
    seal.
    """
    if len(pdf) > max_bytes:
        return SealReport(O.UNREADABLE, R.TOO_LARGE)
    if b"%PDF-" not in pdf[:_HEAD]:
        return SealReport(O.UNREADABLE, R.NOT_A_PDF)
    trust = Trust.pin(roots, distrusted, sealers)
    verdict = _opened(pdf, trust)
    if verdict.reason is R.DAMAGED and _opened(pdf[: _last_line(pdf)], trust).genuine:
        verdict = SealReport(O.ALTERED, R.TRAILING_BYTES, covered=_last_line(pdf))
    return replace(verdict, claims=claims_of(pdf))


def _opened(pdf: bytes, trust: Trust) -> SealReport:
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        if reader.encrypted:
            return SealReport(O.UNREADABLE, R.ENCRYPTED)
        return _judge(pdf, reader, trust)
    except Exception as error:  # an untrusted file may raise anything in the reader
        return _unreadable(error)


def _last_line(pdf: bytes) -> int:
    """Return the end of the last line of a PDF, ignoring what follows it."""
    found = re.match(rb"%%EOF\r?\n?", pdf[max(pdf.rfind(b"%%EOF"), 0) :][:_LINE])
    return pdf.rfind(b"%%EOF") + found.end() if found else 0


def _judge(pdf: bytes, reader: PdfFileReader, trust: Trust) -> SealReport:
    signatures, broken = _signatures(reader)
    if not signatures and not broken:
        return SealReport(O.NOT_OURS, _unsigned(pdf))
    seals = [signature for signature in signatures if signature.sig_object_type == "/Sig"]
    seen = [each for each in (_look(signature, trust) for signature in seals) if each is not None]
    ours = next((each for each in seen if each.ours and trust.seals(each.signature.signer_cert)), None)
    if ours is None:
        return _not_ours(seen, trust)
    reason, level = _state(pdf, reader, ours, signatures, trust)
    return SealReport(
        O.GENUINE if reason is None else O.ALTERED,
        reason,
        ours.sealed_at,
        stamped=ours.stamped,
        level=level,
        signer=ours.fingerprint,
        covered=0 if reason in _BEFORE_THE_END else end_of(ours.signature),
    )


def _signatures(reader: PdfFileReader) -> tuple[list[EmbeddedPdfSignature], int]:
    """Return the readable signatures, in order, and the number of unreadable ones."""
    found, broken = [], 0
    for place, (name, _, field) in enumerate(enumerate_sig_fields(reader, filled_status=True)):
        if place >= _MOST_SIGNATURES:
            raise PdfDecodeLimitError("so many signatures")
        try:
            found.append(EmbeddedPdfSignature(reader, field, name))
        except Exception as error:  # an untrusted file may raise anything in the reader
            log.info("a signature could not be read: %s", type(error).__name__)
            broken += 1
    return sorted(found, key=lambda signature: int(signature.signed_revision)), broken


def _unsigned(pdf: bytes) -> SealReason:
    if any(trace in pdf for trace in _LEFTOVERS):
        return R.SEAL_REMOVED
    return R.SEAL_MISSING if claims_of(pdf) else R.NO_SIGNATURE


def _not_ours(seen: list[Seen], trust: Trust) -> SealReport:
    """Return the report on a file whose signature cannot be proved to be ours."""
    for each in seen:
        reason = _foreign(each, trust)
        if reason is not R.OTHER_SIGNER:
            outcome = O.ALTERED if reason is R.BROKEN_SIGNATURE else O.NOT_OURS
            return SealReport(outcome, reason, each.sealed_at, signer=each.fingerprint)
    return SealReport(O.NOT_OURS, R.OTHER_SIGNER if seen else R.BROKEN_SIGNATURE)


def _foreign(seen: Seen, trust: Trust) -> SealReason:
    if not trust.keeps(seen.signature.signer_cert):
        return R.COMPROMISED_KEY
    if not seen.status.valid and seen.standing is not Standing.UNKNOWN:
        return R.BROKEN_SIGNATURE  # our certificate is embedded, but its key did not sign
    if seen.standing is Standing.OUT_OF_TIME:
        return R.KEY_NOT_VALID
    return R.IMPOSTOR if _calls_himself_us(seen, trust) else R.OTHER_SIGNER


def _calls_himself_us(seen: Seen, trust: Trust) -> bool:
    signer = seen.signature.signer_cert
    said = fold(f"{signer.subject.human_friendly} {seen.signature.sig_object.get('/Name', '')}")
    return any(name in said for name in trust.names)


def _state(
    pdf: bytes, reader: PdfFileReader, seal: Seen, signatures: list[EmbeddedPdfSignature], trust: Trust
) -> tuple[SealReason | None, SealLevel | None]:
    """Return how a file was changed after sealing, None if it was not, and the level of an unchanged one."""
    reason = misplaced(pdf, seal.signature)
    if reason is None and not _certifies(reader, seal):
        reason = R.NOT_CERTIFIED
    if reason is None and not seal.status.intact:
        reason = R.SEAL_COPIED if _stamped_elsewhere(seal) else R.BYTES_CHANGED
    if reason is not None:
        return reason, None
    later = [each for each in signatures if each is not seal.signature]
    if end_of(seal.signature) == len(pdf):
        return (R.SIGNED_AGAIN, None) if later else (None, _level(reader, seal))
    rest = pdf[end_of(seal.signature) :]
    if b"obj" not in rest and b"startxref" not in rest:
        return R.TRAILING_BYTES, None
    if is_renewal(pdf, seal.signature, later, trust):
        return None, SealLevel.ARCHIVED
    return (R.SIGNED_AGAIN if later else what_changed(pdf[: end_of(seal.signature)], pdf)), None


def _certifies(reader: PdfFileReader, seal: Seen) -> bool:
    """Return whether the catalogue names this signature as the certification, and it forbids every change."""
    try:
        named = reader.root["/Perms"].raw_get("/DocMDP")
        own = seal.signature.sig_field.raw_get("/V")
    except (KeyError, TypeError, AttributeError):
        return False
    return bool(named.reference == own.reference and seal.signature.docmdp_level is MDPPerm.NO_CHANGES)


def _stamped_elsewhere(seal: Seen) -> bool:
    """Return whether the time-stamp in the signature contradicts the time that the file claims for its seal."""
    if not seal.stamped or seal.sealed_at is None or "/M" not in seal.signature.sig_object:
        return False
    written = _aware(parse_pdf_date(seal.signature.sig_object["/M"], strict=False))
    return abs(written - seal.sealed_at) > _CLOCKS_DIFFER


def _level(reader: PdfFileReader, seal: Seen) -> SealLevel:
    if not seal.stamped:
        return SealLevel.BASIC
    store = reader.root.get("/DSS", {})
    return SealLevel.LONG_TERM if "/OCSPs" in store or "/CRLs" in store else SealLevel.TIME_STAMPED


def _look(signature: EmbeddedPdfSignature, trust: Trust) -> Seen | None:
    """Check one signature cryptographically; None if it cannot be read."""
    try:
        stamp = _stamp(signature, trust)
        claimed = signature.self_reported_timestamp
        moment = stamp or (_aware(claimed) if claimed else None)
        standing = _standing(signature, trust, moment)
        if not well_formed(signature.byte_range):
            signature.byte_range = [0, 0, 0, 0]  # covers nothing; its signer must still be reported
        status = validate_pdf_signature(signature, signer_validation_context=trust.at(moment), skip_diff=True)
    except Exception as error:  # an untrusted signature may raise anything in the validator
        log.info("a signature could not be read: %s", type(error).__name__)
        return None
    return Seen(signature, status, standing, moment, stamped=stamp is not None)


def _standing(signature: EmbeddedPdfSignature, trust: Trust, moment: datetime | None) -> Standing:
    certificate, others = signature.signer_cert, signature.other_embedded_certs
    if certificate.extended_key_usage_value is not None:
        return Standing.UNKNOWN  # extended key usage: a seal has none, a time-stamping certificate has one
    validator = CertificateValidator(certificate, others, validation_context=trust.at(moment))
    try:
        asyncio.run(validator.async_validate_usage({"non_repudiation"}))  # type: ignore[no-untyped-call]
    except (ExpiredError, NotYetValidError):
        return Standing.OUT_OF_TIME
    except (PathError, ValidationError):
        return Standing.UNKNOWN
    return Standing.VOUCHED


def _stamp(signature: EmbeddedPdfSignature, trust: Trust) -> datetime | None:
    """Return the time of the RFC 3161 token over this signature, if it is valid under the pinned roots."""
    for token in _tokens(signature):
        try:
            moment = token["encap_content_info"]["content"].parsed["gen_time"].native
            imprint = message_imprint_checker(signature.signer_info)
            facts = asyncio.run(validate_tst_signed_data(token, trust.at(moment), imprint))
            status = TimestampSignatureStatus(**facts)
        except Exception as error:  # a broken token proves no time; nothing else follows from it
            log.info("a time-stamp could not be read: %s", type(error).__name__)
            continue
        if status.valid and status.intact and status.trusted and trust.keeps(status.signing_cert):
            return _aware(moment)
    return None


def _tokens(signature: EmbeddedPdfSignature) -> Iterator[Any]:
    try:
        yield from extract_tst_data_iter(signature.signer_info, signed=False)
    except NonexistentAttributeError:
        return


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unreadable(error: Exception) -> SealReport:
    if isinstance(error, PdfDecodeLimitError | MemoryError | RecursionError):
        return SealReport(O.UNREADABLE, R.TOO_COMPLEX)
    if not isinstance(error, PdfError):
        log.info("a file broke the reader: %s", type(error).__name__)
    return SealReport(O.UNREADABLE, R.DAMAGED)
