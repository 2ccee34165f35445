"""Renew the proof of sealed documents: add a time-stamp before the certificate of the last one ends.

Level B-LTA (ETSI EN 319 142-1 clause 5.5): validation data and a document time-stamp are added behind the seal, which
DocMDP allows even where it forbids every change. The bytes that were issued stay as they were, at the beginning.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings
from pyhanko.sign.general import NonexistentAttributeError, SigningError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from audits.core import clock
from certificates.seal.sealing.revocation import Evidence
from certificates.seal.time.authority import TimeStamps

_READ_ALOUD = "Archival time-stamp"
_HIDDEN = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=False)


class ArchiveError(Exception):
    """The file was not sealed by us, or cannot be stamped."""


def proves_until(pdf: bytes) -> datetime:
    """Return when the certificate of the last time-stamp ends, without one that of the seal. ArchiveError.

    For files that we sealed ourselves; not safe for untrusted ones.
    """
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
        last = max(signatures, key=lambda signature: int(signature.signed_revision))
        signer: x509.Certificate = last.signer_cert
        if last.sig_object_type == "/Sig":
            signer = _stamper_of(last.signer_info) or signer
    except (PdfError, ValueError) as error:
        raise ArchiveError(f"no seal can be read: {error}") from error
    ends: datetime = signer.not_valid_after
    return ends.astimezone(UTC)


def signers_of(pdf: bytes) -> tuple[str, str | None]:
    """Return the SHA-256 (hex) of the certificates of the seal and of its time-stamp. Limits as `proves_until`.

    Later time-stamps are ignored: they are in files of their own, which can be made again.
    """
    try:
        seal = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[0]
        certificate, stamper = seal.signer_cert, _stamper_of(seal.signer_info)
    except (PdfError, ValueError, IndexError) as error:
        raise ArchiveError(f"no seal can be read: {error}") from error
    return bytes(certificate.sha256).hex(), bytes(stamper.sha256).hex() if stamper else None


class Archivist:
    """Adds time-stamps with the validation data of that moment."""

    def __init__(self, stamps: TimeStamps, evidence: Callable[[datetime], Evidence]) -> None:
        self._stamps = stamps
        self._evidence = evidence

    def renew(self, pdf: bytes) -> bytes:
        """Return the document with one more time-stamp appended. ArchiveError, StampError."""
        found = self._evidence(clock.now())
        try:
            writer = _Writer(BytesIO(pdf))
            DocumentSecurityStore.supply_dss_in_writer(
                writer,
                None,
                certs=[x509.Certificate.load(each) for each in found.certificates],
                ocsps=[ocsp.OCSPResponse.load(each) for each in found.ocsps],
                crls=[crl.CertificateList.load(each) for each in found.crls],
            )
            stamper = PdfTimeStamper(_Stamps(self._stamps), invis_settings=_HIDDEN, readable_field_name=_READ_ALOUD)
            done: BytesIO = stamper.timestamp_pdf(writer, "sha256", bytes_reserved=2 * self._stamps.longest)
        except (PdfError, SigningError, ValueError) as error:
            raise ArchiveError(f"no time-stamp can be added: {error}") from error
        return done.getvalue()


class _Writer(IncrementalPdfFileWriter):
    """A writer that does not touch the document's metadata: a renewal must not look like a change."""

    def _update_meta(self) -> None:
        pass


class _Stamps(TimeStamper):
    """Our time-stamps behind pyHanko's interface."""

    def __init__(self, stamps: TimeStamps) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._stamps = stamps

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        if md_algorithm != "sha256":
            raise ValueError(f"a time-stamp is made of sha256, not {md_algorithm}")
        token = await asyncio.to_thread(self._stamps.stamp, message_digest)
        return cms.ContentInfo.load(token)


def _stamper_of(signer_info: Any) -> x509.Certificate | None:
    """Return the certificate of the time-stamp inside a seal."""
    try:
        tokens = list(extract_tst_data_iter(signer_info, signed=False))
    except NonexistentAttributeError:
        return None
    for token in tokens:
        serial = token["signer_infos"][0]["sid"].chosen["serial_number"].native
        for each in token["certificates"]:
            if each.chosen.serial_number == serial:
                return each.chosen
    return None
