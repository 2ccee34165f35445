"""Write one document from its layout: a file with a single revision and an empty placeholder for its seal."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from xml.sax.saxutils import escape

from certificates.press.attached import Attached
from certificates.press.compiled import figures
from certificates.press.compiled.deflate import Packed, joined
from certificates.press.compiled.layout import CATALOGUE, FIELD, INFO, SIGNATURE, Figure, Layout, Order, Place
from certificates.press.compiled.objects import Words, filled, stream
from certificates.press.compiled.shaping import THOUSAND, Line
from certificates.press.compiled.slots import DATED, composed
from certificates.press.rosette import Wreath, wreaths
from certificates.seal.sealing import placeholder as seal_placeholder
from certificates.seal.sealing.placeholder import Placeholder, text_string

_LEVEL = 1  # compression level: attachments are small, and speed matters

_spelt = lru_cache(maxsize=64)(text_string)  # cache size of constant descriptions

Lines = Sequence[Sequence[Line]]


def written(layout: Layout, order: Order, lines: Lines) -> bytes:
    """Return the file: the objects of the layout, the document's own objects, and the cross-reference table."""
    wreath = wreaths(bytes.fromhex(order.texts["digest"]))
    objects = [
        _content(layout, lines, wreath),
        stream(b" /Type /Metadata /Subtype /XML", _metadata(layout.metadata, order)),
        _info(layout, order),
        b"",
        seal_placeholder.signature_dictionary(order.placeholder),
        seal_placeholder.widget(layout.page, layout.own + SIGNATURE),
        *map(figures.line_object, wreath),
        figures.code_object(order.texts["register_url"]),
        *([figures.code_object(order.offline_url)] if order.offline_url else []),
        *(filled(pieces, order.texts) for pieces in layout.marked),
    ]
    attached = _attach(order, objects, layout.own)
    stored = _store(order.placeholder, objects, layout.own)
    objects[CATALOGUE] = b"<<%b%b /AcroForm %b /Perms %b%b>>" % (
        layout.catalogue,
        attached,
        seal_placeholder.form(layout.own + FIELD),
        seal_placeholder.permissions(layout.own + SIGNATURE),
        stored,
    )
    return _file(layout, objects, _identity(order))


def _content(layout: Layout, lines: Lines, wreath: tuple[Wreath, ...]) -> bytes:
    stretches: list[bytes | Packed] = []
    for stretch in layout.content:
        if isinstance(stretch, Packed):
            stretches.append(stretch)
        else:
            shown = [each if isinstance(each, bytes) else _shown(each, layout, lines, wreath) for each in stretch]
            stretches.append(b"".join(shown))
    return stream(b" /Filter /FlateDecode", joined(stretches))


def _shown(piece: Place | Figure, layout: Layout, lines: Lines, wreath: tuple[Wreath, ...]) -> bytes:
    if isinstance(piece, Figure):
        return (
            figures.rosette_operators(wreath) if piece.name == figures.ROSETTE else figures.code_operators(piece.name)
        )
    slot, line = layout.slots[piece.slot], lines[piece.slot][piece.line]
    left = piece.anchor - slot.shift * line.width * slot.size / THOUSAND
    return b"%.6f%b%b" % (left, piece.after, line.shown)


def _metadata(words: Words, order: Order) -> bytes:
    texts = {name: escape(order.texts[name]) for name in words[1::2] if name != DATED}
    return composed(words, texts | {DATED: order.dated}).encode()


def _info(layout: Layout, order: Order) -> bytes:
    entries = b"".join([b"%b %b\n" % (key, text_string(composed(words, order.texts))) for key, words in layout.info])
    day = b"(D:%b)" % order.dated.replace("-", "").encode()
    return b"<<%b/CreationDate %b /ModDate %b>>" % (entries, day, day)


def _attach(order: Order, objects: list[bytes], own: int) -> bytes:
    """Add the attachments; return their entries in the catalogue."""
    moment = b"(D:%b000000Z)" % order.dated.replace("-", "").encode()
    listed = []
    for file in order.files:
        number = own + len(objects)
        objects += [_embedded(file, moment), _specification(file.name, file.description, number)]
        listed.append((file.name, number + 1))
    names = b" ".join([b"%b %d 0 R" % (_spelt(name), number) for name, number in sorted(listed)])
    links = b" ".join([b"%d 0 R" % number for _, number in listed])
    return b" /Names << /EmbeddedFiles << /Names [%b] >> >> /AF [%b]" % (names, links)


def _embedded(file: Attached, moment: bytes) -> bytes:
    check = hashlib.md5(file.data, usedforsecurity=False).hexdigest().encode()
    return stream(
        b" /Type /EmbeddedFile /Subtype %b /Filter /FlateDecode /Params << /Size %d /CheckSum <%b> /CreationDate %b"
        b" /ModDate %b >>" % (file.subtype, len(file.data), check, moment, moment),
        zlib.compress(file.data, _LEVEL),
    )


def _specification(name: str, description: str, number: int) -> bytes:
    return b"<< /Type /Filespec /F %b /UF %b /Desc %b /AFRelationship /Data /EF << /F %d 0 R >> >>" % (
        _spelt(name), _spelt(name), _spelt(description), number,
    )  # fmt: skip


def _store(placeholder: Placeholder, objects: list[bytes], own: int) -> bytes:
    """Add the validation data (DSS) if the placeholder has any; return its entry in the catalogue."""
    if not placeholder.certificates:
        return b""
    numbers = []
    for group in (placeholder.certificates, placeholder.ocsps, placeholder.crls):
        first = own + len(objects)
        objects += [stream(b"", der) for der in group]
        numbers.append(range(first, first + len(group)))
    return b" /DSS %b" % seal_placeholder.security_store(*numbers)


def _identity(order: Order) -> bytes:
    """Return the file identifier (PDF 32000-1 clause 14.4), a hash of the content."""
    digest = hashlib.md5(order.placeholder.at.isoformat().encode(), usedforsecurity=False)
    for file in order.files:
        digest.update(file.data)
    return digest.hexdigest().encode()


def _file(layout: Layout, objects: list[bytes], identity: bytes) -> bytes:
    texts = [b"%d 0 obj\n%b\nendobj\n" % numbered for numbered in enumerate(objects, layout.own)]
    ends = list(accumulate(map(len, texts), initial=layout.head_size))
    return b"".join([*layout.head, *texts, *_table(layout, ends, identity)])


def _table(layout: Layout, ends: list[int], identity: bytes) -> Iterator[bytes]:
    """Yield cross-reference table and trailer (clause 7.5.4); `ends` are the offsets of the own objects and the end."""
    size = layout.own + len(ends) - 1
    yield b"xref\n0 %d\n0000000000 65535 f \n" % size
    yield layout.table
    yield from [b"%010d 00000 n \n" % start for start in ends[:-1]]
    yield b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%b> <%b>] >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, layout.own + CATALOGUE, layout.own + INFO, identity, identity, ends[-1],
    )  # fmt: skip
