"""An authority of strangers, with keys for seals and time-stamps of its own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

AT = datetime(2030, 5, 4, 9, 30, tzinfo=UTC)
BODY = "Stichting Keurwerk"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
UNHIDDEN = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=False)


@dataclass
class Authority:
    """A root with a key that seals and one that stamps the time, all made by pyHanko and not by us.

    `years` is how long the sealing certificate lasts from the day before AT; the root outlives everything.
    """

    body: str = BODY
    years: int = 10
    self_signed: bool = False
    keys: dict[str, Any] = field(init=False, default_factory=dict)
    certificates: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for part, key in (
            ("root", ec.generate_private_key(ec.SECP256R1())),
            ("seal", ec.generate_private_key(ec.SECP256R1())),
            ("time-stamp", rsa.generate_private_key(65537, 2048)),
        ):
            self.keys[part] = key
            self.certificates[part] = self._certify(part)

    @property
    def root(self) -> bytes:
        """Return the root certificate that others pin, in PEM."""
        return bytes(self.certificates["root"].public_bytes(serialization.Encoding.PEM))

    def fingerprint(self, part: str = "seal") -> str:
        return str(self.certificates[part].fingerprint(hashes.SHA256()).hex())

    def seal(self, pdf: bytes, at: datetime = AT, *, stamped=True, part="seal", permission=1, certify=True) -> bytes:
        """Sign as we do: a certification that allows no change, with a time-stamp."""
        metadata = signers.PdfSignatureMetadata(
            field_name="Seal", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, certify=certify,
            docmdp_permissions=fields.MDPPerm(permission) if certify else fields.MDPPerm.FILL_FORMS,
        )  # fmt: skip
        signer = Dated(
            metadata, signer=self._signer(part), timestamper=self.stamper(at) if stamped else None,
            new_field_spec=fields.SigFieldSpec("Seal", on_page=0),
        )  # fmt: skip
        signer.moment = at
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=20000).getvalue())

    def sign_again(self, pdf: bytes) -> bytes:
        """Add an ordinary signature, in spite of what the certification allows."""
        metadata = signers.PdfSignatureMetadata(field_name="Again", md_algorithm="sha256")
        signer = Forced(metadata, signer=self._signer("seal"), new_field_spec=fields.SigFieldSpec("Again", on_page=0))
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=20000).getvalue())

    def renew(self, pdf: bytes, at: datetime, change=None, *, quiet=True) -> bytes:
        """Add a document time-stamp over everything, and over what `change(writer, page)` does.

        Unless `quiet`, the program notes its own name and the day in the file, as programs do.
        """
        writer = Quiet(BytesIO(pdf)) if quiet else IncrementalPdfFileWriter(BytesIO(pdf))
        if change:
            change(writer, writer.root["/Pages"]["/Kids"][0])
        stamper = signers.PdfTimeStamper(self.stamper(at), invis_settings=UNHIDDEN)
        out = BytesIO()
        stamper.timestamp_pdf(writer, "sha256", validation_context=None, output=out, bytes_reserved=20000)
        return out.getvalue()

    def stamper(self, at: datetime) -> DummyTimeStamper:
        key = self.keys["time-stamp"].private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore.from_certs([self._parsed("root")])
        return DummyTimeStamper(
            self._parsed("time-stamp"), asn1_keys.PrivateKeyInfo.load(key), certs_to_embed=store, fixed_dt=at
        )

    def _signer(self, part: str) -> signers.SimpleSigner:
        key = self.keys[part].private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore.from_certs([self._parsed("root")])
        return signers.SimpleSigner(self._parsed(part), asn1_keys.PrivateKeyInfo.load(key), store)

    def _parsed(self, part: str) -> asn1.Certificate:
        return asn1.Certificate.load(self.certificates[part].public_bytes(serialization.Encoding.DER))

    def _certify(self, part: str) -> x509.Certificate:
        own = part == "root" or (self.self_signed and part == "seal")
        issuer = part if own else "root"
        days = {"root": 40 * 365, "seal": self.years * 365, "time-stamp": 15 * 365}[part]
        draft = (
            x509.CertificateBuilder()
            .subject_name(self._subject(part))
            .issuer_name(self._subject(issuer))
            .public_key(self.keys[part].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(AT - timedelta(days=1))
            .not_valid_after(AT + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=part == "root", path_length=None), critical=True)
            .add_extension(usage(part), critical=True)
        )
        if part == "time-stamp":
            draft = draft.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return draft.sign(self.keys[issuer], hashes.SHA256())

    def _subject(self, part: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.body),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{self.body} – {part}"),
            ]
        )


def usage(part: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=part != "root", content_commitment=part != "root", key_cert_sign=part == "root",
        crl_sign=part == "root", key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


class Dated(signers.PdfSigner):
    """A signer that is told the time."""

    moment: datetime

    def init_signing_session(self, *args, **kwargs):
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


class Quiet(IncrementalPdfFileWriter):
    """A writer that does not note in the metadata that it was there."""

    def _update_meta(self) -> None:
        pass


class Forced(signers.PdfSigner):
    """A signer that does not ask whether the document may be signed."""

    def _enforce_certification_constraints(self, reader) -> None:
        pass
