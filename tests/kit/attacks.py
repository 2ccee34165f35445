"""Attacks on a sealed certificate and imitations of one, each derived from a genuine file, by name."""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import shake_256
from io import BytesIO

import pikepdf
from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

AT = datetime(2030, 5, 4, 9, 30, tzinfo=UTC)
BODY = "Stichting Keurwerk"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
UNHIDDEN = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=False)
name, text = generic.pdf_name, generic.pdf_string


@dataclass
class Authority:
    """A root with a key that seals and one that stamps the time, all made by pyHanko and not by us.

    `years` is how long the sealing certificate lasts from the day before AT; the root outlives everything.
    """

    body: str = BODY
    years: int = 10
    self_signed: bool = False
    keys: dict = field(init=False, default_factory=dict)
    certificates: dict = field(init=False, default_factory=dict)

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
        return self.certificates["root"].public_bytes(serialization.Encoding.PEM)

    def fingerprint(self, part: str = "seal") -> str:
        return self.certificates[part].fingerprint(hashes.SHA256()).hex()

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
        return signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=20000).getvalue()

    def sign_again(self, pdf: bytes) -> bytes:
        """Add an ordinary signature, in spite of what the certification allows."""
        metadata = signers.PdfSignatureMetadata(field_name="Again", md_algorithm="sha256")
        signer = Forced(metadata, signer=self._signer("seal"), new_field_spec=fields.SigFieldSpec("Again", on_page=0))
        return signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=20000).getvalue()

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


# --- bytes ---


def flipped(pdf: bytes, position: int) -> bytes:
    changed = bytearray(pdf)
    changed[position] ^= 0x20
    return bytes(changed)


def flipped_at(pdf: bytes, words: bytes, offset: int = 0) -> bytes:
    return flipped(pdf, pdf.index(words) + offset)


def gap(pdf: bytes) -> tuple[int, int]:
    """Return where the hex digits of the last signature begin and end."""
    start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    return start, pdf.index(b">", start)


def put(pdf: bytes, position: int, data: bytes) -> bytes:
    return pdf[:position] + data + pdf[position + len(data) :]


def with_range(pdf: bytes, numbers: bytes) -> bytes:
    """Put other numbers into the ByteRange, in the same place."""
    start = pdf.rindex(b"/ByteRange")
    end = pdf.index(b"]", start)
    return pdf[:start] + (b"/ByteRange [" + numbers).ljust(end - start) + pdf[end:]


def widened(pdf: bytes) -> bytes:
    """Begin the gap a little earlier, to have room for something else."""
    start, end = gap(pdf)
    return with_range(pdf, b"0 %d %d %d" % (start - 60, end + 1, len(pdf) - end - 1))


def transplanted(pdf: bytes, other: bytes) -> bytes:
    """Put the signature of another file into the placeholder of this one."""
    (start, end), (from_, to) = gap(pdf), gap(other)
    assert end - start == to - from_
    return put(pdf, start, other[from_:to])


def padded(pdf: bytes) -> bytes:
    """Hide something behind the signature."""
    _, end = gap(pdf)
    return put(pdf, end - 40, b"CAFE")


def mixed_case(pdf: bytes) -> bytes:
    start, end = gap(pdf)
    position = next(place for place in range(start, end) if pdf[place : place + 1].isalpha())
    return flipped(pdf, position)


def junk_signature(pdf: bytes) -> bytes:
    start, _ = gap(pdf)
    return put(pdf, start, b"3003020101")


def broken_signature(pdf: bytes) -> bytes:
    """Change the last byte of the signature value."""
    start, end = gap(pdf)
    message = cms.ContentInfo.load(bytes.fromhex(pdf[start:end].decode()))
    signer = message["content"]["signer_infos"][0]
    value = signer["signature"].native
    last = pdf.lower().index(value.hex().encode(), start) + 2 * len(value) - 1
    return put(pdf, last, b"0" if value[-1] & 15 else b"1")


def resigned(pdf: bytes, change) -> bytes:
    """Encode the same signature differently; `change` gets the SignerInfo."""
    start, end = gap(pdf)
    message = cms.ContentInfo.load(bytes.fromhex(pdf[start:end].decode()))
    change(message["content"]["signer_infos"][0])
    digits = message.dump().hex().encode()
    return put(pdf, start, digits.ljust(end - start, b"0"))


def without_stamp(pdf: bytes) -> bytes:
    """Take the time-stamp out of the signature, which no signature covers."""

    def change(signer):
        del signer["unsigned_attrs"]

    return resigned(pdf, change)


def other_half(pdf: bytes) -> bytes:
    """Replace an ECDSA signature (r, s) by the equally valid (r, n - s)."""

    def change(signer):
        r, s = decode_dss_signature(signer["signature"].native)
        signer["signature"] = encode_dss_signature(r, P256_ORDER - s)

    return resigned(pdf, change)


def other_stamp(pdf: bytes, other: bytes) -> bytes:
    """Replace the time-stamp of the seal by that of another file."""
    start, end = gap(other)
    theirs = cms.ContentInfo.load(bytes.fromhex(other[start:end].decode()))["content"]["signer_infos"][0]

    def change(signer):
        signer["unsigned_attrs"] = theirs["unsigned_attrs"]

    return resigned(pdf, change)


def capitals(pdf: bytes) -> bytes:
    """Write the same signature in capital letters."""
    start, end = gap(pdf)
    return put(pdf, start, pdf[start:end].upper())


# --- later revisions ---


def written(writer) -> bytes:
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def revised(change):
    """Make an attack that adds a revision, from `change(writer, page)`."""

    def attack(pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        page = writer.root["/Pages"]["/Kids"][0]
        change(writer, page)
        return written(writer)

    return attack


@revised
def overlaid(writer, page):
    """Lay a note over the first page."""
    note = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/FreeText"),
            name("/Rect"): generic.ArrayObject(generic.NumberObject(side) for side in (50, 50, 300, 200)),
            name("/Contents"): text("valid until 2099"),
        }
    )
    page.setdefault("/Annots", generic.ArrayObject()).append(writer.add_object(note))
    writer.update_container(page)


@revised
def retitled(writer, page):
    writer.set_info(generic.DictionaryObject({name("/Title"): text("Another holder")}))


@revised
def content_replaced(writer, page):
    page[name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


@revised
def page_swapped(writer, page):
    """Another page in the page tree; the sealed one is still in the file, and nobody sees it."""
    other = generic.DictionaryObject(dict(page.items()))
    other[name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    tree = writer.root["/Pages"]
    tree["/Kids"][0] = writer.add_object(other)
    writer.update_container(tree)


@revised
def attachment_replaced(writer, page):
    """Attach other facts under the name of ours."""
    tree = writer.root["/Names"]["/EmbeddedFiles"]
    file = tree["/Names"][1]
    file["/EF"][name("/F")] = writer.add_object(generic.StreamObject(stream_data=b'{"number": "KW-2099-00001-00"}'))
    writer.update_container(file)


@revised
def uncertified(writer, page):
    """Remove the certification from the catalogue, so that a reader allows what it forbids."""
    del writer.root["/Perms"]
    writer.update_root()


@revised
def hidden_object(writer, page):
    """Add an object that no page shows."""
    writer.root[name("/Hidden")] = writer.add_object(generic.StreamObject(stream_data=b"later"))
    writer.update_root()


@revised
def other_metadata(writer, page):
    """Another holder in the XMP."""
    old = writer.root["/Metadata"].data
    kind = {name("/Type"): name("/Metadata"), name("/Subtype"): name("/XML")}
    new = generic.StreamObject(kind, stream_data=old.replace(b"Zonneveld", b"Schaduw"))
    writer.root[name("/Metadata")] = writer.add_object(new)
    writer.update_root()


def unnamed(pdf: bytes) -> bytes:
    """Another page content behind the end, that no table names: whoever repairs a file finds it."""
    return pdf + b"\n6 0 obj\n<< /Length 5 >>\nstream\nBT ET\nendstream\nendobj\n"


# --- hidden in the time-stamp of a renewal ---


def other_look(writer, page):
    """Another default look for what stands in fields."""
    form = writer.root["/AcroForm"]
    form[name("/DA")] = text("/Helv 40 Tf 1 0 0 rg")
    writer.update_container(form)


def a_field_more(writer, page):
    """Add an empty signature field whose opening runs a script."""
    script = generic.DictionaryObject({name("/S"): name("/JavaScript"), name("/JS"): text("app.alert('valid')")})
    field = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/Widget"),
            name("/FT"): name("/Sig"),
            name("/T"): text("More"),
            name("/Rect"): generic.ArrayObject([generic.NumberObject(0)] * 4),
            name("/AA"): generic.DictionaryObject({name("/PO"): script}),
        }
    )
    reference = writer.add_object(field)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(reference)
    writer.update_container(form["/Fields"])
    page["/Annots"].append(reference)
    writer.update_container(page)


# --- saved anew ---


def saved(opened: pikepdf.Pdf, **how) -> bytes:
    target = BytesIO()
    opened.save(target, **how)
    return target.getvalue()


def resaved(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return saved(opened)


def stripped(pdf: bytes) -> bytes:
    """Saved anew without form and signature."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        del opened.Root.AcroForm, opened.Root.Perms
        del opened.pages[0].Annots
        return saved(opened)


def emptied(pdf: bytes) -> bytes:
    """Saved anew with a field that holds no signature any more; the signature itself lies about."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.Root.KeptForLater = opened.Root.AcroForm.Fields[0].V
        del opened.Root.AcroForm.Fields[0].V, opened.Root.Perms
        return saved(opened, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def locked(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return saved(opened, encryption=pikepdf.Encryption(owner="o", user="u"))


def locked_without_password(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return saved(opened, encryption=pikepdf.Encryption(owner="o", user=""))


# --- made to break the reader ---


def classic(objects: list[bytes], *, trailer: bytes = b"/Root 1 0 R", offset: int | None = None) -> bytes:
    """Return a file of these objects with an ordinary cross-reference table; `offset` is where it claims to be."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, data in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer.replace(b"@TABLE", b"%d" % table),
        table if offset is None else offset,
    )
    return bytes(out)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] >> >>"
PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def deflate_bomb() -> bytes:
    """Return an object stream with the form in it that unpacks to two gigabytes, packed twice."""
    once = zlib.compressobj(9)
    packed = b"".join(once.compress(bytes(1 << 24)) for _ in range(128)) + once.flush()
    bomb = stream(zlib.compress(packed, 9), b"/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode]")
    objects = [CATALOGUE, PAGES, b"null", bomb]
    rows = [(0, 0, 65535)]
    out = bytearray(b"%PDF-1.7\n")
    for number, data in enumerate(objects, 1):
        rows.append((1, len(out), 0))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    rows[3] = (2, 4, 0)  # the field is in the object stream
    rows.append((1, len(out), 0))
    table = b"".join(kind.to_bytes(1) + place.to_bytes(4) + last.to_bytes(2) for kind, place, last in rows)
    head = b"/Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R"
    return bytes(out) + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(table, head), len(out))


def deep_nesting() -> bytes:
    """Return nested arrays, a hundred thousand deep."""
    return classic([CATALOGUE.replace(b"[3 0 R]", b"[" * 100_000 + b"]" * 100_000), PAGES, b"null"])


def table_loop() -> bytes:
    """Return a cross-reference table that names itself as the previous one."""
    return classic([CATALOGUE, PAGES, b"<< >>"], trailer=b"/Root 1 0 R /Prev @TABLE")


def field_loop() -> bytes:
    """Return a field that is its own child."""
    return classic([CATALOGUE, PAGES, b"<< /T (a) /Kids [3 0 R] >>"])


def reference_loop() -> bytes:
    """Return an object that is a reference to itself, through another."""
    return classic([CATALOGUE, PAGES, b"4 0 R", b"3 0 R"])


def many_objects() -> bytes:
    """Return a cross-reference table that claims two thousand million objects."""
    return classic([CATALOGUE, PAGES, b"null"]).replace(b"xref\n0 4\n", b"xref\n0 2000000000\n")


def many_fields() -> bytes:
    """Ten thousand signatures, each to be looked at."""
    fields_ = b" ".join(b"%d 0 R" % number for number in range(4, 10_004))
    field_ = b"<< /FT /Sig /T (a%d) /V << /SubFilter /ETSI.CAdES.detached /Contents <30> /ByteRange [0 1 2 3] >> >>"
    objects = [CATALOGUE.replace(b"[3 0 R]", b"[" + fields_ + b"]"), PAGES, b"null"]
    return classic(objects + [field_ % number for number in range(10_000)])


def noise(size: int, head: bytes = b"") -> bytes:
    return head + shake_256(b"1").digest(size)


BOMBS = {
    "a deflate bomb": deflate_bomb,
    "arrays in arrays": deep_nesting,
    "a table before itself": table_loop,
    "a field in itself": field_loop,
    "a reference to itself": reference_loop,
    "more objects than there can be": many_objects,
    "ten thousand signatures": many_fields,
    "an offset beyond the end": lambda: classic([CATALOGUE, PAGES, b"null"], offset=10**12),
    "a catalogue that is a number": lambda: classic([b"42", PAGES, b"null"]),
}
