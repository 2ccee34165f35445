"""Putting the seal on: a PAdES certification signature over the whole file that allows no change after it."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, Self

from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from audits.core import clock
from certificates.seal.keys import Keyring, KeysError, Purpose
from certificates.seal.room import FIELD, SealError

_HEX_DIGITS = 8192  # room for the signature with its certificates; about half is used
_LONGEST_P256 = 72  # bytes of an ECDSA signature in DER


class Sealer(Protocol):
    """Whoever can seal: a key on disk today, a module or a remote service tomorrow."""

    def seal(self, pdf: bytes, *, at: datetime | None = None) -> bytes:
        """The sealed file; the input stays at its beginning, byte for byte. `at` is now unless said otherwise.

        SealError if the input is no PDF or was sealed before.
        """


class KeySealer:
    """Seals with a key that is held in memory. PAdES B-B (ETSI EN 319 142-1), ECDSA on P-256 with SHA-256."""

    def __init__(self, ring: Keyring) -> None:
        self._signer = _LoadedKey(ring)
        self._settings = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )

    @classmethod
    def load(cls, folder: Path, passphrase: str) -> Self:
        """A sealer with the key of a seal folder; KeysError if it cannot be read."""
        return cls(Keyring.open(folder, passphrase))

    def seal(self, pdf: bytes, *, at: datetime | None = None) -> bytes:
        """See `Sealer.seal`. The seal is invisible: a picture of a seal proves nothing, and PDF/UA wants it so."""
        # No box: the widget has no size. The field has a name that is read aloud.
        field = fields.SigFieldSpec(FIELD, on_page=0, readable_field_name="Electronic seal")
        signer = _DatedSigner(self._settings, signer=self._signer, new_field_spec=field)
        signer.moment = at or clock.now()
        try:
            sealed: BytesIO = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=_HEX_DIGITS)
        except (PdfError, SigningError) as error:
            raise SealError(str(error)) from error
        return sealed.getvalue()


class _DatedSigner(signers.PdfSigner):
    """A signer that is told the time."""

    moment: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


class _LoadedKey(signers.Signer):
    """A signer that reads its key once; pyHanko's own parses and checks it for every signature."""

    def __init__(self, ring: Keyring) -> None:
        entry = ring.active(Purpose.SEAL)
        key = ring.private(entry)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeysError(f"{entry.id} is no key on a curve")
        self._key = key
        root = ring.certificate(ring.active(Purpose.ROOT))
        store = SimpleCertificateStore.from_certs([_parsed(root)])  # type: ignore[no-untyped-call]
        super().__init__(signing_cert=_parsed(ring.certificate(entry)), cert_registry=store)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(_LONGEST_P256)
        if digest_algorithm != "sha256":
            raise ValueError(f"the seal is made with sha256, not {digest_algorithm}")
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _parsed(certificate: Any) -> asn1.Certificate:
    # Read back from its bytes: a certificate that asn1crypto built itself would be encoded anew for every seal.
    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
