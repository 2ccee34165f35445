"""Turn a master, a document that the typesetter set with markers, into a layout, by splitting it at the markers."""

import re
import zlib
from collections.abc import Iterator
from functools import lru_cache, partial
from io import BytesIO
from itertools import accumulate
from typing import Any

import pikepdf

from certificates.press.compiled import figures, fonts
from certificates.press.compiled.deflate import Packed, packed
from certificates.press.compiled.faces import Faces
from certificates.press.compiled.layout import (
    CATALOGUE,
    CONTENT,
    FIELD,
    INFO,
    METADATA,
    ROSETTE,
    WREATHS,
    Figure,
    Layout,
    Place,
    Slot,
)
from certificates.press.compiled.objects import Piece, spelled
from certificates.press.compiled.shaping import THOUSAND, Face
from certificates.press.compiled.slots import MARKED_METADATA, SLOTS, UnfitError, line_parts, parts

_LONG = 1000  # minimum size of a constant part that is compressed beforehand
_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"

# A text run as WeasyPrint writes it: position, font and size, glyphs with kerning.
_RUN = re.compile(rb"(?<=BT\n1 0 0 -1 )(\S+)( \S+ Tm\n/(\w+) (\S+) Tf\n\[)([^\]]*)(?=\] TJ\nET)")
_GLYPHS = re.compile(rb"<([0-9a-f]*)>")
_MARKS = (b"KQ", b"004b0051")  # a marker in an object, as text or as UTF-16
_PARTS_OF_FILES = frozenset({"/ObjStm", "/XRef"})
_TOLD = ("/Title", "/Author", "/Subject", "/Creator", "/Producer")


def layout_of(pdf: bytes, kind: str, language: str, faces: Faces, scripts: frozenset[str]) -> Layout:
    """Return the layout of a master; `scripts` are those that its slots hold besides Latin.

    UnfitError when the master has more than one page, or an unexpected structure.
    """
    with pikepdf.open(BytesIO(pdf)) as opened:
        if len(opened.pages) != 1:
            raise UnfitError("more than one page")
        content = _Content(opened.pages[0], kind, language, faces)
        pieces = tuple(content.pieces())
        content.extend_fonts(scripts)
        return _layout(opened, kind, pieces, tuple(content.slots))


class _Content:
    """Reads the content stream of the only page."""

    def __init__(self, page: pikepdf.Page, kind: str, language: str, faces: Faces) -> None:
        self._stream = page.Contents.read_bytes()
        self._kind, self._language, self._faces = kind, language, faces
        self._fonts = {str(name)[1:]: font for name, font in page.Resources.Font.items()}
        self._meanings = {name: fonts.meanings(font.ToUnicode.read_bytes()) for name, font in self._fonts.items()}
        self._used: dict[str, set[Face]] = {}
        self.slots: list[Slot] = []

    def pieces(self) -> Iterator[bytes | Place | Figure]:
        """Yield constant parts, and the places of slots and figures."""
        end = 0
        for run in _RUN.finditer(self._stream):
            if place := self._place(run):
                yield from _drawn(self._stream[end : run.start()])
                yield place
                end = run.end()
        yield from _drawn(self._stream[end:])

    def extend_fonts(self, scripts: frozenset[str]) -> None:
        """Add to the fonts of the slots every glyph that a slot can hold."""
        for name, used in self._used.items():
            font = self._fonts[name]
            path = self._faces.file(str(font.BaseFont))
            texts = fonts.letters(used, fonts.alphabet(path, scripts)) | self._meanings[name]
            (descendant,) = font.DescendantFonts
            deflated, size = fonts.subset(path, frozenset(texts))
            file = descendant.FontDescriptor.FontFile2
            file.write(deflated, filter=pikepdf.Name.FlateDecode)
            file.Length1 = size
            descendant.W = pikepdf.Object.parse(fonts.widths(path, texts))
            to_unicode = fonts.to_unicode(font.ToUnicode.read_bytes(), texts)
            font.ToUnicode.write(zlib.compress(to_unicode, 9), filter=pikepdf.Name.FlateDecode)

    def _place(self, run: re.Match[bytes]) -> Place | None:
        left, after, name, size, shown = run.groups()
        font, meanings = self._fonts[name.decode()], self._meanings[name.decode()]
        glyphs = [int(hex_[i : i + 4], 16) for hex_ in _GLYPHS.findall(shown) for i in range(0, len(hex_), 4)]
        text = "".join(meanings.get(glyph, "") for glyph in glyphs)
        found = line_parts(self._kind, text)
        if found is None:
            return None
        words, line = found
        face = self._faces.setting(str(font.BaseFont), self._language, text, glyphs)
        self._used.setdefault(name.decode(), set()).add(face)
        slot = Slot(words, face, float(size), SLOTS[self._kind][words[1]])
        shift = slot.shift * face.line(text).width * slot.size / THOUSAND
        return Place(self._number(slot, line), line, float(left) + shift, after)

    def _number(self, slot: Slot, line: int) -> int:
        if line:
            return self.slots.index(slot)
        self.slots.append(slot)
        return len(self.slots) - 1


def _drawn(content: bytes) -> Iterator[bytes | Figure]:
    """Split constant content at the stand-ins of figures."""
    for written, name in figures.found(content).items():
        before, _, after = content.partition(written)
        yield from _drawn(before)
        yield Figure(name)
        yield from _drawn(after)
        return
    yield content


def _layout(pdf: pikepdf.Pdf, kind: str, pieces: tuple[bytes | Place | Figure, ...], slots: tuple[Slot, ...]) -> Layout:
    drawn = [piece.name for piece in pieces if isinstance(piece, Figure)]
    if drawn not in ([figures.ROSETTE, figures.CODE], [figures.ROSETTE, figures.CODE, figures.OFFLINE]):
        raise UnfitError(f"the figures are {drawn}")
    told = pdf.docinfo
    info = tuple((key.encode(), parts(kind, str(told[key]))) for key in _TOLD if key in told)
    metadata = parts(kind, pdf.Root.Metadata.read_bytes().decode(), MARKED_METADATA)
    own = _own_objects(pdf, codes=len(drawn) - 1)
    common, marked = _sorted(pdf, own)
    streams = sum(isinstance(item, pikepdf.Stream) for item in common.values())
    first, page = len(common) + 1, pdf.pages[0].obj.objgen[0]
    numbers = {number: place for place, number in enumerate(common, 1)}
    numbers |= {number: first + place for number, place in own.items()}
    last = first + max(own.values())
    numbers |= {number: last + place for place, number in enumerate(marked, 1)}
    spell = partial(spelled, numbers=numbers, parts=partial(parts, kind))
    head = [b"%d 0 obj\n%b\nendobj\n" % (numbers[number], _whole(spell(item))) for number, item in common.items()]
    starts = list(accumulate(map(len, head), initial=len(_HEADER)))
    return Layout(
        slots=slots,
        content=tuple(_stretches(pieces)),
        head=(_HEADER, *map(_kept, head[:streams]), b"".join(head[streams:])),
        head_size=starts[-1],
        table=b"".join(b"%010d 00000 n \n" % start for start in starts[:-1]),
        own=first,
        page=numbers[page],
        metadata=metadata,
        info=info,
        catalogue=_whole(spell(pdf.Root))[2:-2],
        marked=tuple(tuple(spell(item)) for item in marked.values()),
    )


def _stretches(
    pieces: tuple[bytes | Place | Figure, ...],
) -> Iterator[Packed | tuple[bytes | Place | Figure, ...]]:
    """Compress long constant parts, and group what is between them."""
    between: list[bytes | Place | Figure] = []
    for piece in pieces:
        if isinstance(piece, bytes) and len(piece) > _LONG:
            yield tuple(between)
            yield packed(piece)
            between = []
        else:
            between.append(piece)
    yield tuple(between)


def _own_objects(pdf: pikepdf.Pdf, *, codes: int) -> dict[int, int]:
    """Return the objects of the master that differ per document: object number -> place among its own."""
    page = pdf.pages[0]
    field, *shapes = (pdf.make_indirect(pikepdf.Dictionary()) for _ in range(1 + WREATHS + codes))
    page.Annots = pikepdf.Array([*page.get("/Annots", ()), field])
    page.Resources.XObject = pikepdf.Dictionary(dict(zip(figures.NAMES, shapes, strict=False)))
    places = [
        (page.Contents, CONTENT),
        (pdf.Root.Metadata, METADATA),
        (pdf.docinfo, INFO),
        (pdf.Root, CATALOGUE),
        (field, FIELD),
        *zip(shapes, range(ROSETTE, ROSETTE + len(shapes)), strict=True),
    ]
    return {item.objgen[0]: place for item, place in places}


def _sorted(pdf: pikepdf.Pdf, own: dict[int, int]) -> tuple[dict[int, Any], dict[int, Any]]:
    """Split the other objects by number: constant ones, streams first, and those with slots."""
    common: dict[int, Any] = {}
    marked: dict[int, Any] = {}
    for item in pdf.objects:
        number = item.objgen[0]
        if number in own or (isinstance(item, pikepdf.Stream) and item.get("/Type") in _PARTS_OF_FILES):
            continue
        plain = isinstance(item, pikepdf.Stream) or not any(mark in item.unparse(resolved=True) for mark in _MARKS)
        (common if plain else marked)[number] = item
    streams = {number: item for number, item in common.items() if isinstance(item, pikepdf.Stream)}
    return streams | common, marked


@lru_cache(maxsize=128)
def _kept(stream: bytes) -> bytes:
    """Return a shared copy of the stream: most layouts have the same fonts."""
    return stream


def _whole(pieces: list[Piece]) -> bytes:
    """Return an object without slots as bytes."""
    if len(pieces) != 1 or not isinstance(pieces[0], bytes):
        raise UnfitError("a slot where none can be")
    return pieces[0]
