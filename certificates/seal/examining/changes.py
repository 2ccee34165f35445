"""Describe how a file was changed after sealing, and what it says of itself. All input is untrusted.

The sealed part is compared with the whole as two documents: what a reader sees matters, not the bytes.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pikepdf

from certificates.seal.examining.verdict import SealReason

CLAIMS = ("number", "reference", "legal_name", "register_number", "valid_until")
FACTS = "printed.json"
_LONGEST_CLAIM = 120
_FACTS_BYTES = 1 << 20
_MOST_OBJECTS = 50_000
_DEEPEST = 100
_NUMBER = re.compile(r"KW-\d{4}-\d{5,9}-\d{2}")
# Keys that link a page to its parents, which are compared separately.
_NOT_CONTENT = frozenset({"/Parent", "/Annots", "/StructParents", "/P"})


class _TooMuchError(Exception):
    """The file has more objects than any certificate."""


def what_changed(before: bytes, after: bytes) -> SealReason:
    """Return the most telling difference between a sealed document and one that continues it."""
    try:
        with pikepdf.open(BytesIO(before)) as old, pikepdf.open(BytesIO(after)) as new:
            for reason, look in _LOOKS:
                if look(old) != look(new):
                    return reason
    except Exception:  # whatever breaks the reader, something was added
        return SealReason.LATER_REVISION
    return SealReason.LATER_REVISION


def claims_of(pdf: bytes) -> dict[str, str]:
    """Return what a file says of itself: the facts attached to our documents, else a number in its title."""
    try:
        with pikepdf.open(BytesIO(pdf)) as opened:
            facts = _facts(opened)
            if facts:
                return facts
            found = _NUMBER.search(str(opened.docinfo.get("/Title", "")))
            return {"number": found[0]} if found else {}
    except Exception:  # unreadable: it says nothing
        return {}


def _facts(pdf: pikepdf.Pdf) -> dict[str, str]:
    if FACTS not in pdf.attachments:
        return {}
    stream: Any = pdf.attachments[FACTS].get_file().obj
    raw = stream.read_raw_bytes()
    if str(stream.get("/Filter", "")) == "/FlateDecode":
        raw = zlib.decompressobj().decompress(raw, _FACTS_BYTES)
    facts = json.loads(raw[:_FACTS_BYTES])
    if not isinstance(facts, dict):
        return {}
    return {name: facts[name][:_LONGEST_CLAIM] for name in CLAIMS if isinstance(facts.get(name), str)}


def _pages(pdf: pikepdf.Pdf) -> object:
    return [page.obj.objgen for page in pdf.pages]


def _content(pdf: pikepdf.Pdf) -> object:
    return [_digest(page.obj, skip=_NOT_CONTENT) for page in pdf.pages]


def _overlays(pdf: pikepdf.Pdf) -> object:
    annotations = [_digest(page.obj.get("/Annots"), skip=frozenset({"/Parent", "/P"})) for page in pdf.pages]
    return annotations, _digest(pdf.Root.get("/AcroForm"), skip=frozenset({"/P"}))


def _attachments(pdf: pikepdf.Pdf) -> object:
    names = pdf.Root.get("/Names")
    return _digest(names), _digest(pdf.Root.get("/AF"))


def _metadata(pdf: pikepdf.Pdf) -> object:
    # Programs write their own name and the date here; that alone is no telling change.
    return [str(pdf.docinfo.get(key, "")) for key in ("/Title", "/Author", "/Subject", "/Keywords")]


_LOOKS: tuple[tuple[SealReason, Callable[[pikepdf.Pdf], object]], ...] = (
    (SealReason.PAGES_REPLACED, _pages),
    (SealReason.CONTENT_REPLACED, _content),
    (SealReason.OVERLAID, _overlays),
    (SealReason.ATTACHMENTS_CHANGED, _attachments),
    (SealReason.METADATA_CHANGED, _metadata),
)


def _digest(found: Any, skip: frozenset[str] = frozenset()) -> str:
    """Hash a value and everything it refers to."""
    digest = hashlib.sha256()
    _feed(digest, found, skip, {}, 0)
    return digest.hexdigest()


def _feed(digest: Any, found: Any, skip: frozenset[str], seen: dict[tuple[int, int], int], depth: int) -> None:
    if depth > _DEEPEST or len(seen) > _MOST_OBJECTS:
        raise _TooMuchError
    if isinstance(found, pikepdf.Object) and found.objgen != (0, 0):
        known = found.objgen in seen
        digest.update(b"R%d" % seen.setdefault(found.objgen, len(seen)))
        if known:
            return
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        _feed_entries(digest, found, skip, seen, depth)
        if isinstance(found, pikepdf.Stream):
            digest.update(hashlib.sha256(found.read_raw_bytes()).digest())
    elif isinstance(found, pikepdf.Array):
        digest.update(b"[%d" % len(found))
        for each in found:
            _feed(digest, each, skip, seen, depth + 1)
    else:
        digest.update(repr(found).encode(errors="backslashreplace") + b"\0")


def _feed_entries(
    digest: Any, found: Mapping[str, Any] | Any, skip: frozenset[str], seen: dict[tuple[int, int], int], depth: int
) -> None:
    digest.update(b"<")
    for key in sorted(found.keys()):
        if key not in skip and key != "/Length":
            digest.update(key.encode() + b"=")
            _feed(digest, found.get(key), skip, seen, depth + 1)
    digest.update(b">")
