"""Attacks on a sealed certificate and imitations of one, each derived from a genuine file, by name."""

import zlib
from hashlib import shake_256
from io import BytesIO

import pikepdf
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.kit.authority import P256_ORDER

name, text = generic.pdf_name, generic.pdf_string


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
