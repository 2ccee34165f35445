"""The smallest PDF with a placeholder for a seal, made without the press."""

import io
from pathlib import Path

from certificates.documents.stages import Prepared
from certificates.seal.keyring.keys import Keyring, Purpose
from certificates.seal.keyring.signing import held_key
from certificates.seal.sealing import placeholder as rooms
from certificates.seal.sealing.placeholder import Placeholder
from certificates.seal.sealing.sealer import KeySealer
from certificates.seal.time.authority import TimeStampAuthority

CATALOGUE, PAGES, PAGE, CONTENT, FORM, WIDGET, SIGNATURE = range(1, 8)


def sealer_of(folder: Path, passphrase: str) -> KeySealer:
    """Return a sealer of level B-T with the keys of a folder."""
    ring = Keyring.open(folder, passphrase)
    return KeySealer(held_key(ring, Purpose.SEAL), TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP)))


def paper(placeholder: Placeholder | None = None, text: str = "valid until 2031-05-04") -> Prepared:
    """Return one page with one line; with `room`, with a placeholder for a seal."""
    content = b"BT /F1 12 Tf 72 720 Td " + rooms.text_string(text) + b" Tj ET"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R" % (PAGES, CONTENT)
    page += b" /Resources << /Font << /F1 %s >> >>" % font
    catalogue = b"<< /Type /Catalog /Pages %d 0 R" % PAGES
    objects = {PAGES: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % PAGE, CONTENT: stream(content)}
    if placeholder is not None:
        page += b" /Annots [%d 0 R]" % WIDGET
        catalogue += b" /AcroForm %d 0 R /Perms %s" % (FORM, rooms.permissions(SIGNATURE))
        objects |= {
            FORM: rooms.form(WIDGET),
            WIDGET: rooms.widget(PAGE, SIGNATURE),
            SIGNATURE: rooms.signature_dictionary(placeholder),
        }
        catalogue += stored(placeholder, objects)
    objects |= {CATALOGUE: catalogue + b" >>", PAGE: page + b" >>"}
    return Prepared(written(objects))


def stored(placeholder: Placeholder, objects: dict[int, bytes]) -> bytes:
    """Add the streams of the security store, where the room asks for one; the catalogue's entry."""
    if not placeholder.certificates:
        return b""
    numbers = []
    for group in (placeholder.certificates, placeholder.ocsps, placeholder.crls):
        first = max(objects) + 1
        objects |= {first + place: stream(der) for place, der in enumerate(group)}
        numbers.append(range(first, first + len(group)))
    return b" /DSS " + rooms.security_store(*numbers)


def stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def written(objects: dict[int, bytes]) -> bytes:
    """Return the file with its cross-reference table."""
    out, offsets = io.BytesIO(), {}
    out.write(b"%PDF-1.7\n%\xf0\x9f\x96\x8b\n")
    for number in sorted(objects):
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, objects[number]))
    size, table = max(objects) + 1, out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        used = number in offsets
        out.write(b"%010d %05d %s \n" % (offsets.get(number, 0), 0 if used else 65535, b"n" if used else b"f"))
    identity = b"<%s>" % (b"5ea1" * 8)
    out.write(b"trailer\n<< /Size %d /Root %d 0 R /ID [%s %s] >>\n" % (size, CATALOGUE, identity, identity))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()
