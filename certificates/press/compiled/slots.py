"""The slots of a compiled document: the phrases that vary, and the space that each has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from certificates.documents.stages import DocumentKind


class UnfitError(Exception):
    """The compiled press cannot set this document; the typesetter must."""


@dataclass(frozen=True, slots=True)
class Space:
    """The space of a slot: alignment, maximum width of a line (mm), and maximum number of lines."""

    side: Literal["left", "middle", "right"]
    width: float
    lines: int


_ROW = Space("left", 116, lines=6)
_HEAD = Space("right", 52, lines=1)
_DECLARED = Space("middle", 158, lines=1)
_HOLDER = Space("middle", 158, lines=8)
_FOOT = Space("left", 80, lines=1)  # beside two codes; beside one there is more

SLOTS: dict[str, dict[str, Space]] = {
    DocumentKind.CERTIFICATE: {
        "number": _HEAD,
        "legal_name": _HOLDER,
        "valid_from": _DECLARED,
        "valid_until": _DECLARED,
        "register_number": _ROW,
        "seat": _ROW,
        "sites": _ROW,
        "trade_names": _ROW,
        "activities": _ROW,
        "sectors": _ROW,
        "recruitment_countries": _ROW,
        "decision": _ROW,
        "condition": _ROW,
        "register_url": _FOOT,
        "digest_words": _FOOT,
    },
    DocumentKind.REGISTER_EXTRACT: {
        "reference": _HEAD,
        "asked_on": _DECLARED,
        "asked_time": _DECLARED,
        "legal_name": _HOLDER,
        "register_number": _ROW,
        "seat": _ROW,
        "trade_names": _ROW,
        "since": _ROW,
        "reason": _ROW,
        "certificate_number": _ROW,
        "valid_from": _ROW,
        "valid_until": _ROW,
        "condition": _ROW,
        "activities": _ROW,
        "sectors": _ROW,
        "recruitment_countries": _ROW,
        "register_url": _FOOT,
        "digest_words": _FOOT,
    },
}
"""The slots of each kind of document, by phrase. Every other phrase is part of the master."""

DAY = "2999-12-31"
"""The date of every master, for its metadata."""

# A marker takes the place of a line in the master: capitals and digits, which every face has.
_MARKER = "KQ{slot:02d}J{line}ZK"
_MARKED = re.compile(r"KQ(\d\d)J(\d)ZK")
# A title has no lines: there the break between two markers is text.
MARKED_TEXT = re.compile(r"KQ(\d\d)J0ZK(?:(?:<br>|&lt;br&gt;)KQ\1J\dZK)*")
MARKED_METADATA = re.compile(f"{MARKED_TEXT.pattern}|{DAY}")
DATED = "dated"
"""The marker for the date in metadata."""


def markers(kind: str, lines: Mapping[str, int]) -> dict[str, Markup]:
    """Return the markers for each slot; a slot without lines is empty."""
    return {
        name: Markup("<br>").join(_MARKER.format(slot=slot, line=line) for line in range(lines[name]))
        for slot, name in enumerate(SLOTS[kind])
    }


def line_parts(kind: str, text: str) -> tuple[tuple[str, ...], int] | None:
    """Split a line of the master into text and slot names, text first; also return the line number in the slot.

    None for a line without a slot. Beyond its first line a slot shares its lines with no other text.
    """
    found = list(_MARKED.finditer(text))
    if not found:
        return None
    line = int(found[0][2])
    if line and (len(found) > 1 or found[0][0] != text):
        raise UnfitError("a slot of several lines has company")
    return parts(kind, text, _MARKED), line


def parts(kind: str, text: str, pattern: re.Pattern[str] = MARKED_TEXT) -> tuple[str, ...]:
    """Split a text with markers into text and slot names, text first."""
    names, pieces, end = list(SLOTS[kind]), [], 0
    for hit in pattern.finditer(text):
        pieces += [text[end : hit.start()], names[int(hit[1])] if hit[1] else DATED]
        end = hit.end()
    return (*pieces, text[end:])


def composed(pieces: tuple[str, ...], texts: Mapping[str, Any]) -> str:
    """Fill the slots of a text."""
    if len(pieces) == 1:
        return pieces[0]
    return "".join(texts[piece] if place % 2 else piece for place, piece in enumerate(pieces))
