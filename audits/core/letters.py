"""The letters that our documents can print, and the error for a text with others. Pure.

`bin/build-assets --letters` writes the list from the fonts of the press; a test compares the two.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audits.core.errors import RuleError

_LISTED = Path(__file__).with_name("letters.json")
_MOST_NAMED = 10

# Characters that are replaced by one that looks the same and that the fonts have.
_SAME = {
    **dict.fromkeys("\t\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u200a\u205f\u3000", " "),
    "\u202f": "\u00a0",
    **dict.fromkeys("\u2028\u2029", "\n"),
    **dict.fromkeys("\u2010\u2011", "-"),
    **dict(zip("\u02bb\u02bc\u2215", "\u2018\u2019\u2044", strict=True)),
    **{each: unicodedata.normalize("NFKC", each) for each in "\u0132\u0133\ufb00\ufb01\ufb02\ufb03\ufb04\ufb06"},
}
_SAME_CODES = str.maketrans(_SAME)
# Invisible characters: formatting and direction marks.
_UNSEEN = re.compile(
    "[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe0e\ufe0f\ufeff]"
)


def _listed() -> Iterator[str]:
    for span in json.loads(_LISTED.read_text(encoding="ascii"))["letters"]:
        first, _, last = span.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


LETTERS = frozenset(_listed())
"""The letters that every font of the press has, as composed characters (NFC); no combining mark stands alone."""

# Fast path: nearly every text consists of these alone.
_PLAIN = re.compile(f"[{re.escape(''.join(sorted(LETTERS)))}\n]*")


def spelled(text: str) -> str:
    """Normalise a text as it is printed: NFC, one code per sign, without invisible characters."""
    return text if _PLAIN.fullmatch(text) else _spelled(text)


def is_letter(sign: str) -> bool:
    """Return whether a character of a font belongs in the list: it stands alone and is printed unchanged."""
    return unicodedata.category(sign)[0] not in "MC" and _spelled(sign) == sign


def check_printable(value: Any, field: str | None = None) -> None:
    """Raise RuleError at `field`, listing the letters, unless every text in this plain value can be printed."""
    if complaint := not_printed(value, field):
        raise complaint


def check_given(reason: str, field: str = "reason") -> None:
    """Raise RuleError at `field` for an act without its reason."""
    if not reason.strip():
        raise RuleError("Give the reason.", field)


def check_length(text: str, most: int, field: str | None = None) -> None:
    """Raise RuleError at `field` for a text of more than `most` characters."""
    if len(text) > most:
        raise RuleError("Use at most %(max)d characters.", field, max=most)


def check_reason(reason: str, field: str = "reason") -> None:
    """Raise RuleError at `field` unless there is a reason, and it can be printed."""
    check_given(reason, field)
    check_printable(reason, field)


def not_printed(value: Any, field: str | None = None) -> RuleError | None:
    """Return the same error instead of raising it, or None."""
    letters = unprintable(value)
    if not letters:
        return None
    return RuleError(
        "We cannot print these characters: %(letters)s. Use Latin, Greek or Cyrillic letters and ordinary signs.",
        field,
        letters=letters,
    )


def unprintable(value: Any) -> str:
    """Return the unprintable letters of a plain value as a list in a sentence; empty when there are none."""
    found = list(dict.fromkeys(letter for text in _texts(value) for letter in _strange(text)))
    return " ".join(found[:_MOST_NAMED]) + (" …" if len(found) > _MOST_NAMED else "")


def numbered(text: str) -> str:
    """Return a text in which every letter that we cannot print is given by its number, such as [U+1F600]."""
    for letter in dict.fromkeys(_strange(text)):
        text = text.replace(letter, "".join(f"[U+{ord(sign):04X}]" for sign in letter))
    return text


def _spelled(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return _UNSEEN.sub("", composed.translate(_SAME_CODES))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _texts(list(value.values()))
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case _:
            pass


def _strange(text: str) -> Iterator[str]:
    """Yield the letters that the fonts lack, each with its combining marks."""
    if not _PLAIN.fullmatch(text):
        yield from (_named(each) for each in _clusters(spelled(text)) if not _PLAIN.fullmatch(each))


def _clusters(text: str) -> Iterator[str]:
    """Yield the letters of a text, each with the combining marks that follow it."""
    cluster = ""
    for sign in text:
        if cluster and unicodedata.category(sign)[0] != "M":
            yield cluster
            cluster = ""
        cluster += sign
    if cluster:
        yield cluster


def _named(cluster: str) -> str:
    """Describe a letter for people: a mark alone is put on a circle, an invisible character is given by its number."""
    if not cluster.isprintable():
        return " ".join(f"U+{ord(sign):04X}" for sign in cluster)
    return f"\u25cc{cluster}" if unicodedata.category(cluster[0])[0] == "M" else cluster
