"""Build the fonts of a compiled document: every glyph that a slot may need, with widths and ToUnicode map.

One face has all scripts; a document embeds the Latin part, and the other scripts that its own text needs.
"""

import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import uharfbuzz as hb

from certificates.press.compiled.shaping import THOUSAND, Face, settable

_LATIN = re.compile("[ -\u017f\u0218-\u021b\u2000-\u21ff]*")
_OTHERS = {"Greek": re.compile("[\u0370-\u03ff]"), "Cyrillic": re.compile("[\u0400-\u052f]")}
_REST = "more Latin"  # mainly Vietnamese

# Tables that PDF readers ignore in an embedded TrueType font (PDF 32000-1 clause 9.9).
_LAYOUT = ("GSUB", "GPOS", "GDEF", "BASE", "OS/2", "name", "post", "gasp", "cmap")
_ENTRY = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>")
_ENTRIES = 100  # entries per block, Adobe technical note 5411


def scripts(texts: Iterable[str]) -> frozenset[str]:
    """Return the names of the scripts in the texts besides European Latin and signs; usually none."""
    signs = {sign for text in texts if not _LATIN.fullmatch(text) for sign in text}
    return frozenset(map(_script, signs)) - {""}


def alphabet(path: Path, wanted: Collection[str]) -> list[str]:
    """Return the characters of a font file that slots can hold: the common ones, and those of the wanted scripts."""
    signs = map(chr, sorted(hb.Face(hb.Blob.from_file_path(str(path))).unicodes))
    return [sign for sign in signs if settable(sign) and _script(sign) in {"", *wanted}]


@cache
def _script(sign: str) -> str:
    if _LATIN.fullmatch(sign):
        return ""
    return next((name for name, signs in _OTHERS.items() if signs.match(sign)), _REST)


def meanings(cmap: bytes) -> dict[int, str]:
    """Parse a ToUnicode map: glyph -> text."""
    _, _, listed = cmap.partition(b"beginbfchar")
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in _ENTRY.findall(listed)}


def to_unicode(cmap: bytes, texts: Mapping[int, str]) -> bytes:
    """Return the ToUnicode map with these glyphs instead of its own (PDF 32000-1 clause 9.10.3)."""
    head, tail = cmap[: cmap.index(b"endcodespacerange")] + b"endcodespacerange\n", cmap[cmap.rindex(b"endcmap") :]
    entries = [b"<%04x> <%s>\n" % (glyph, texts[glyph].encode("utf-16-be").hex().encode()) for glyph in sorted(texts)]
    blocks = [entries[start : start + _ENTRIES] for start in range(0, len(entries), _ENTRIES)]
    body = b"".join(b"%d beginbfchar\n%sendbfchar\n" % (len(block), b"".join(block)) for block in blocks)
    return head + body + tail


def letters(faces: Iterable[Face], characters: Iterable[str]) -> dict[int, str]:
    """Return the glyphs of these characters in a font, with any of its features: glyph -> text."""
    known = list(characters)
    return {glyph: sign for face in faces for sign in known for glyph in face.glyphs(sign) if glyph}


def widths(path: Path, glyphs: Iterable[int]) -> bytes:
    """Return the /W array of a CID font: the advance of every glyph, in thousandths."""
    face = hb.Face(hb.Blob.from_file_path(str(path)))
    font, scale = hb.Font(face), THOUSAND / face.upem
    each = (b"%d [%d]" % (glyph, round(font.get_glyph_h_advance(glyph) * scale)) for glyph in sorted(glyphs))
    return b"[%s]" % b" ".join(each)


@lru_cache(maxsize=32)
def subset(path: Path, glyphs: frozenset[int]) -> tuple[bytes, int]:
    """Subset a font file to these glyphs, keeping glyph ids; return it deflated, and its uncompressed size."""
    wanted = hb.SubsetInput()
    wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.glyph_set.update(glyphs)
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(
        int.from_bytes(tag.encode().ljust(4), "big") for tag in _LAYOUT
    )
    made = hb.subset(hb.Face(hb.Blob.from_file_path(str(path))), wanted)
    data = bytes(made.blob.data)
    return zlib.compress(data, 9), len(data)
