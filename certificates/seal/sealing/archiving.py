"""Keeping the proof alive: a sealed document gets a new time-stamp before the certificate of the last one ends.

Level B-LTA (ETSI EN 319 142-1 clause 5.5): validation data and a document time-stamp are added behind the seal, which
DocMDP allows even where it forbids every change. The bytes that were given out stay as they were, at the beginning.
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
    """This file is not one that we sealed, or cannot be stamped."""


def proves_until(pdf: bytes) -> datetime:
    """When the certificate of the last time-stamp ends; of the seal, where there is none. ArchiveError; never hostile.

    For files that we sealed ourselves.
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
    """Who sealed a file, and who stamped the time of that seal: SHA-256 of their certificates, hex. As `proves_until`.

    Time-stamps that were added later are not looked at: they lie in files of their own, which are made again.
    """
    try:
        seal = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[0]
        certificate, stamper = seal.signer_cert, _stamper_of(seal.signer_info)
    except (PdfError, ValueError, IndexError) as error:
        raise ArchiveError(f"no seal can be read: {error}") from error
    return bytes(certificate.sha256).hex(), bytes(stamper.sha256).hex() if stamper else None


class Archivist:
    """Adds time-stamps, and what is known of the certificates at that moment."""

    def __init__(self, stamps: TimeStamps, evidence: Callable[[datetime], Evidence]) -> None:
        self._stamps = stamps
        self._evidence = evidence

    def renew(self, pdf: bytes) -> bytes:
        """The document with one time-stamp more; the input stays at its beginning. ArchiveError, StampError."""
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
    """Leaves what the document says of itself as it was sealed: a renewal that renames it would be a change."""

    def _update_meta(self) -> None:
        pass


class _Stamps(TimeStamper):
    """Our time-stamps, as the library asks for them."""

    def __init__(self, stamps: TimeStamps) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._stamps = stamps

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        if md_algorithm != "sha256":
            raise ValueError(f"a time-stamp is made of sha256, not {md_algorithm}")
        token = await asyncio.to_thread(self._stamps.stamp, message_digest)
        return cms.ContentInfo.load(token)


def _stamper_of(signer_info: Any) -> x509.Certificate | None:
    """Who made the time-stamp inside a seal."""
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
